/** @file In which order the gallery shows pictures, and which lie under another. Pure, so that it is tested in Node. */
import type { RankedPicture, Standing } from '#models/ranking/index.ts';
import type { ImageRecord } from '#storage/image-store.ts';
import { looks } from './looks.ts';

export const gallerySorts = ['best', 'newest', 'look'] as const;
export type GallerySort = (typeof gallerySorts)[number];

/** A stored picture as ranking takes it. Favourites count as chosen: what a person likes is not for a number to set aside. */
export function toRanked({ id, styleId, measures, batch, favourite, isBroughtBack }: ImageRecord): RankedPicture {
  return { id, look: styleId, measures: measures ?? null, isChosen: favourite || isBroughtBack === true, ...(batch === undefined ? {} : { batch }) };
}

/**
 * @param images     newest first
 * @param standings  in the order of their ranking
 * @param openStacks leaders whose near-duplicates are shown behind them; null shows every picture in its own place
 */
export function inShownOrder(
  images: readonly ImageRecord[],
  standings: ReadonlyMap<string, Standing>,
  sort: GallerySort,
  openStacks: ReadonlySet<string> | null,
): readonly ImageRecord[] {
  const place = new Map([...standings.keys()].map((id, at) => [id, at]));
  const rank = ({ id }: ImageRecord): number => place.get(id) ?? place.size;
  const lookPlace = ({ styleId }: ImageRecord): number => {
    const at = looks.findIndex(({ id }) => id === styleId);
    return at < 0 ? looks.length : at;
  };
  const compare = {
    best: (a: ImageRecord, b: ImageRecord) => rank(a) - rank(b),
    newest: () => 0,
    look: (a: ImageRecord, b: ImageRecord) => lookPlace(a) - lookPlace(b) || rank(a) - rank(b),
  };
  const sorted = [...images].sort(compare[sort]);
  if (openStacks === null) return sorted;
  const here = new Set(images.map(({ id }) => id));
  /** Itself, where its leader is not among the pictures. */
  const leaderOf = ({ id }: ImageRecord): string => {
    const leaderId = standings.get(id)?.leaderId ?? id;
    return here.has(leaderId) ? leaderId : id;
  };
  return sorted.flatMap((image) =>
    leaderOf(image) !== image.id
      ? []
      : openStacks.has(image.id)
        ? [image, ...sorted.filter((other) => other !== image && leaderOf(other) === image.id)]
        : [image],
  );
}

/** @file A picture of a known person by both face embedders and the age net: what the tables are made of. */
import type { RgbPicture } from '#models/pipelines/pixels.ts';
import { resizePicture } from '#models/vision/image.ts';
import type { FaceEmbedding } from '#models/vision/face-embedding.ts';
import type { OpenFaceAnalyzer } from '../face-models.ts';
import type { OpenIdentityNets } from '../identity-models.ts';

/** The two embedders that are compared, by their name in the tables. */
export const nets = ['FaceRes', 'dlib'] as const;
export type NetName = (typeof nets)[number];

/** One picture of a known person, by its surest face. */
export interface KnownFace {
  readonly person: string;
  readonly embeddings: Readonly<Record<NetName, FaceEmbedding>>;
  readonly faceResYears: number;
  readonly netYears: number;
  readonly womanBelief: number;
}

/** @returns null where no face is found */
export async function measureKnownFace(
  { analyzer }: OpenFaceAnalyzer,
  { embedder, ages }: OpenIdentityNets,
  person: string,
  picture: RgbPicture,
): Promise<KnownFace | null> {
  const [face] = await analyzer.detect(picture);
  if (face === undefined) return null;
  const described = await analyzer.embed(picture, face);
  const reading = await ages.estimate(picture, face);
  return {
    person,
    embeddings: { FaceRes: described.embedding, dlib: await embedder.embed(picture, face) },
    faceResYears: described.apparentAgeYears,
    netYears: reading.apparentAgeYears,
    womanBelief: reading.apparentWoman,
  };
}

/** The picture with its longer side at most this long. */
export function reduced(picture: RgbPicture, sidePx: number): RgbPicture {
  const share = Math.min(1, sidePx / Math.max(picture.widthPx, picture.heightPx));
  return share === 1 ? picture : resizePicture(picture, { widthPx: Math.round(picture.widthPx * share), heightPx: Math.round(picture.heightPx * share) });
}

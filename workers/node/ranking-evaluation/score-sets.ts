/** @file What ranking does to the pictures of the people: the best twelve against all of them, by the ruler that steers nothing; drift of skin and age. */
import { personReference, rankPictures, likenessWord, type AsideReason, type LikenessWord, type Standing } from '#models/ranking/index.ts';
import { checkPhoto } from '#models/checks/index.ts';
import { cosine, meanEmbedding, type FaceEmbedding } from '#models/vision/face-embedding.ts';
import { trainingPhotos } from '../people-experiment.ts';
import { mean } from '../score.ts';
import type { MeasuredFile, MeasuredPerson } from './measure-sets.ts';

/** What is read off some pictures of one person. Shares and means over the pictures. */
export interface Reading {
  readonly pictures: number;
  /** FaceRes, with the mean of the held-out photos. */
  readonly cosine: number;
  /** Share that is nearest to the right one of all people. */
  readonly identified: number;
  /** Mean CIELAB lightness of the skin less that of the held-out photos, and the distance of the hues in degrees. */
  readonly skinLightness: number;
  readonly skinHueDegrees: number;
  /** Mean apparent age less that of the held-out photos. */
  readonly ageYears: number;
}

export interface ScoredSet {
  readonly person: MeasuredPerson;
  readonly all: Reading;
  readonly best: Reading;
  /** Pictures by the weightiest reason they are set aside for. */
  readonly aside: ReadonlyMap<AsideReason, number>;
  /** Pictures of each word, and how many of them the ruler takes for the right person. */
  readonly words: ReadonlyMap<LikenessWord, { readonly pictures: number; readonly identified: number; readonly cosine: number }>;
}

export const shownFirst = 12;

/** The ranking sees the photos that were learned from; the ruler the others. */
export function scoreSet(person: MeasuredPerson, pictures: readonly MeasuredFile[], people: readonly MeasuredPerson[]): ScoredSet {
  const learned = person.photos.slice(0, trainingPhotos).filter(({ measures }) => checkPhoto(measures).length === 0);
  const reference = personReference(learned.map(({ file, measures }) => ({ id: file, measures })));
  const ranked = rankPictures(
    pictures.map(({ file, measures }) => ({ id: file, look: file.split('/')[0] ?? '', measures, isChosen: false })),
    reference,
  );
  const byFile = new Map(pictures.map((picture) => [picture.file, picture]));
  const filesOf = (standings: readonly Standing[]): MeasuredFile[] => standings.flatMap(({ id }) => byFile.get(id) ?? []);
  const aside = new Map<AsideReason, number>();
  for (const { findings } of ranked) if (findings[0] !== undefined) aside.set(findings[0].reason, (aside.get(findings[0].reason) ?? 0) + 1);
  const words = new Map<LikenessWord, { pictures: number; identified: number; cosine: number }>();
  for (const { id, score } of ranked) {
    if (score === null || score.likeness === null || reference.ownLikeness === null) continue;
    const word = likenessWord(score.likeness, reference.ownLikeness);
    const before = words.get(word) ?? { pictures: 0, identified: 0, cosine: 0 };
    const reading = read(person, filesOf([{ id } as Standing]), people);
    words.set(word, { pictures: before.pictures + 1, identified: before.identified + reading.identified, cosine: before.cosine + reading.cosine });
  }
  const leaders = ranked.filter(({ id, leaderId, isAside }) => !isAside && id === leaderId);
  return { person, all: read(person, pictures, people), best: read(person, filesOf(leaders.slice(0, shownFirst)), people), aside, words };
}

/** A picture without a face counts as a cosine of 0 and as not identified. */
function read(person: MeasuredPerson, pictures: readonly MeasuredFile[], people: readonly MeasuredPerson[]): Reading {
  const heldOut = person.photos.slice(trainingPhotos);
  const photoFaces = heldOut.flatMap(({ measures }) => measures.faces[0] ?? []);
  const faces = pictures.flatMap(({ measures }) => measures.faces[0] ?? []);
  const own = rulerMean(person);
  const drift = (value: (face: (typeof faces)[number]) => number | null): number =>
    mean(faces.flatMap((face) => value(face) ?? [])) - mean(photoFaces.flatMap((face) => value(face) ?? []));
  const hue = (list: typeof faces): number => (Math.atan2(mean(list.map(({ skin }) => skin[2])), mean(list.map(({ skin }) => skin[1]))) * 180) / Math.PI;
  return {
    pictures: pictures.length,
    cosine: mean(pictures.map(({ ruler }) => (ruler === null ? 0 : cosine(ruler, own)))),
    identified: mean(
      pictures.map(({ ruler }) => Number(ruler !== null && people.every((other) => other === person || cosine(ruler, rulerMean(other)) < cosine(ruler, own)))),
    ),
    skinLightness: drift(({ skin }) => skin[0]),
    skinHueDegrees: hue(faces) - hue(photoFaces),
    ageYears: drift(({ apparentAgeYears }) => apparentAgeYears),
  };
}

const rulerMeans = new WeakMap<MeasuredPerson, FaceEmbedding>();
function rulerMean(person: MeasuredPerson): FaceEmbedding {
  const known = rulerMeans.get(person) ?? meanEmbedding(person.photos.slice(trainingPhotos).flatMap(({ ruler }) => ruler ?? []));
  rulerMeans.set(person, known);
  return known;
}

/** @file What the ablation reads off pictures, and how sure the numbers of a row are. */
import { cosine, meanEmbedding } from '#models/vision/face-embedding.ts';
import { nearestColour, studioBackdrops } from '#models/vision/backdrop.ts';
import type { ExperimentPerson, ExperimentPicture } from './people-experiment.ts';
import { identify, mean } from './score.ts';

/** What is kept of one picture: small enough for a file of all of them. */
export interface PictureRecord {
  readonly hasFace: boolean;
  readonly oneFace: boolean;
  readonly identified: boolean;
  /** Mean over the held-out photos; null without a face. */
  readonly cosine: number | null;
  /** With the mean of the held-out photos. */
  readonly meanCosine: number | null;
  readonly backdropHeld: boolean;
  readonly lightness: number;
  readonly backdrop: string;
}

/** Reads the pictures that should show `person`, among all the people. */
export function recordPictures(person: ExperimentPerson, people: readonly ExperimentPerson[], pictures: readonly ExperimentPicture[]): PictureRecord[] {
  const names = identify(new Map(people.map(({ name, heldOut }) => [name, heldOut])), pictures);
  return pictures.map(({ embedding, faceCount, colour, backdrop }, index) => ({
    hasFace: embedding !== null,
    oneFace: faceCount === 1,
    identified: names[index] === person.name,
    cosine: embedding === null ? null : mean(person.heldOut.map((photo) => cosine(embedding, photo))),
    meanCosine: embedding === null ? null : cosine(embedding, meanEmbedding(person.heldOut)),
    backdropHeld: nearestColour(colour, studioBackdrops) === backdrop,
    lightness: colour[0],
    backdrop,
  }));
}

/** One variant, all people that were done. */
export interface VariantResult {
  readonly name: string;
  readonly what: string;
  readonly people: readonly { readonly name: string; readonly pictures: readonly PictureRecord[]; readonly trainingSeconds: number }[];
}

/** The four numbers of a row. */
export const measures = {
  identified: (picture: PictureRecord) => Number(picture.identified),
  cosine: (picture: PictureRecord) => picture.cosine,
  backdrop: (picture: PictureRecord) => Number(picture.backdropHeld),
  oneFace: (picture: PictureRecord) => Number(picture.oneFace),
} as const;
export type Measure = keyof typeof measures;

/** A mean and how sure it is. */
export interface Estimate {
  readonly mean: number;
  readonly error: number;
}

/** Mean over people of the mean over their pictures; the standard error is over people, since pictures of one person go together. */
export function estimate(result: VariantResult, measure: Measure): Estimate {
  return spreadOf(result.people.map(({ pictures }) => personMean(pictures, measure)));
}

/** Difference of two variants over the people that both have: what a person adds to both falls out. */
export function difference(result: VariantResult, reference: VariantResult, measure: Measure): Estimate | null {
  const differences = result.people.flatMap(({ name, pictures }) => {
    const other = reference.people.find((person) => person.name === name);
    return other === undefined ? [] : [personMean(pictures, measure) - personMean(other.pictures, measure)];
  });
  return differences.length < 2 ? null : spreadOf(differences);
}

function personMean(pictures: readonly PictureRecord[], measure: Measure): number {
  return mean(pictures.map(measures[measure]).filter((value) => value !== null));
}

function spreadOf(values: readonly number[]): Estimate {
  const middle = mean(values);
  const variance = values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / Math.max(1, values.length - 1);
  return { mean: middle, error: Math.sqrt(variance / values.length) };
}

/** @file What the "it learns the person" experiment is: who, which pictures are asked for, and what is read off them. */
import type { StylePack } from '#models/styles/index.ts';
import type { PersonClass } from '#models/text/prompt.ts';
import { nearestColour, studioBackdrops, type LabColour, type StudioBackdrop } from '#models/vision/backdrop.ts';
import { cosine, meanEmbedding, type FaceEmbedding } from '#models/vision/face-embedding.ts';
import { identify, mean, meanOrNull, type MeasuredImage } from './score.ts';

/** The first photos are learned from, the others never shown. */
export const trainingPhotos = 16;
export const picturesPerStyle = 8;
export const firstSeed = 1000;

/** Four styles with plain backdrops, so that obedience can be measured. */
export const experimentStyles: readonly { readonly styleId: StylePack['id']; readonly backdrop: StudioBackdrop }[] = [
  { styleId: 'studio-grey', backdrop: 'light grey' },
  { styleId: 'editorial', backdrop: 'black' },
  { styleId: 'corporate-blue', backdrop: 'dark blue' },
  { styleId: 'studio-white', backdrop: 'white' },
];

/** A person of the test set. */
export interface ExperimentPerson {
  readonly name: string;
  readonly personClass: PersonClass;
  readonly trainingFiles: readonly string[];
  readonly heldOut: readonly FaceEmbedding[];
  /** The learned photos: their cosine with the held-out ones is the most that can be hoped for. */
  readonly trained: readonly FaceEmbedding[];
}

/** One generated picture, measured. */
export interface ExperimentPicture extends MeasuredImage {
  readonly backdrop: StudioBackdrop;
  readonly colour: LabColour;
}

/** What one set of pictures shows of a person. */
export interface ExperimentResult {
  readonly pictures: number;
  /** Mean over pictures with a face and over the held-out photos. */
  readonly meanPhotoCosine: number | null;
  /** With the mean of the held-out photos. */
  readonly cosine: number | null;
  /** Shares of all pictures, so a picture without a face counts as wrong. */
  readonly identifiedShare: number;
  readonly oneFaceShare: number;
  readonly backdropShare: number;
}

/** Reads a set of pictures that should show `person`, among all the people. */
export function readResult(person: ExperimentPerson, people: readonly ExperimentPerson[], pictures: readonly ExperimentPicture[]): ExperimentResult {
  const galleries = new Map(people.map(({ name, heldOut }) => [name, heldOut]));
  const names = identify(galleries, pictures);
  const share = (right: (picture: ExperimentPicture, index: number) => boolean): number => pictures.filter(right).length / pictures.length;
  return {
    pictures: pictures.length,
    meanPhotoCosine: meanOrNull(pictures.map(({ embedding }) => (embedding === null ? null : meanCosine(embedding, person.heldOut)))),
    cosine: meanOrNull(pictures.map(({ embedding }) => (embedding === null ? null : cosine(embedding, meanEmbedding(person.heldOut))))),
    identifiedShare: share((_, index) => names[index] === person.name),
    oneFaceShare: share(({ faceCount }) => faceCount === 1),
    backdropShare: share(({ colour, backdrop }) => nearestColour(colour, studioBackdrops) === backdrop),
  };
}

/** Cosine of the learned photos with the held-out ones, as `meanPhotoCosine` is taken. */
export function ceiling(person: ExperimentPerson): number {
  return mean(person.trained.map((embedding) => meanCosine(embedding, person.heldOut)));
}

function meanCosine(embedding: FaceEmbedding, photos: readonly FaceEmbedding[]): number {
  return mean(photos.map((photo) => cosine(embedding, photo)));
}

/** Results of one person: with the likeness and without it. */
export interface PersonResult {
  readonly name: string;
  readonly likeness: ExperimentResult;
  readonly untrained: ExperimentResult;
  readonly ceiling: number;
  readonly trainingSeconds: number;
}

/** The table of the README: a row for each person, then the means. */
export function formatResults(results: readonly PersonResult[]): string {
  const number = (value: number | null): string => value?.toFixed(3) ?? 'no face';
  const percent = (value: number): string => `${(100 * value).toFixed(0)} %`;
  const row = (name: string, likeness: ExperimentResult, untrained: ExperimentResult, ceilingCosine: number): string =>
    `| ${[
      name,
      number(likeness.meanPhotoCosine),
      number(untrained.meanPhotoCosine),
      number(ceilingCosine),
      percent(likeness.identifiedShare),
      percent(untrained.identifiedShare),
      percent(likeness.oneFaceShare),
      percent(untrained.oneFaceShare),
      percent(likeness.backdropShare),
      percent(untrained.backdropShare),
    ].join(' | ')} |`;
  return [
    '| person | cosine to held-out photos: likeness | untrained | other real photos | identified of 6: likeness | untrained | exactly one face: likeness | untrained | backdrop as asked of 4: likeness | untrained |',
    '|---|---|---|---|---|---|---|---|---|---|',
    ...results.map(({ name, likeness, untrained, ceiling: most }) => row(name, likeness, untrained, most)),
    row(
      '**mean**',
      meanResult(results.map(({ likeness }) => likeness)),
      meanResult(results.map(({ untrained }) => untrained)),
      mean(results.map(({ ceiling: most }) => most)),
    ),
  ].join('\n');
}

/** Mean of each number over people. */
export function meanResult(results: readonly ExperimentResult[]): ExperimentResult {
  return {
    pictures: results.reduce((sum, { pictures }) => sum + pictures, 0),
    meanPhotoCosine: meanOrNull(results.map(({ meanPhotoCosine }) => meanPhotoCosine)),
    cosine: meanOrNull(results.map((result) => result.cosine)),
    identifiedShare: mean(results.map(({ identifiedShare }) => identifiedShare)),
    oneFaceShare: mean(results.map(({ oneFaceShare }) => oneFaceShare)),
    backdropShare: mean(results.map(({ backdropShare }) => backdropShare)),
  };
}

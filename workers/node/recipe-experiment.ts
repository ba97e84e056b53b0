/** @file What the ablation compares: recipes that are trained, ways to draw with them, and what is read off their pictures. */
import { firstRecipe, type TrainingRecipe } from '#models/training/recipe.ts';
import { trainingPresets, type TrialRhythm } from '#models/training/presets.ts';
import { cosine, meanEmbedding } from '#models/vision/face-embedding.ts';
import { nearestColour, studioBackdrops } from '#models/vision/backdrop.ts';
import type { ExperimentPerson, ExperimentPicture } from './people-experiment.ts';
import { identify, mean } from './score.ts';

/** One way to learn. */
export interface TrainingVariant {
  readonly name: string;
  /** For the table. */
  readonly what: string;
  readonly recipe: TrainingRecipe;
  readonly samples: number;
  /** Snapshots that are tried; none where not given. */
  readonly trials?: TrialRhythm;
}

/** One way to draw with what was learned. */
export interface DrawingVariant {
  readonly name: string;
  readonly training: string;
  readonly what: string;
  readonly weight: number;
  /** The style's own, where none is given. */
  readonly guidance?: number;
  /** A snapshot of the training instead of its end. */
  readonly atSamples?: number;
}

const usualSamples = 1200;
const withHalfBody = [...firstRecipe.faceHeights, 0.44];
const belowHighest = { spread: 'even', highest: 0.8 } as const;

/**
 * The three parts that were new are tried in pairs, a half of the eight combinations: each part is on in two trainings of four and off in two,
 * so its effect is the difference of 384 pictures and 384, twice as sure for the same time as one training for each part.
 */
export const trainingVariants: readonly TrainingVariant[] = [
  { name: 'first', what: 'close-ups, one caption, even noise levels', recipe: firstRecipe, samples: usualSamples },
  {
    name: 'captions-levels',
    what: 'captions of the surroundings, levels above 0.8 left out',
    recipe: { ...firstRecipe, captions: 'surroundings', noiseLevels: belowHighest },
    samples: usualSamples,
  },
  {
    name: 'half-body-levels',
    what: 'half-body crops, levels above 0.8 left out',
    recipe: { ...firstRecipe, faceHeights: withHalfBody, noiseLevels: belowHighest },
    samples: usualSamples,
  },
  {
    name: 'captions-half-body',
    what: 'captions of the surroundings, half-body crops',
    recipe: { ...firstRecipe, captions: 'surroundings', faceHeights: withHalfBody },
    samples: usualSamples,
  },
  {
    name: 'random-levels',
    what: 'noise levels drawn at random',
    recipe: { ...firstRecipe, noiseLevels: { spread: 'random', highest: 1 } },
    samples: usualSamples,
  },
  { name: 'levels-600', what: 'half the samples, levels above 0.8 left out', recipe: { ...firstRecipe, noiseLevels: belowHighest }, samples: 600 },
  { name: 'first-600', what: 'half the samples', recipe: firstRecipe, samples: 600 },
  {
    name: 'captions-levels-600',
    what: 'half the samples, captions measured, levels above 0.8 left out',
    recipe: { ...firstRecipe, captions: 'measured', noiseLevels: belowHighest },
    samples: 600,
  },
  { name: 'half-body-600', what: 'half the samples, half-body crops', recipe: { ...firstRecipe, faceHeights: withHalfBody }, samples: 600 },
  {
    name: 'thorough',
    what: 'twice the samples, captions measured, levels above 0.8 left out, snapshots tried',
    recipe: { ...firstRecipe, captions: 'measured', noiseLevels: belowHighest },
    samples: 2400,
    trials: trainingPresets.thorough.trials!,
  },
  {
    name: 'even-weights',
    what: 'the whole picture weighs alike',
    recipe: { ...firstRecipe, lossWeights: { face: 1, body: 1, background: 1 } },
    samples: usualSamples,
  },
];

/** Which trainings have a part: for its main effect. */
export const factors = {
  captions: { with: ['captions-levels', 'captions-half-body'], without: ['first', 'half-body-levels'] },
  'half-body crops': { with: ['half-body-levels', 'captions-half-body'], without: ['first', 'captions-levels'] },
  'levels up to 0.8': { with: ['captions-levels', 'half-body-levels'], without: ['first', 'captions-half-body'] },
} as const;

const plainDrawings: readonly DrawingVariant[] = trainingVariants.map(({ name, what }) => ({ name, training: name, what, weight: 1 }));

/** Every row of the table. */
export const drawingVariants: readonly DrawingVariant[] = [
  ...plainDrawings,
  { name: 'first, guidance 7', training: 'first', what: 'guidance 7', weight: 1, guidance: 7 },
  { name: 'first, weight 0.85', training: 'first', what: 'LoRA weight 0.85', weight: 0.85 },
  { name: 'first, guidance 7, weight 0.85', training: 'first', what: 'guidance 7, LoRA weight 0.85', weight: 0.85, guidance: 7 },
  { name: 'first, guidance 7, weight 0.75', training: 'first', what: 'guidance 7, LoRA weight 0.75', weight: 0.75, guidance: 7 },
  { name: 'captions-levels, guidance 5', training: 'captions-levels', what: 'guidance 5', weight: 1, guidance: 5 },
  { name: 'captions-levels, guidance 7', training: 'captions-levels', what: 'guidance 7', weight: 1, guidance: 7 },
  { name: 'captions-levels, guidance 7, weight 0.85', training: 'captions-levels', what: 'guidance 7, LoRA weight 0.85', weight: 0.85, guidance: 7 },
  { name: 'captions-levels-600, guidance 5', training: 'captions-levels-600', what: 'guidance 5', weight: 1, guidance: 5 },
  { name: 'thorough, guidance 5', training: 'thorough', what: 'guidance 5', weight: 1, guidance: 5 },
  {
    name: 'thorough, guidance 5, last state',
    training: 'thorough',
    what: 'guidance 5, the last state instead of the one chosen',
    weight: 1,
    guidance: 5,
    atSamples: 2400,
  },
  { name: 'thorough, guidance 7, weight 0.85', training: 'thorough', what: 'guidance 7, LoRA weight 0.85', weight: 0.85, guidance: 7 },
  ...[600, 840, 1080].map((atSamples) => ({
    name: `first, at ${atSamples}`,
    training: 'first',
    what: `snapshot at ${atSamples} samples`,
    weight: 1,
    atSamples,
  })),
];

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

const percent = ({ mean: value, error }: Estimate): string => `${(100 * value).toFixed(0)} ± ${(100 * error).toFixed(0)} %`;
const number = ({ mean: value, error }: Estimate): string => `${value.toFixed(3)} ± ${error.toFixed(3)}`;
const signed = (text: string, { mean: value }: Estimate): string => (value >= 0 ? `+${text}` : text);

/** A row for each variant: its numbers, and under `against` what it differs by. */
export function formatVariants(results: readonly VariantResult[], referenceName: string): string {
  const reference = results.find(({ name }) => name === referenceName);
  const cell = (result: VariantResult, measure: Measure, format: (value: Estimate) => string): string => {
    const by = reference === undefined || result === reference ? null : difference(result, reference, measure);
    return format(estimate(result, measure)) + (by === null ? '' : ` (${signed(format(by), by)})`);
  };
  const rows = results.map((result) => [
    `${result.name}: ${result.what}`,
    `${result.people.length}, ${result.people.reduce((sum, { pictures }) => sum + pictures.length, 0)}`,
    cell(result, 'identified', percent),
    cell(result, 'cosine', number),
    cell(result, 'backdrop', percent),
    cell(result, 'oneFace', percent),
    `${mean(result.people.map(({ trainingSeconds }) => trainingSeconds)).toFixed(0)} s`,
  ]);
  return [
    `| variant (in brackets: against "${referenceName}", same people and seeds) | people, pictures | identified of 6 | cosine to held-out photos | backdrop as asked of 4 | exactly one face | training a person |`,
    '|---|---|---|---|---|---|---|',
    ...rows.map((row) => `| ${row.join(' | ')} |`),
  ].join('\n');
}

/** What each part does, over all trainings that have it against all that have not; empty where one is missing. */
export function formatFactors(results: readonly VariantResult[]): string {
  const find = (name: string): VariantResult | undefined => results.find((result) => result.name === name);
  const rows = Object.entries(factors).flatMap(([factor, sides]) => {
    const [on, off] = [sides.with.map(find), sides.without.map(find)];
    if ([...on, ...off].some((result) => result === undefined)) return [];
    const pooled = { with: pool(on as VariantResult[]), without: pool(off as VariantResult[]) };
    const cells = (['identified', 'cosine', 'backdrop', 'oneFace'] as const).map((measure) => {
      const by = difference(pooled.with, pooled.without, measure);
      return by === null ? 'unknown' : signed((measure === 'cosine' ? number : percent)(by), by);
    });
    return [`| ${[factor, ...cells].join(' | ')} |`];
  });
  return rows.length === 0 ? '' : ['| part, on against off | identified | cosine | backdrop | exactly one face |', '|---|---|---|---|---|', ...rows].join('\n');
}

/** The pictures of several variants as if they were one. */
function pool(results: readonly VariantResult[]): VariantResult {
  const [first] = results as [VariantResult, ...VariantResult[]];
  const people = first.people.flatMap(({ name }) => {
    const same = results.map((result) => result.people.find((person) => person.name === name));
    if (same.some((person) => person === undefined)) return [];
    return [{ name, pictures: same.flatMap((person) => person!.pictures), trainingSeconds: mean(same.map((person) => person!.trainingSeconds)) }];
  });
  return { name: 'pooled', what: '', people };
}

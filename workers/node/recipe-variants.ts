/** @file What the ablation compares, as data: recipes that are trained, and ways to draw with them. A new row of the table is a line here. */
import { firstRecipe, type TrainingRecipe } from '#models/training/recipe.ts';
import { defaultAdamWOptions, type AdamWOptions } from '#models/training/optimizers/adamw.ts';
import { trainingPresets, type TrainingPreset, type TrialRhythm } from '#models/training/presets.ts';

/** One way to learn. */
export interface TrainingVariant {
  readonly name: string;
  /** For the table. */
  readonly what: string;
  readonly recipe: TrainingRecipe;
  readonly samples: number;
  /** Snapshots that are tried; none where not given. */
  readonly trials?: TrialRhythm;
  /** Highest; the default, where none is given. */
  readonly learningRate?: number;
  /** The default one, where none is given. */
  readonly optimizer?: AdamWOptions;
  /** 0, where none is given. */
  readonly seed?: number;
  /** Starts from the face in general that the command is given, and not from nothing. */
  readonly fromFace?: boolean;
}

/** One way to draw with what was learned. */
export interface DrawingVariant {
  readonly name: string;
  readonly training: string;
  readonly what: string;
  readonly weight: number;
  /** Said by every row and never the style's own: that one changes, and old pictures would stand beside new ones. */
  readonly guidance: number;
  /** A snapshot of the training instead of its end. */
  readonly atSamples?: number;
}

const usualSamples = 1200;
const withHalfBody = [...firstRecipe.faceHeights, 0.44];
const quickMoments: AdamWOptions = { ...defaultAdamWOptions, beta2: 0.99 };
const belowHighest = { spread: 'even', highest: 0.8 } as const;

function withoutTrials({ samples, recipe }: TrainingPreset): Pick<TrainingPreset, 'samples' | 'recipe'> {
  return { samples, recipe };
}

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
  { name: 'measured', what: 'the preset, captions with expression, glasses, turn and shade too', ...withoutTrials(trainingPresets.normal), recipe: { ...trainingPresets.normal.recipe, captions: 'measured' } }, // prettier-ignore
  { name: 'normal, seed 1', what: 'the preset, another seed', ...withoutTrials(trainingPresets.normal), seed: 1 },
  { name: 'fast', what: 'the preset: half the samples', ...withoutTrials(trainingPresets.fast) },
  { name: 'fast, from a face', what: 'fast, from a face in general', ...withoutTrials(trainingPresets.fast), fromFace: true },
  { name: 'normal, from a face', what: 'normal, from a face in general', ...withoutTrials(trainingPresets.normal), fromFace: true },
  { name: 'quarter', what: 'a quarter of the samples', ...withoutTrials(trainingPresets.normal), samples: usualSamples / 4 },
  { name: 'quarter, from a face', what: 'a quarter of the samples, from a face in general', ...withoutTrials(trainingPresets.normal), samples: usualSamples / 4, fromFace: true }, // prettier-ignore
  { name: 'quick moments', what: 'normal, second moment over a hundred updates', ...withoutTrials(trainingPresets.normal), optimizer: quickMoments },
  {
    name: 'long, quick moments',
    what: 'twice the samples, second moment over a hundred updates',
    ...withoutTrials(trainingPresets.thorough),
    optimizer: quickMoments,
  },
  {
    name: 'long, half rate',
    what: 'twice the samples at half the rate, no trials, every photo',
    ...withoutTrials(trainingPresets.thorough),
    learningRate: 2e-3,
  },
  { name: 'normal, half rate', what: 'normal at half the rate', ...withoutTrials(trainingPresets.normal), learningRate: 2e-3 },
  { name: 'long', what: 'twice the samples, no trials, every photo', ...withoutTrials(trainingPresets.thorough) },
  {
    name: 'thorough',
    what: 'the preset: twice the samples, snapshots tried',
    ...trainingPresets.thorough,
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

/** What the studio looks asked for when the first rows were drawn. */
const firstGuidance = 4;
const plainDrawings: readonly DrawingVariant[] = trainingVariants.map(({ name, what }) => ({ name, training: name, what, weight: 1, guidance: firstGuidance }));

/** Every row of the table. */
export const drawingVariants: readonly DrawingVariant[] = [
  ...plainDrawings,
  { name: 'first, guidance 7', training: 'first', what: 'guidance 7', weight: 1, guidance: 7 },
  { name: 'first, weight 0.85', training: 'first', what: 'LoRA weight 0.85', weight: 0.85, guidance: firstGuidance },
  { name: 'first, guidance 7, weight 0.85', training: 'first', what: 'guidance 7, LoRA weight 0.85', weight: 0.85, guidance: 7 },
  { name: 'first, guidance 7, weight 0.75', training: 'first', what: 'guidance 7, LoRA weight 0.75', weight: 0.75, guidance: 7 },
  { name: 'captions-levels, guidance 5', training: 'captions-levels', what: 'guidance 5', weight: 1, guidance: 5 },
  { name: 'captions-levels, guidance 7', training: 'captions-levels', what: 'guidance 7', weight: 1, guidance: 7 },
  { name: 'captions-levels, guidance 7, weight 0.85', training: 'captions-levels', what: 'guidance 7, LoRA weight 0.85', weight: 0.85, guidance: 7 },
  { name: 'captions-levels-600, guidance 5', training: 'captions-levels-600', what: 'guidance 5', weight: 1, guidance: 5 },
  ...[
    'measured',
    'normal, seed 1',
    'fast',
    'fast, from a face',
    'normal, from a face',
    'quarter',
    'quarter, from a face',
    'long',
    'long, half rate',
    'quick moments',
    'long, quick moments',
    'normal, half rate',
  ].map((training) => ({
    name: `${training}, guidance 5`,
    training,
    what: 'guidance 5',
    weight: 1,
    guidance: 5,
  })),
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
    guidance: firstGuidance,
    atSamples,
  })),
];

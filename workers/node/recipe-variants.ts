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
  /** A second training that is drawn with too, each at half the weight. */
  readonly mixedWith?: string;
  /** A snapshot of the training instead of its end. */
  readonly atSamples?: number;
}

const usualSamples = 1200;
const withHalfBody = [...firstRecipe.faceHeights, 0.44];
const belowHighest = { spread: 'even', highest: 0.8 } as const;

/**
 * Parts of the recipe. The three that were new are tried in pairs, a half of the eight combinations: each part is on in two trainings of four
 * and off in two, so its effect is the difference of 384 pictures and 384, twice as sure for the same time as one training for each part.
 */
const partsTried: readonly TrainingVariant[] = [
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
  {
    name: 'even-weights',
    what: 'the whole picture weighs alike',
    recipe: { ...firstRecipe, lossWeights: { face: 1, body: 1, background: 1 } },
    samples: usualSamples,
  },
];

const { fast, normal, thorough } = trainingPresets;
const quickMoments: AdamWOptions = { ...defaultAdamWOptions, beta2: 0.99 };

/** How long, how fast and from where: around the presets, which all have the adopted recipe. */
const presetsTried: readonly TrainingVariant[] = [
  { name: 'fast', what: 'the preset: 600 samples', ...lengthOf(fast) },
  { name: 'normal, seed 1', what: 'the preset with another seed', ...lengthOf(normal), seed: 1 },
  { name: 'thorough', what: 'the preset: 2,400 samples at half the rate, snapshots tried', ...thorough, trials: thorough.trials! },
  { name: 'thorough, whole rate', what: 'thorough at the rate of normal', ...lengthOf(thorough), trials: thorough.trials! },
  { name: 'normal, half rate', what: 'normal at half the rate', ...lengthOf(normal), learningRate: 2e-3 },
  { name: 'long, half rate', what: 'thorough without trials: every photo is learned', ...lengthOf(thorough), learningRate: 2e-3 },
  { name: 'quick moments', what: 'normal, second moment over a hundred updates', ...lengthOf(normal), optimizer: quickMoments },
  { name: 'measured', what: 'normal, expression, glasses and turn in the captions too', ...lengthOf(normal), recipe: { ...normal.recipe, captions: 'measured' } }, // prettier-ignore
  { name: 'fast, from a face', what: 'fast, from a face in general', ...lengthOf(fast), fromFace: true },
  { name: 'quarter', what: '300 samples', ...lengthOf(normal), samples: 300 },
  { name: 'quarter, from a face', what: '300 samples, from a face in general', ...lengthOf(normal), samples: 300, fromFace: true },
];

function lengthOf({ samples, recipe }: TrainingPreset): Pick<TrainingPreset, 'samples' | 'recipe'> {
  return { samples, recipe };
}

export const trainingVariants: readonly TrainingVariant[] = [...partsTried, ...presetsTried];

/** Which trainings have a part: for its main effect. */
export const factors = {
  captions: { with: ['captions-levels', 'captions-half-body'], without: ['first', 'half-body-levels'] },
  'half-body crops': { with: ['half-body-levels', 'captions-half-body'], without: ['first', 'captions-levels'] },
  'levels up to 0.8': { with: ['captions-levels', 'half-body-levels'], without: ['first', 'captions-half-body'] },
} as const;

const drawnPlainly = (trainings: readonly TrainingVariant[], guidance: number): DrawingVariant[] =>
  trainings.map(({ name, what }) => ({ name, training: name, what, weight: 1, guidance }));

/** What the looks asked for while the parts were tried, and since. */
const [firstGuidance, guidance] = [4, 5];

/** Every row of the table. */
export const drawingVariants: readonly DrawingVariant[] = [
  ...drawnPlainly(partsTried, firstGuidance),
  { name: 'first, guidance 7', training: 'first', what: 'guidance 7', weight: 1, guidance: 7 },
  { name: 'first, guidance 7, weight 0.85', training: 'first', what: 'guidance 7, LoRA weight 0.85', weight: 0.85, guidance: 7 },
  { name: 'captions-levels, guidance 7, weight 0.85', training: 'captions-levels', what: 'guidance 7, LoRA weight 0.85', weight: 0.85, guidance: 7 },
  { name: 'captions-levels, guidance 7', training: 'captions-levels', what: 'guidance 7', weight: 1, guidance: 7 },
  { name: 'normal', training: 'captions-levels', what: 'the preset: captions-levels, guidance 5', weight: 1, guidance },
  ...drawnPlainly(presetsTried, guidance),
  { name: 'two seeds mixed', training: 'captions-levels', mixedWith: 'normal, seed 1', what: 'normal and seed 1, half of each', weight: 1, guidance },
  { name: 'thorough, last state', training: 'thorough', what: 'the last state instead of the one chosen', weight: 1, guidance, atSamples: 2400 },
];

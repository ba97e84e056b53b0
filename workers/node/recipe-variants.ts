/** @file What the ablation compares, as data: recipes that are trained, and ways to draw with them. A new row of the table is a line here. */
import { firstRecipe, type TrainingRecipe } from '#models/training/recipe.ts';
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

/** As people learn. */
const presets: readonly TrainingVariant[] = [
  { name: 'fast', what: 'the preset: 600 samples', ...lengthOf(fast) },
  { name: 'normal', what: 'the preset: one caption, levels above 0.8 left out', ...lengthOf(normal) },
  { name: 'thorough', what: 'the preset: 2,400 samples at half the rate, snapshots tried', ...thorough, trials: thorough.trials! },
];

const surroundings: TrainingRecipe = { ...normal.recipe, captions: 'surroundings' };

/** How long, how fast, from where and with how many words: tried while captions of the surroundings were the default. */
const aroundPresets: readonly TrainingVariant[] = [
  { name: 'surroundings, seed 1', what: 'captions-levels with another seed', recipe: surroundings, samples: usualSamples, seed: 1 },
  { name: 'surroundings, fast', what: '600 samples', recipe: surroundings, samples: 600 },
  { name: 'surroundings, fast, from a face', what: '600 samples, from a face in general', recipe: surroundings, samples: 600, fromFace: true },
  { name: 'surroundings, half rate', what: '1,200 samples at half the rate', recipe: surroundings, samples: usualSamples, learningRate: 2e-3 },
  { name: 'surroundings, long', what: '2,400 samples at half the rate, no trials: every photo is learned', recipe: surroundings, samples: 2400, learningRate: 2e-3 }, // prettier-ignore
  { name: 'surroundings, thorough', what: 'thorough', ...thorough, recipe: surroundings, trials: thorough.trials! },
  { name: 'surroundings, whole rate', what: 'thorough at the rate of normal', recipe: surroundings, samples: 2400, trials: thorough.trials! },
  { name: 'measured', what: 'expression, glasses and turn in the captions too', recipe: { ...surroundings, captions: 'measured' }, samples: usualSamples },
];

function lengthOf({ samples, recipe }: TrainingPreset): Pick<TrainingPreset, 'samples' | 'recipe'> {
  return { samples, recipe };
}

export const trainingVariants: readonly TrainingVariant[] = [...partsTried, ...presets, ...aroundPresets];

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
  ...drawnPlainly(presets, guidance),
  { name: 'captions-levels, guidance 5', training: 'captions-levels', what: 'guidance 5', weight: 1, guidance },
  ...drawnPlainly(aroundPresets, guidance),
  {
    name: 'two seeds mixed',
    training: 'captions-levels',
    mixedWith: 'surroundings, seed 1',
    what: 'captions-levels and seed 1, half of each',
    weight: 1,
    guidance,
  },
];

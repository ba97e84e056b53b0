/** @file How much patience is asked for, as data: what a preset learns, how often it looks at itself, and what that takes. */
import type { Effort } from '../jobs/train-job.ts';
import { stylePacks, stylePrompts } from '../styles/index.ts';
import type { Subject } from '../text/prompt.ts';
import { studioBackdrops, type StudioBackdrop } from '../vision/backdrop.ts';
import type { TrainingRecipe } from './recipe.ts';
import { trainingDefaults } from './training-defaults.ts';
import { trialPoints, type TrialLook, type TrialPlan } from './trials.ts';

/** How often a preset tries its snapshots; what is drawn for it depends on the person and on how they draw. */
export type TrialRhythm = Omit<TrialPlan, 'looks' | 'drawing'>;

export interface TrainingPreset {
  readonly samples: number;
  /** Highest. */
  readonly learningRate: number;
  readonly recipe: TrainingRecipe;
  /** Null: the last state is what was learned. */
  readonly trials: TrialRhythm | null;
}

const { samples, recipe, learningRate } = trainingDefaults;

/** The table in `README.md` says what each reaches. */
export const trainingPresets: Readonly<Record<Effort, TrainingPreset>> = {
  fast: { samples: samples / 2, learningRate, recipe, trials: null },
  normal: { samples, learningRate, recipe, trials: null },
  // Not before the learning rate has fallen: a snapshot from half way, taken as the best, was identified in 50 % where the end of a normal run is in 84 %.
  // Half the rate: at the whole one the loss of all six people rose by 0.02 to 0.07 between 600 and 1,200 samples, and one of them was identified in 56 %.
  thorough: {
    samples: 2 * samples,
    learningRate: learningRate / 2,
    recipe,
    trials: { heldOutPhotos: 2, fromShare: 0.8, count: 3, seedsPerLook: 2, patience: 3 },
  },
};

/** Looks that ask for a plain backdrop: on these both the likeness and the obedience can be read. */
export function trialLooks(subject: Subject): TrialLook[] {
  return stylePacks.flatMap((pack) => {
    const backdrop = (Object.keys(studioBackdrops) as StudioBackdrop[]).find((name) => pack.template.includes(`plain ${name} background`));
    return backdrop === undefined ? [] : [{ ...stylePrompts(pack, subject.personClass, subject), guidance: pack.guidance, backdrop }];
  });
}

/** The trials of a preset for a person, drawn as they will draw; null where it holds none. */
export function trialPlan({ trials }: Pick<TrainingPreset, 'trials'>, subject: Subject, drawing: TrialPlan['drawing']): TrialPlan | null {
  return trials === null ? null : { ...trials, looks: trialLooks(subject), drawing };
}

/** Pictures that a preset draws to try its snapshots, if it does not end early: for the estimate of its time. */
export function trialPictures({ samples: wanted, trials }: TrainingPreset): number {
  return trials === null ? 0 : trialPoints(trials, wanted).length * trials.seedsPerLook * trialLooks({ token: '', personClass: 'person' }).length;
}

/** @file Snapshots put to the trial: pictures drawn as the person will draw them, compared with photos that were kept from learning. Pure. */
import type { SchedulerId } from '../schedulers/index.ts';
import { nearestColour, studioBackdrops, type LabColour, type StudioBackdrop } from '../vision/backdrop.ts';
import { cosine, meanEmbedding, type FaceEmbedding } from '../vision/face-embedding.ts';

/** One sentence that a trial draws, and the backdrop that it asks for. */
export interface TrialLook {
  readonly prompt: string;
  readonly negativePrompt: string;
  readonly guidance: number;
  /** Null where the words name no plain colour: then obedience is not measured on it. */
  readonly backdrop: StudioBackdrop | null;
}

export interface TrialPlan {
  /** Photos kept from learning, if there are five times as many. */
  readonly heldOutPhotos: number;
  /** Share of the samples after which the first snapshot is tried; the last one is the end. */
  readonly fromShare: number;
  readonly count: number;
  readonly looks: readonly TrialLook[];
  readonly seedsPerLook: number;
  /** The person's own: what wins with another sampler need not win with theirs. */
  readonly drawing: { readonly scheduler: SchedulerId; readonly steps: number };
  /** Trials in a row that may bring nothing before learning ends early. */
  readonly patience: number;
}

/** One picture of a trial, measured. */
export interface TrialPicture {
  /** Cosine with the mean of the photos kept; null where there is no face. */
  readonly likeness: number | null;
  /** Whether the backdrop is the colour asked for; null where none was. */
  readonly isObeyed: boolean | null;
}

/** What a snapshot reached. Pictures of two trials stand in the same order: same words, same seeds. */
export interface Trial {
  readonly samplesSeen: number;
  readonly pictures: readonly TrialPicture[];
}

/** Fewest photos learned from for each one kept: with less, what is missing costs more than the choice brings. */
const learnedForEachKept = 5;

/** Obedience lost at which the words count as no longer obeyed. With eight pictures less than this is chance. */
const disobedience = 0.3;

/** Which photos are learned and which are kept: those kept lie evenly among the others, since people add them occasion by occasion. */
export function splitPhotos<Photo extends { readonly faceBox: unknown }>(
  photos: readonly Photo[],
  { heldOutPhotos }: Pick<TrialPlan, 'heldOutPhotos'>,
): { readonly learned: readonly Photo[]; readonly kept: readonly Photo[] } {
  const withFace = photos.filter(({ faceBox }) => faceBox !== null);
  const count = Math.min(heldOutPhotos, Math.floor(withFace.length / (1 + learnedForEachKept)));
  const kept = new Set(Array.from({ length: count }, (_, i) => withFace[Math.floor(((i + 0.5) * withFace.length) / count)]!));
  return { learned: photos.filter((photo) => !kept.has(photo)), kept: [...kept] };
}

/** Samples after which snapshots are tried, growing; the last is `samples`. */
export function trialPoints({ fromShare, count }: Pick<TrialPlan, 'fromShare' | 'count'>, samples: number): number[] {
  if (count === 1) return [samples];
  return Array.from({ length: count }, (_, i) => Math.round(samples * (fromShare + ((1 - fromShare) * i) / (count - 1))));
}

/**
 * Measures one picture of a trial.
 *
 * @param kept embeddings of the photos kept, at least one
 */
export function measureTrialPicture(
  embedding: FaceEmbedding | null,
  backdropSeen: LabColour,
  { backdrop }: TrialLook,
  kept: readonly FaceEmbedding[],
): TrialPicture {
  return {
    likeness: embedding === null ? null : cosine(embedding, meanEmbedding(kept)),
    isObeyed: backdrop === null ? null : nearestColour(backdropSeen, studioBackdrops) === backdrop,
  };
}

/**
 * What a picture without a face counts as: a stranger, whom dlib's net puts near this cosine (`vision/face-identity.ts`). At 0 a single such picture
 * of eight weighed more than all that learning changes: 0.91 to 0.79, where strangers and the person themselves are 0.09 apart.
 */
const strangerLikeness = 0.89;

/** Mean over the pictures. */
export function likenessOf({ pictures }: Trial): number {
  return pictures.reduce((sum, { likeness }) => sum + (likeness ?? strangerLikeness), 0) / Math.max(1, pictures.length);
}

/** Share of the pictures that hold the backdrop they were asked for; 1 where none was. */
export function obedienceOf({ pictures }: Trial): number {
  const asked = pictures.filter(({ isObeyed }) => isObeyed !== null);
  return asked.length === 0 ? 1 : asked.filter(({ isObeyed }) => isObeyed === true).length / asked.length;
}

/**
 * Whether a snapshot takes the place of the best so far. The later one has the learning rate on its side, so it does unless the best so far is surely more
 * alike or the words are no longer obeyed: picking the highest of a few noisy means took a state from before the end that was worse (`README.md`).
 */
export function isBetter(trial: Trial, best: Trial | null): boolean {
  return best === null || (!isSurelyMoreAlike(best, trial) && obedienceOf(trial) >= obedienceOf(best) - disobedience);
}

/** The best of several, as `isBetter` finds it one after another. */
export function bestTrial(trials: readonly Trial[]): Trial | null {
  return trials.reduce<Trial | null>((best, trial) => (isBetter(trial, best) ? trial : best), null);
}

/**
 * Whether learning on is of no use: the words are no longer obeyed, or the last `patience` trials are none of them surely more alike than the best
 * before them. Surely is more than the standard error of the differences, picture by picture.
 */
export function reasonToStop(trials: readonly Trial[], { patience }: Pick<TrialPlan, 'patience'>): 'likeness-rises-no-more' | 'words-not-obeyed' | null {
  const [first, last] = [trials[0], trials.at(-1)];
  if (first === undefined || last === undefined) return null;
  if (obedienceOf(last) < obedienceOf(first) - disobedience) return 'words-not-obeyed';
  const before = trials.slice(0, -patience);
  const best = bestTrial(before);
  if (best === null || trials.slice(-patience).some((trial) => isSurelyMoreAlike(trial, best))) return null;
  return 'likeness-rises-no-more';
}

function isSurelyMoreAlike(trial: Trial, best: Trial): boolean {
  const differences = trial.pictures.map(({ likeness }, index) => (likeness ?? strangerLikeness) - (best.pictures[index]?.likeness ?? strangerLikeness));
  const count = differences.length;
  const mean = differences.reduce((sum, value) => sum + value, 0) / count;
  const variance = differences.reduce((sum, value) => sum + (value - mean) ** 2, 0) / Math.max(1, count - 1);
  return mean > Math.sqrt(variance / count);
}

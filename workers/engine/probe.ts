/** @file Times one training sample and one picture of the built-in model, by doing a few of each. */
import type { LoadedModel } from '#models/pipelines/loaded-model.ts';
import { textToImage } from '#models/pipelines/text-to-image.ts';
import { defaultSubjectToken } from '#models/text/prompt.ts';
import { learnLikeness, type LearnOptions } from '#models/training/learn-likeness.ts';
import { trainingDefaults, trainingPlan } from '#models/training/training-defaults.ts';
import { breathe, type JobControl } from './job-queue.ts';

/** Steps of a picture that estimates are given for; the studio's default. */
const usualSteps = 20;
const usualGuidance = 4;
/** Updates measured, after one that warms up. */
const measuredUpdates = 3;
const measuredSteps = 3;

/** Seconds for one training sample: the median of three updates with the default settings. How long they take does not depend on the photo. */
export async function timeTrainingSample(model: LoadedModel, control: JobControl): Promise<number> {
  const samplesPerUpdate = trainingDefaults.batchSize * trainingDefaults.accumulation;
  const [widthPx, heightPx] = model.nativeSizePx;
  const grey = { widthPx, heightPx, rgb: new Uint8Array(widthPx * heightPx * 3).fill(128) };
  const options: LearnOptions = {
    subject: { token: defaultSubjectToken, personClass: 'person' },
    recipe: trainingDefaults.recipe,
    resolutionPx: widthPx,
    lora: trainingDefaults.lora,
    plan: trainingPlan(0, { samples: (1 + measuredUpdates) * samplesPerUpdate }),
    preview: null,
  };
  const calls = await timeCalls(learnLikeness(model, [{ picture: grey, faceBox: null }], options), control);
  const updates = calls.filter(({ value }) => isKind(value, 'step')).map(({ seconds }) => seconds);
  return median(updates.slice(1)) / samplesPerUpdate;
}

/** Seconds for one picture of `usualSteps` steps with guidance: the words, the median step as often, and the decoding. */
export async function timePicture(model: LoadedModel, control: JobControl): Promise<number> {
  const [widthPx, heightPx] = model.nativeSizePx;
  const draw = (steps: number) =>
    textToImage(model, {
      prompt: '',
      negativePrompt: '',
      widthPx,
      heightPx,
      scheduler: 'dpm-solver-multistep',
      steps,
      guidance: usualGuidance,
      seed: 0,
      loras: [],
    });
  await timeCalls(draw(1), control); // Compiles everything.
  const seconds = (await timeCalls(draw(measuredSteps), control)).map((call) => call.seconds);
  const step = median(seconds.slice(1, -1)); // The first holds the words, the last is the decoding.
  return seconds[0]! + step * (usualSteps - 1) + seconds.at(-1)!;
}

interface TimedCall {
  readonly seconds: number;
  readonly value: unknown;
}

/** Every call of `next`, the last one included. @throws {AppError} `cancelled` */
async function timeCalls(events: AsyncGenerator<unknown, unknown>, control: JobControl): Promise<TimedCall[]> {
  const calls: TimedCall[] = [];
  try {
    for (let isDone = false; !isDone;) {
      await breathe();
      control.throwIfCancelled();
      const startMs = performance.now();
      const { done, value } = await events.next();
      calls.push({ seconds: (performance.now() - startMs) / 1000, value });
      isDone = done === true;
    }
  } finally {
    await events.return(undefined);
  }
  return calls;
}

function isKind(value: unknown, kind: string): boolean {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === kind;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

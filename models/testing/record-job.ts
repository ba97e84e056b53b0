/** @file A whole small job on one runner, graph by graph: what another backend can be asked for and held to. */
import type { ModelFolder } from '../formats/model-folder.ts';
import { LoadedModel } from '../pipelines/loaded-model.ts';
import { textToImage } from '../pipelines/text-to-image.ts';
import type { GraphRunner } from '../runtime/graph-runner.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { learnLikeness } from '../training/learn-likeness.ts';
import { firstRecipe } from '../training/recipe.ts';
import { trainingDefaults, trainingPlan } from '../training/training-defaults.ts';
import { largestDifference } from './op-cases.ts';
import { recordRuns, type RecordedRun } from './recording-runner.ts';

/** Small, so that a software driver ends within a minute; the graphs are those of any size. */
const sizePx = 64;

async function finish(events: AsyncGenerator<unknown, unknown>): Promise<void> {
  while ((await events.next()).done !== true);
}

/**
 * One update of a likeness and one picture of two steps: an encoder, the words, a forward pass, a backward pass and a decoder.
 *
 * @param runner with weights as inputs, so that each run is recorded with them; stays the caller's
 */
export async function recordJob(runner: GraphRunner, folder: ModelFolder): Promise<RecordedRun[]> {
  const { runner: recording, recorded } = recordRuns(runner);
  const model = await LoadedModel.load(recording, folder);
  const rgb = Uint8Array.from({ length: sizePx * sizePx * 3 }, (_, i) => (i * 37) % 256);
  const options = {
    subject: { token: 'ohwx', personClass: 'woman' } as const,
    recipe: firstRecipe,
    resolutionPx: sizePx,
    lora: trainingDefaults.lora,
    plan: trainingPlan(0, { samples: 1, batchSize: 1 }),
    preview: null,
  };
  await finish(learnLikeness(model, [{ picture: { widthPx: sizePx, heightPx: sizePx, rgb }, faceBox: null }], options));
  const request = {
    prompt: 'a portrait',
    negativePrompt: '',
    widthPx: sizePx,
    heightPx: sizePx,
    scheduler: 'ddim',
    steps: 2,
    guidance: 4,
    seed: 0,
    loras: [],
  } as const;
  await finish(textToImage(model, request));
  await model.dispose();
  return recorded;
}

const largest = ({ data }: Tensor): number => Array.from<number | bigint>(data).reduce((most: number, value) => Math.max(most, Math.abs(Number(value))), 0);

/**
 * Runs a recorded graph on another runner.
 *
 * @returns for each output, the largest difference as a share of the largest recorded value
 */
export async function replay({ graph, weights, feeds, outputs: expected }: RecordedRun, runner: GraphRunner): Promise<Record<string, number>> {
  const set = await runner.upload(weights);
  const compiled = await runner.compile(graph, [set]);
  const outputs = await compiled.run(feeds);
  await compiled.dispose();
  set.dispose();
  return Object.fromEntries(
    Object.entries(expected).map(([name, tensor]) => [name, largestDifference(outputs[name]!, tensor) / Math.max(largest(tensor), 1e-6)]),
  );
}

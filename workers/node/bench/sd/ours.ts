/** @file Likeness as a contestant: `ours.ts UNIT FOLDER SIZE_PX THREADS`. */
import { planTraining } from '#models/autodiff/checkpointing.ts';
import { compilePlan } from '#models/autodiff/run-plan.ts';
import { timeFeatures } from '#models/families/stable-diffusion/unet.ts';
import type { Graph } from '#models/graph/graph.ts';
import { factorNames, initializeLora } from '#models/lora/lora-weights.ts';
import { LoadedModel } from '#models/pipelines/loaded-model.ts';
import { TorchRandom } from '#models/tensor/random.ts';
import { elementCount } from '#models/tensor/shape.ts';
import type { Tensor } from '#models/tensor/tensor.ts';
import { trainingStages } from '#models/training/training-graph.ts';
import { openModelDirectory } from '../../model-directory.ts';
import { createNodeRunner } from '../../ort-node-runner.ts';
import { serveTurns } from './line-process.ts';
import type { Unit } from './units.ts';

const [unit, folder, sizePx, threads] = process.argv.slice(2) as [Unit, string, string, string];
const runner = createNodeRunner({ threads: Number(threads) });
const model = await LoadedModel.open(runner, openModelDirectory(folder));
const [, , height, width] = model.latentShape(Number(sizePx), Number(sizePx)) as readonly [number, number, number, number];
const size = { batch: 1, height, width, contextLength: model.contextLength };
const random = new TorchRandom(1);

type Declared = readonly (readonly [name: string, type: Pick<Tensor, 'dtype' | 'shape'>])[];
const randomFeeds = (declared: Declared): Record<string, Tensor> =>
  Object.fromEntries(declared.map(([name, { shape }]) => [name, { dtype: 'float32', shape, data: random.normal(elementCount(shape)) }]));
const inputsOf = ({ inputs }: Graph): Declared => inputs.map((value) => [value.name, value]);

async function graphWork(component: 'unet' | 'vae', graph: Graph): Promise<() => Promise<unknown>> {
  const compiled = await model.compile(unit, component, () => graph);
  const feeds = randomFeeds(inputsOf(graph));
  if ('time_features' in feeds) feeds['time_features'] = timeFeatures(model.model.unet, [500]);
  return () => compiled.run(feeds);
}

async function trainingWork(): Promise<() => Promise<unknown>> {
  const { request, modules } = trainingStages(model.model.unet, { size, lora: { rank: 16, alpha: 16, targets: 'attention' } });
  const compiled = await compilePlan(runner, planTraining(request, 3 * 2 ** 30), [await model.weightsOf('unet')]);
  const feeds = { ...randomFeeds([...request.fed]), time_features: timeFeatures(model.model.unet, [500]) };
  for (const [path, { down, up }] of initializeLora(modules, 1, 1)) Object.assign(feeds, { [factorNames(path).down]: down, [factorNames(path).up]: up });
  return async () => {
    for (const output of Object.values(await compiled.run(feeds))) output.dispose();
  };
}

const works: Readonly<Record<Unit, () => Promise<() => Promise<unknown>>>> = {
  step: () => graphWork('unet', model.model.buildUnet({ ...size, attention: 'fused' })),
  decode: () => graphWork('vae', model.model.buildImageDecoder({ batch: 1, height, width })),
  train: trainingWork,
};
await serveTurns('Likeness, Node CPU', await works[unit]());

/**
 * @file Our side of one check, in a process of its own so that its memory is given back: `measure.ts FOLDER CHECK REFERENCE THREADS`.
 * Prints one `Measurement` as JSON.
 */
import { readFile } from 'node:fs/promises';
import { planTraining } from '#models/autodiff/checkpointing.ts';
import { compilePlan } from '#models/autodiff/run-plan.ts';
import { readStableDiffusion, type StableDiffusionModel } from '#models/families/stable-diffusion/index.ts';
import { timeFeatures } from '#models/families/stable-diffusion/unet.ts';
import { readJson, type ModelFolder } from '#models/formats/model-folder.ts';
import { parseSafetensors } from '#models/formats/safetensors.ts';
import type { Graph } from '#models/graph/graph.ts';
import { LoadedModel } from '#models/pipelines/loaded-model.ts';
import { textToImage } from '#models/pipelines/text-to-image.ts';
import type { GraphRunner } from '#models/runtime/graph-runner.ts';
import type { SchedulerId } from '#models/schedulers/index.ts';
import type { Tensor } from '#models/tensor/tensor.ts';
import { trainingStages } from '#models/training/training-graph.ts';
import { openModelDirectory } from '../model-directory.ts';
import { createNodeRunner } from '../ort-node-runner.ts';
import { peakMemoryBytes } from '../report.ts';
import type { CheckName, Difference, Measurement } from './checks.ts';
import { compare, pictureDecibels } from './compare.ts';
import { readWeights } from './read-weights.ts';

/** The file that the reference wrote. */
interface Reference {
  readonly inputs: ReadonlyMap<string, Tensor>;
  readonly outputs: ReadonlyMap<string, Tensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

interface Subject {
  readonly runner: GraphRunner;
  readonly folder: ModelFolder;
  readonly model: StableDiffusionModel;
  readonly reference: Reference;
}

async function readReference(path: string): Promise<Reference> {
  const { tensors, metadata } = parseSafetensors(new Uint8Array(await readFile(path)));
  const named = (prefix: string) => new Map([...tensors].filter(([key]) => key.startsWith(prefix)).map(([key, value]) => [key.slice(prefix.length), value]));
  return { inputs: named('input.'), outputs: named('output.'), metadata };
}

const numbers = (tensor: Tensor): Float32Array => tensor.data as Float32Array;

/** Runs one graph with the reference's inputs; the weights it reads are the only ones loaded. */
async function runGraph({ runner, folder, reference }: Subject, graph: Graph, extra: Readonly<Record<string, Tensor>> = {}): Promise<Difference> {
  const weights = await runner.upload(
    await readWeights(
      folder,
      graph.parameters.map(({ name }) => name),
    ),
  );
  const compiled = await runner.compile(graph, [weights]);
  const results = await compiled.run({ ...Object.fromEntries(reference.inputs), ...extra });
  return compare([...reference.outputs].map(([name, expected]) => [numbers(results[name]!), numbers(expected)]));
}

const sizeOf = (tensor: Tensor) => ({ batch: tensor.shape[0]!, height: tensor.shape[2]!, width: tensor.shape[3]! });

const measures: Readonly<Record<CheckName, (subject: Subject) => Promise<Difference>>> = {
  text: (subject) => {
    const [batch, length] = subject.reference.inputs.get('input_ids')!.shape as [number, number];
    return runGraph(subject, subject.model.buildTextEncoder({ batch, length }));
  },
  unet: (subject) => {
    const { inputs } = subject.reference;
    const size = { ...sizeOf(inputs.get('sample')!), contextLength: inputs.get('encoder_hidden_states')!.shape[1]! };
    return runGraph(subject, subject.model.buildUnet({ ...size, attention: 'fused' }), {
      time_features: timeFeatures(subject.model.unet, numbers(inputs.get('timestep')!)),
    });
  },
  encode: (subject) => runGraph(subject, subject.model.buildImageEncoder(sizeOf(subject.reference.inputs.get('image')!))),
  decode: (subject) => runGraph(subject, subject.model.buildImageDecoder(sizeOf(subject.reference.inputs.get('latent')!))),
  gradients: measureGradients,
  sample: measureSampling,
};

async function measureGradients({ runner, folder, model, reference: { inputs, outputs, metadata } }: Subject): Promise<Difference> {
  const size = { ...sizeOf(inputs.get('sample')!), contextLength: inputs.get('encoder_hidden_states')!.shape[1]! };
  const lora = { rank: Number(metadata['rank']), alpha: Number(metadata['alpha']), targets: 'attention' } as const;
  const plan = planTraining(trainingStages(model.unet, { size, lora }).request, Infinity);
  const names = new Set(plan.runs.flatMap(({ graph }) => graph.parameters.map(({ name }) => name)));
  const compiled = await compilePlan(runner, plan, [await runner.upload(await readWeights(folder, [...names]))]);
  const results = await compiled.run({ ...Object.fromEntries(inputs), time_features: timeFeatures(model.unet, numbers(inputs.get('timestep')!)) });
  const pairs: [Float32Array, Float32Array][] = [[numbers(await results['loss']!.read()), numbers(outputs.get('loss')!)]];
  for (const [factor, gradient] of plan.gradients) pairs.push([numbers(await results[gradient]!.read()), numbers(outputs.get(`${factor}.gradient`)!)]);
  if (pairs.length !== outputs.size) throw new Error(`${pairs.length - 1} gradients of ours, ${outputs.size - 1} of peft`);
  return compare(pairs);
}

async function measureSampling({ runner, folder, reference: { outputs, metadata } }: Subject): Promise<Difference> {
  const model = await LoadedModel.load(runner, folder);
  const expected = outputs.get('picture')!;
  const drawing = textToImage(model, {
    prompt: metadata['prompt']!,
    negativePrompt: metadata['negative']!,
    widthPx: expected.shape[3]!,
    heightPx: expected.shape[2]!,
    scheduler: metadata['scheduler'] as SchedulerId,
    steps: Number(metadata['steps']),
    guidance: Number(metadata['guidance']),
    seed: Number(metadata['seed']),
    loras: [],
  });
  let drawn = await drawing.next();
  while (drawn.done !== true) drawn = await drawing.next();
  const { picture, latents } = drawn.value;
  const area = picture.widthPx * picture.heightPx;
  const planes = Float32Array.from({ length: 3 * area }, (_, i) => picture.rgb[(i % area) * 3 + Math.floor(i / area)]! / 255);
  return { ...compare([[numbers(latents), numbers(outputs.get('latents')!)]]), decibels: pictureDecibels(planes, numbers(expected)) };
}

async function main([directory, check, file, threads]: readonly string[]): Promise<void> {
  const folder = openModelDirectory(directory!);
  const model = readStableDiffusion({
    modelIndex: await readJson(folder, 'model_index.json'),
    unet: await readJson(folder, 'unet/config.json'),
    textEncoder: await readJson(folder, 'text_encoder/config.json'),
    vae: await readJson(folder, 'vae/config.json'),
  });
  const runner = createNodeRunner({ threads: Number(threads) });
  const reference = await readReference(file!);
  const started = performance.now();
  const difference = await measures[check as CheckName]({ runner, folder, model, reference });
  const measurement: Measurement = { ...difference, seconds: (performance.now() - started) / 1000, peakBytes: peakMemoryBytes() };
  console.log(JSON.stringify(measurement));
  await runner.dispose();
}

await main(process.argv.slice(2));

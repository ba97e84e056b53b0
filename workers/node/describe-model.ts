/** @file What `inspect` says of a model, from its configurations and headers alone: a file of gigabytes takes no longer than a small one. */
import { describeFit, describeNeed } from '#models/budget/describe-need.ts';
import { drawingNeed, trainingNeed } from '#models/budget/memory-need.ts';
import { fitTier, presets, trainingTiers } from '#models/budget/training-tiers.ts';
import { components, type Component } from '#models/families/stable-diffusion/weight-names.ts';
import type { StoredTensor } from '#models/formats/stored-weights.ts';
import type { OpenedModel } from '#models/pipelines/open-model.ts';
import { atOnce } from '#models/runtime/steps.ts';
import { resolveOptions, type PredictionType } from '#models/schedulers/scheduler-config.ts';
import { elementCount } from '#models/tensor/shape.ts';
import { availableMemoryBytes, nodeMemory } from './node-memory.ts';

/** The parts of the description, in their order; each may look at everything that is known. */
const sections: readonly ((opened: OpenedModel) => readonly string[])[] = [architectureLines, noiseLines, weightLines, memoryLines];

/** @param name what to call it, such as its path */
export function describeModel(name: string, opened: OpenedModel): readonly string[] {
  const kind = opened.singleFile === null ? 'in diffusers format' : 'as a checkpoint in one file';
  return [`${name}: ${versionOf(opened)}, ${kind}`, ...sections.flatMap((section) => section(opened)).map((line) => `  ${line}`)];
}

/** The versions are told apart by their text encoders, in diffusers too. */
function versionOf({ model }: OpenedModel): string {
  const versions: Readonly<Record<number, string>> = { 768: 'Stable Diffusion 1.x', 1024: 'Stable Diffusion 2.x' };
  return versions[model.textEncoder.width] ?? 'a Stable Diffusion of its own size';
}

function architectureLines({ model: { unet, textEncoder, vae } }: OpenedModel): readonly string[] {
  const [height, width] = unet.sampleSize;
  return [
    `draws ${width * vae.downscale} x ${height * vae.downscale} px from latents [${unet.inChannels}, ${height}, ${width}]`,
    `UNet: channels ${unet.levels.map((level) => level.channels).join(', ')}; blocks ${unet.levels.map((level) => level.downType).join(', ')}`,
    `text encoder: ${textEncoder.layers} layers of ${textEncoder.width}, ${textEncoder.positions} tokens, vocabulary of ${textEncoder.vocabularySize}`,
    `autoencoder: ${vae.kind === 'tiny' ? 'AutoencoderTiny' : 'AutoencoderKL'}, factor ${vae.downscale}, scaling ${vae.scalingFactor}`,
  ];
}

const predicted: Readonly<Record<PredictionType, string>> = { epsilon: 'noise', v_prediction: 'velocity', sample: 'the clean latent' };

function noiseLines({ schedulerConfig, predictionFrom }: OpenedModel): readonly string[] {
  const { predictionType, trainSteps, rescaleBetasZeroSnr } = resolveOptions(schedulerConfig);
  return [
    `predicts ${predicted[predictionType]} (${predictionType}): ${predictionFrom}`,
    `${trainSteps} steps of noise${rescaleBetasZeroSnr ? ', down to no signal at all' : ''}; scheduler ${schedulerConfig.className}`,
  ];
}

function weightLines({ weights }: OpenedModel): readonly string[] {
  const lineOf = (component: Component): string => {
    const { paths, variant } = weights.files.get(component)!;
    const files = paths.length === 1 ? paths[0]! : `${paths.length} shards, ${paths[0]!} and on`;
    return `${component}: ${summarize(weights.entries(component).values())}; ${files}${variant === null ? '' : ` (variant ${variant})`}`;
  };
  return [...components.map(lineOf), `together: ${summarize(weights.entries().values())}`];
}

/** One picture at a time, as the command line trains and draws; LoRA of rank 16. */
const assumed = { batchSize: 1, rank: 16 } as const;

function memoryLines({ model }: OpenedModel): readonly string[] {
  const [height, width] = model.unet.sampleSize.map((side) => side * model.vae.downscale) as [number, number];
  const tiers = trainingTiers(model).map(({ resolutionPx, preset }) => {
    const settings = { resolutionPx, batchSize: assumed.batchSize, lora: { rank: assumed.rank, alpha: assumed.rank, targets: presets[preset] } };
    return `memory to learn at ${resolutionPx} px, ${preset}: ${describeNeed(atOnce(trainingNeed(model, settings, nodeMemory)))}`;
  });
  const available = availableMemoryBytes();
  return [
    `memory to draw ${width} x ${height} px: ${describeNeed(drawingNeed(model, width, height, nodeMemory))}`,
    ...tiers,
    describeFit(atOnce(fitTier(model, available, assumed.rank, nodeMemory)), available),
  ];
}

/** `686 tensors, 859.52 M numbers, F16, 1639.4 MiB` */
export function summarize(tensors: Iterable<Pick<StoredTensor, 'storedType' | 'shape' | 'lengthBytes'>>): string {
  let [count, numbers, bytes] = [0, 0, 0];
  const types = new Set<string>();
  for (const { storedType, shape, lengthBytes } of tensors) {
    count++;
    numbers += elementCount(shape);
    bytes += lengthBytes;
    types.add(storedType);
  }
  return `${count} tensors, ${(numbers / 1e6).toFixed(2)} M numbers, ${[...types].sort().join(' and ')}, ${(bytes / 2 ** 20).toFixed(1)} MiB`;
}

/** @file How much memory training and drawing take, from configurations alone: nothing is loaded. */
import { fitsInSingleStages, planningSteps } from '../autodiff/checkpointing.ts';
import type { StableDiffusionModel } from '../families/stable-diffusion/index.ts';
import type { Graph } from '../graph/graph.ts';
import { sizeBytes } from '../graph/live-bytes.ts';
import { plannedPeakBytes } from '../graph/planned-bytes.ts';
import type { LoraConfig } from '../lora/lora-config.ts';
import type { LoraModule } from '../lora/lora-weights.ts';
import { buildDenoiser } from '../pipelines/build-denoiser.ts';
import type { Steps } from '../runtime/steps.ts';
import { elementCount } from '../tensor/shape.ts';
import { attentionPartBytes, trainingStages, type TrainingStages } from '../training/training-graph.ts';

/** What a place needs beside the numbers of the model. */
export interface MemoryPlatform {
  /** Program, runtime and compiled graphs. */
  readonly runtimeBytes: number;
  /** What the allocator holds for each byte of activations that is asked of it. */
  readonly allocatorShare: number;
  /** The largest tensor that a kernel can read there, such as the smaller of WebGPU's two limits on buffers. Default: any. */
  readonly bindingBytes?: number;
}

/** Bytes at the worst moment. */
export interface MemoryNeed {
  readonly weightBytes: number;
  /** Activations and gradients, and what waits for them in the allocator. */
  readonly activationBytes: number;
  /** Adapters, their gradients and the optimizer's moments; 0 for drawing. */
  readonly adapterBytes: number;
  readonly runtimeBytes: number;
}

export const totalBytes = ({ weightBytes, activationBytes, adapterBytes, runtimeBytes }: MemoryNeed): number =>
  weightBytes + activationBytes + adapterBytes + runtimeBytes;

export interface TrainingSettings {
  readonly resolutionPx: number;
  readonly batchSize: number;
  readonly lora: LoraConfig;
}

/** A training sample that was planned within a budget. */
export interface PlannedNeed extends MemoryNeed {
  /** What was given to the planner: the same number makes the same plan again. `Infinity` where nothing is computed twice. */
  readonly plannedBytes: number;
  /** The largest tensor that encoding and training read or write, weights included. */
  readonly largestTensorBytes: number;
}

/** A factor, its gradient as the graph gives it, the sum over runs, and two moments of AdamW: float32 each. */
const adapterCopies = 5;

/**
 * What learning takes when its activations may have `byteBudget` bytes.
 *
 * @param byteBudget `Infinity` for plain training; the need can be above it where even the smallest steps take more
 * @throws {AppError} `job-invalid` for an impossible LoRA
 */
export function* trainingNeed(model: StableDiffusionModel, settings: TrainingSettings, platform: MemoryPlatform, byteBudget = Infinity): Steps<PlannedNeed> {
  const plannedBytes = byteBudget / platform.allocatorShare;
  const { request, modules } = stagesWithin(model, settings, platform, plannedBytes);
  yield;
  const plan = yield* planningSteps(request, plannedBytes);
  const graphs = plan.runs.map(({ graph }) => graph);
  yield;
  return {
    weightBytes: weightBytesOf(graphs),
    activationBytes: plan.peakBytes * platform.allocatorShare,
    adapterBytes: adapterBytesOf(modules),
    runtimeBytes: platform.runtimeBytes,
    plannedBytes,
    largestTensorBytes: Math.max(largestOfEncoders(model, settings.resolutionPx), ...graphs.map(largestTensorOf)),
  };
}

/** False if not even the smallest steps of learning fit in `availableBytes`. Tells in a fraction of the time that a plan takes. */
export function* canFit(model: StableDiffusionModel, settings: TrainingSettings, platform: MemoryPlatform, availableBytes: number): Steps<boolean> {
  const { modules } = stagesWithin(model, settings, platform, Infinity);
  const byteBudget = availableBytes - unetBytes(model) - adapterBytesOf(modules) - platform.runtimeBytes;
  if (byteBudget <= 0) return false;
  yield;
  const plannedBytes = byteBudget / platform.allocatorShare;
  return yield* fitsInSingleStages(stagesWithin(model, settings, platform, plannedBytes).request, plannedBytes);
}

/** As `learnLikeness` has them with the same number of bytes. */
function stagesWithin(
  model: StableDiffusionModel,
  { resolutionPx, batchSize, lora }: TrainingSettings,
  { bindingBytes }: MemoryPlatform,
  plannedBytes: number,
): TrainingStages {
  const side = Math.floor(resolutionPx / model.vae.downscale);
  const size = { batch: batchSize, height: side, width: side, contextLength: model.textEncoder.positions };
  return trainingStages(model.unet, { size, lora, attentionBytes: attentionPartBytes(plannedBytes, bindingBytes) });
}

function adapterBytesOf(modules: readonly LoraModule[]): number {
  return 4 * adapterCopies * modules.reduce((sum, { downShape, upShape }) => sum + elementCount(downShape) + elementCount(upShape), 0);
}

/** The UNet's weights: of any size, the smallest graph tells. */
function unetBytes(model: StableDiffusionModel): number {
  const side = 2 ** (model.unet.levels.length - 1);
  return weightBytesOf([model.buildUnet({ batch: 1, height: side, width: side, contextLength: 1, attention: 'fused' })]);
}

/** The largest tensor of reading captions and photos. */
function largestOfEncoders(model: StableDiffusionModel, resolutionPx: number): number {
  const text = model.buildTextEncoder({ batch: 1, length: model.textEncoder.positions, tokens: 'rows' });
  return Math.max(largestTensorOf(text), largestTensorOf(model.buildImageEncoder({ batch: 1, height: resolutionPx, width: resolutionPx })));
}

/** What is merged into a model before it draws. */
export interface MergingNeed {
  /** Of all likenesses together, as float32. */
  readonly factorBytes: number;
  /** Of the layer that takes most while it is merged: its weights before and after, and its factors joined. */
  readonly layerBytes: number;
}

/**
 * What drawing one picture takes, with guidance: two latents at once. All parts of the model stay loaded. Merged weights lie in the place of
 * the plain ones; their factors and one layer with its product are there only before the first picture, when nothing is drawn yet.
 */
export function drawingNeed(
  model: StableDiffusionModel,
  widthPx: number,
  heightPx: number,
  platform: MemoryPlatform,
  merging: MergingNeed | null = null,
): MemoryNeed {
  const size = { height: Math.floor(heightPx / model.vae.downscale), width: Math.floor(widthPx / model.vae.downscale) };
  const graphs = [
    model.buildTextEncoder({ batch: 2, length: model.textEncoder.positions, tokens: 'rows' }),
    buildDenoiser(model, { batch: 2, ...size, contextLength: model.textEncoder.positions }, platform.bindingBytes),
    model.buildImageDecoder({ batch: 1, ...size }),
  ];
  return {
    weightBytes: weightBytesOf(graphs),
    activationBytes: Math.max(
      merging === null ? 0 : merging.factorBytes + merging.layerBytes,
      Math.max(...graphs.map(plannedPeakBytes)) * platform.allocatorShare,
    ),
    adapterBytes: 0,
    runtimeBytes: platform.runtimeBytes,
  };
}

/** Every weight once, as float32: graphs share them. */
function weightBytesOf(graphs: readonly Graph[]): number {
  const weights = new Map(graphs.flatMap(({ parameters }) => parameters.map((parameter) => [parameter.name, sizeBytes(parameter)] as const)));
  return [...weights.values()].reduce((sum, bytes) => sum + bytes, 0);
}

function largestTensorOf({ inputs, parameters, nodes }: Graph): number {
  let largest = 0;
  for (const value of [...inputs, ...parameters, ...nodes.flatMap(({ outputs }) => outputs)]) largest = Math.max(largest, sizeBytes(value));
  return largest;
}

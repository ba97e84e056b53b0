/** @file The training loop, written out: draw samples, run the graph, clip, update, tell. */
import type { CompiledPlan } from '../autodiff/run-plan.ts';
import { AppError } from '../errors/app-error.ts';
import type { UnetConfig } from '../families/stable-diffusion/unet-config.ts';
import { timeFeatures } from '../families/stable-diffusion/unet.ts';
import { factorNames, type LoraFactors } from '../lora/lora-weights.ts';
import type { DeviceTensor } from '../runtime/graph-runner.ts';
import type { NoiseSchedule } from '../schedulers/noise-schedule.ts';
import { tensor, type Tensor } from '../tensor/tensor.ts';
import { type AdamW, clipGlobalNorm } from './optimizers/adamw.ts';
import { warmupCosine } from './learning-rate.ts';
import { lossNames, type TrainingStages } from './training-graph.ts';
import type { Trial } from './trials.ts';
import { drawSample, type SamplePlan, type TrainingSample, type TrainingSet } from './training-set.ts';

export interface TrainingPlan extends SamplePlan {
  /** Samples to see in all; the last update may be smaller than the others. */
  readonly samples: number;
  /** Samples per run of the graph: the graph's own batch size. */
  readonly batchSize: number;
  /** Runs per update. */
  readonly accumulation: number;
  readonly learningRate: number;
  readonly warmupSteps: number;
  readonly maxGradientNorm: number;
}

/** What has been learned so far and all that is needed to go on. Changed in place by `trainLora`; consistent whenever it yields. */
export interface TrainingState {
  samplesSeen: number;
  readonly factors: ReadonlyMap<string, LoraFactors>;
  readonly optimizer: AdamW;
  smoothedLoss: number | null;
  /** Every trial held, oldest first; empty where snapshots are not tried. */
  readonly trials: Trial[];
  /** The factors of the best trial. */
  best: ReadonlyMap<string, LoraFactors> | null;
}

export interface TrainingStep {
  readonly samplesSeen: number;
  readonly loss: number;
  /** Exponential mean over about 30 updates. */
  readonly smoothedLoss: number;
  readonly learningRate: number;
  /** Before clipping. */
  readonly gradientNorm: number;
}

export interface TrainingSetup {
  readonly stages: TrainingStages;
  /** `stages` planned and compiled. */
  readonly compiled: CompiledPlan;
  readonly unet: UnetConfig;
  readonly set: TrainingSet;
  readonly schedule: NoiseSchedule;
  readonly plan: TrainingPlan;
  readonly state: TrainingState;
}

const smoothing = 1 / 30;

/**
 * Trains until `plan.samples` samples have been seen, yielding after every update. Stop by not asking for more: the state is then complete.
 *
 * @throws {AppError} `loss-not-finite` if the loss or a gradient is NaN or infinite; the state is that before the bad update
 */
export async function* trainLora({ stages, compiled, unet, set, schedule, plan, state }: TrainingSetup): AsyncGenerator<TrainingStep, void> {
  const samplesPerUpdate = plan.batchSize * plan.accumulation;
  const totalSteps = Math.ceil(plan.samples / samplesPerUpdate);
  const parameters = parametersOf(state.factors);

  while (state.samplesSeen < plan.samples) {
    const gradients = new Map<string, Float32Array>();
    let loss = 0;
    for (let run = 0; run < plan.accumulation; run++) {
      const first = state.samplesSeen + run * plan.batchSize;
      const samples = Array.from({ length: plan.batchSize }, (_, i) => drawSample(set, schedule, first + i, plan));
      const outputs = await readAll(await compiled.run({ ...batchFeeds(samples, unet, stages), ...feedFactors(state.factors) }));
      loss += outputs.get(lossNames.loss)![0]! / plan.accumulation;
      for (const [name, gradient] of compiled.plan.gradients) accumulate(gradients, name, outputs.get(gradient)!, 1 / plan.accumulation);
    }

    const gradientNorm = clipGlobalNorm(gradients, plan.maxGradientNorm);
    if (!Number.isFinite(loss) || !Number.isFinite(gradientNorm)) throw lossNotFinite(loss, gradientNorm, state.samplesSeen);
    const learningRate = warmupCosine({ peak: plan.learningRate, warmupSteps: plan.warmupSteps, totalSteps }, state.optimizer.steps);
    state.optimizer.update(parameters, gradients, learningRate);
    state.samplesSeen += samplesPerUpdate;
    state.smoothedLoss = state.smoothedLoss === null ? loss : state.smoothedLoss + smoothing * (loss - state.smoothedLoss);
    yield { samplesSeen: state.samplesSeen, loss, smoothedLoss: state.smoothedLoss, learningRate, gradientNorm };
  }
}

/** The trained arrays by factor name; updates write into the factors themselves. */
function parametersOf(factors: ReadonlyMap<string, LoraFactors>): Map<string, Float32Array> {
  const parameters = new Map<string, Float32Array>();
  for (const [path, { down, up }] of factors) {
    parameters.set(factorNames(path).down, down.data);
    parameters.set(factorNames(path).up, up.data);
  }
  return parameters;
}

function feedFactors(factors: ReadonlyMap<string, LoraFactors>): Record<string, Tensor> {
  return Object.fromEntries(
    [...factors].flatMap(([path, { down, up }]) => [
      [factorNames(path).down, down],
      [factorNames(path).up, up],
    ]),
  );
}

/** Brings everything to the host and frees it on the device. */
async function readAll(outputs: Readonly<Record<string, DeviceTensor>>): Promise<Map<string, Float32Array>> {
  // Asked for together: a runner on a graphics device answers with one transfer for all of them.
  const read = await Promise.all(Object.entries(outputs).map(async ([name, output]) => [name, (await output.read()).data as Float32Array] as const));
  for (const output of Object.values(outputs)) output.dispose();
  return new Map(read);
}

/** Stacks samples along a new first axis. */
function batchFeeds(samples: readonly TrainingSample[], unet: UnetConfig, { request }: TrainingStages): Record<string, Tensor> {
  const shapeOf = (name: string) => request.fed.get(name)!.shape;
  const stack = (name: string, read: (sample: TrainingSample) => Float32Array): Tensor => tensor('float32', shapeOf(name), concatenate(samples.map(read)));
  return {
    sample: stack('sample', (sample) => sample.noisy),
    target: stack('target', (sample) => sample.target),
    encoder_hidden_states: stack('encoder_hidden_states', (sample) => sample.embedding),
    loss_weight: stack('loss_weight', (sample) => sample.lossWeight),
    time_features: timeFeatures(
      unet,
      samples.map((sample) => sample.timestep),
    ),
  };
}

function concatenate(parts: readonly Float32Array[]): Float32Array {
  const whole = new Float32Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

function accumulate(gradients: Map<string, Float32Array>, name: string, gradient: Float32Array, factor: number): void {
  const sum = gradients.get(name) ?? new Float32Array(gradient.length);
  for (let i = 0; i < sum.length; i++) sum[i] = sum[i]! + factor * gradient[i]!;
  gradients.set(name, sum);
}

function lossNotFinite(loss: number, gradientNorm: number, samplesSeen: number): AppError {
  return new AppError('loss-not-finite', {
    message: `after ${samplesSeen} samples the loss is ${loss} and the gradient norm ${gradientNorm}`,
    help: 'Training stopped before the bad update; what was learned so far is kept. Go on with half the learning rate.',
    retryable: true,
  });
}

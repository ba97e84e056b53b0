/** @file The work that is timed, on any runner: parts of training and of drawing, as the app does them, on random pictures. */
import { compilePlan } from '#models/autodiff/run-plan.ts';
import { planTraining } from '#models/autodiff/checkpointing.ts';
import { timeFeatures } from '#models/families/stable-diffusion/unet.ts';
import type { ModelFolder } from '#models/formats/model-folder.ts';
import type { TargetPreset } from '#models/lora/lora-config.ts';
import { initializeLora } from '#models/lora/lora-weights.ts';
import { LoadedModel } from '#models/pipelines/loaded-model.ts';
import type { GraphRunner } from '#models/runtime/graph-runner.ts';
import { noiseSchedule } from '#models/schedulers/noise-schedule.ts';
import { resolveOptions } from '#models/schedulers/scheduler-config.ts';
import { TorchRandom } from '#models/tensor/random.ts';
import { elementCount } from '#models/tensor/shape.ts';
import { float32 } from '#models/tensor/tensor.ts';
import { AdamW } from '#models/training/optimizers/adamw.ts';
import { trainingPlan } from '#models/training/training-defaults.ts';
import { trainingStages } from '#models/training/training-graph.ts';
import { trainLora } from '#models/training/train-lora.ts';
import type { TrainingSet } from '#models/training/training-set.ts';

/**
 * What is timed: a training update on one batch, a denoising step with guidance (two latents), what a picture costs beside its
 * steps (two prompts encoded, one latent decoded), and encoding one picture before training.
 */
export const workUnits = ['train', 'denoise', 'frame', 'encode'] as const;
export type WorkUnit = (typeof workUnits)[number];

export interface WorkloadOptions {
  readonly batchSize: number;
  readonly rank: number;
  readonly targets: TargetPreset;
}

export type Workload = Readonly<Record<WorkUnit, () => Promise<void>>>;

/** Loads a model on a runner and makes each unit of work callable; the runner's `dispose` frees everything. */
export async function openWorkload(runner: GraphRunner, folder: ModelFolder, { batchSize, rank, targets }: WorkloadOptions): Promise<Workload> {
  const model = await LoadedModel.load(runner, folder);
  const [widthPx, heightPx] = model.nativeSizePx;
  const latentShape = model.latentShape(widthPx, heightPx);
  const random = new TorchRandom(1);
  const latent = (count: number) => float32([count, ...latentShape.slice(1)], random.normal(count * elementCount(latentShape)));
  const picture = float32([1, 3, heightPx, widthPx], random.normal(3 * heightPx * widthPx));
  const prompts = ['', 'a portrait photo of a person'] as const;
  const text = await model.encodePrompts(prompts);

  const lora = { rank, alpha: rank, targets } as const;
  const plan = { ...trainingPlan(1, { samples: 1e6, batchSize }), captionDropout: 0 };
  const [, , height, width] = latentShape;
  const stages = trainingStages(model.model.unet, { size: { batch: batchSize, height: height!, width: width!, contextLength: model.contextLength }, lora });
  const set: TrainingSet = {
    latentShape: latentShape.slice(1),
    examples: [{ views: [{ latent: latent(1).data, lossWeight: new Float32Array(height! * width!).fill(1), caption: prompts[1] }] }],
    embeddings: new Map([[prompts[1], (text.data as Float32Array).slice(text.data.length / 2)]]),
  };
  const training = trainLora({
    stages,
    compiled: await compilePlan(runner, planTraining(stages.request, Infinity), [await model.weightsOf('unet')]),
    unet: model.model.unet,
    set,
    schedule: noiseSchedule(resolveOptions(model.schedulerConfig)),
    plan,
    state: { samplesSeen: 0, factors: initializeLora(stages.modules, 1, 1), optimizer: new AdamW(), smoothedLoss: null, trials: [], best: null },
  });

  const guided = { sample: latent(2), time_features: timeFeatures(model.model.unet, [500, 500]), encoder_hidden_states: text };
  const last = latent(1);
  return {
    train: async () => void (await training.next()),
    denoise: async () => void (await (await model.denoiser({ batchSize: 2, latentShape, loras: [] })).run(guided)),
    frame: async () => {
      await model.encodePrompts(prompts);
      await model.decode(last);
    },
    encode: async () => void (await model.encode(picture)),
  };
}

/** @file Helpers of Stable Diffusion 1.x models: a small autoencoder, and LoRAs that make a model need fewer steps. */
import { stableDiffusion1, stableDiffusionLatent } from './fits.ts';
import { file, type ModelCard } from './model-card.ts';

const shared = {
  family: 'stable-diffusion',
  tier: 'helper',
  resolutionPx: 512,
  memoryGb: null,
  checked: false,
} as const satisfies Partial<ModelCard>;

/** 1.2 million weights each way; its pictures are a little softer than the full autoencoder's. */
export const taesd = {
  ...shared,
  label: 'TAESD',
  role: 'decoder',
  // Commits with the two-file layout are known; the one-file layout that we read is only on the branch.
  source: { kind: 'hub', repo: 'madebyollin/taesd', revision: 'main' },
  files: [file('config.json', 1e3), file('diffusion_pytorch_model.safetensors', 9.79e6)],
  licence: 'MIT',
  credit: 'TAESD by Ollin Boer Bohan.',
  fits: { latent: stableDiffusionLatent },
  steps: 0,
  openQuestions: ['sizes-rounded', 'hashes', 'pictures'],
} as const satisfies ModelCard;

export const lcmLora = {
  ...shared,
  label: 'LCM-LoRA for SD 1.5',
  role: 'acceleration',
  source: { kind: 'hub', repo: 'latent-consistency/lcm-lora-sdv1-5', revision: 'cf2fced511dbe7e26c8d1d397e728fbab875db4b' },
  files: [file('pytorch_lora_weights.safetensors', 135e6)],
  licence: 'openrail++',
  credit: 'LCM-LoRA by the Latent Consistency team.',
  steps: 4,
  fits: { unet: stableDiffusion1 },
  // Its card: 2 to 8 steps, and no guidance or 1 to 2. At 1 the model is asked once a step, and the negative prompt is not read.
  fast: { scheduler: 'lcm', guidance: 1, timestepSpacing: null },
  openQuestions: ['sizes-rounded', 'hashes', 'pictures'],
} as const satisfies ModelCard;

export const hyperSd8 = {
  ...shared,
  label: 'Hyper-SD, 8 steps, for SD 1.5',
  role: 'acceleration',
  source: { kind: 'hub', repo: 'ByteDance/Hyper-SD', revision: '07822d9cde7a6c34b8f35c169a87a9a2885fd929' },
  files: [file('Hyper-SD15-8steps-lora.safetensors', 269e6)],
  licence: 'openrail++',
  credit: 'Hyper-SD by ByteDance.',
  steps: 8,
  fits: { unet: stableDiffusion1 },
  // Its card: DDIM with trailing timesteps and no guidance; the files with guidance are the ones called CFG.
  fast: { scheduler: 'ddim', guidance: 1, timestepSpacing: 'trailing' },
  openQuestions: ['sizes-rounded', 'hashes', 'pictures', 'licence'],
} as const satisfies ModelCard;

/** @file What is timed at the size of Stable Diffusion 1.5, at 512 px: each alone, so that only its own weights are in memory. */
export const units = {
  step: 'UNet step, one latent',
  decode: 'VAE decode',
  train: 'training sample, LoRA of rank 16 on attention',
} as const;

export type Unit = keyof typeof units;
export const unitNames = Object.keys(units) as readonly Unit[];

/** @file The one-step tier: a small UNet taught to draw a picture at once, with the small autoencoder. */
import { file, textFiles, type ModelCard } from './model-card.ts';

export const sdxsDreamshaper = {
  label: 'SDXS 512 DreamShaper',
  family: 'stable-diffusion',
  role: 'base',
  tier: 'one-step',
  source: { kind: 'hub', repo: 'IDKiro/sdxs-512-dreamshaper', revision: '76f720262bb051da75666b22c902a78c8e16c763' },
  files: [
    ...textFiles,
    file('text_encoder/model.safetensors', 492e6),
    file('unet/diffusion_pytorch_model.safetensors', 1.26e9),
    file('vae/diffusion_pytorch_model.safetensors', 9.79e6),
  ],
  licence: 'openrail++',
  credit: 'SDXS by IDKiro, distilled from DreamShaper 8.',
  resolutionPx: 512,
  steps: 1,
  // Its page: one step, no guidance.
  fast: { scheduler: null, guidance: 1, timestepSpacing: null },
  memoryGb: { webgpu: { draw: 2.3, learn: 2.1 }, wasm: { draw: 2.2, learn: 2 } },
  checked: false,
  openQuestions: ['sizes-rounded', 'hashes', 'pictures', 'memory'],
} as const satisfies ModelCard;

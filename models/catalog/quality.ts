/** @file The quality tier: Stable Diffusion 1.5 at full size, tuned for photographs. */
import { file, textFiles, type ModelCard } from './model-card.ts';

const shared = {
  family: 'stable-diffusion',
  role: 'base',
  tier: 'quality',
  licence: 'creativeml-openrail-m',
  resolutionPx: 512,
  steps: 25,
  checked: false,
  openQuestions: ['sizes-rounded', 'hashes', 'pictures', 'memory'],
} as const satisfies Partial<ModelCard>;

export const dreamshaper8 = {
  ...shared,
  label: 'DreamShaper 8',
  credit: 'DreamShaper 8 by Lykon, from Stable Diffusion v1.5.',
  source: { kind: 'hub', repo: 'Lykon/dreamshaper-8', revision: '12e2b2e08d0f2e3a3f3d4516c82db7eff9508259' },
  files: [
    ...textFiles,
    file('text_encoder/model.fp16.safetensors', 246e6),
    file('unet/diffusion_pytorch_model.fp16.safetensors', 1.72e9),
    file('vae/diffusion_pytorch_model.fp16.safetensors', 167e6),
  ],
  memoryGb: { webgpu: { draw: 5.7, learn: 5.3 }, wasm: { draw: 5.4, learn: 5.1 } },
} as const satisfies ModelCard;

/** Its repository holds float32 files only, so the download is twice as long; the graphics card holds float16 all the same. */
export const realisticVision51 = {
  ...shared,
  label: 'Realistic Vision 5.1',
  credit: 'Realistic Vision V5.1 by SG161222, from Stable Diffusion v1.5.',
  source: { kind: 'hub', repo: 'SG161222/Realistic_Vision_V5.1_noVAE', revision: '672a55008829cf5e581a6a33159daf03c44a0f0b' },
  files: [
    ...textFiles,
    file('text_encoder/model.safetensors', 492e6),
    file('unet/diffusion_pytorch_model.safetensors', 3.44e9),
    file('vae/diffusion_pytorch_model.safetensors', 335e6),
  ],
  memoryGb: { webgpu: { draw: 5.7, learn: 5.3 }, wasm: { draw: 5.4, learn: 5.1 } },
} as const satisfies ModelCard;

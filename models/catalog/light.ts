/** @file The light tier: Stable Diffusion 1.4 with blocks taken out and the rest taught to make up for them. */
import { file, textFiles, type ModelCard } from './model-card.ts';

/** Of both; seen on the repositories' pages. */
const encoderAndDecoder = [file('text_encoder/model.fp16.safetensors', 246e6), file('vae/diffusion_pytorch_model.fp16.safetensors', 167e6)];
const shared = {
  family: 'stable-diffusion',
  role: 'base',
  tier: 'light',
  licence: 'creativeml-openrail-m',
  credit: 'BK-SDM by Nota AI, distilled from Stable Diffusion v1.4 by CompVis, Runway and Stability AI.',
  resolutionPx: 512,
  steps: 25,
  checked: false,
  openQuestions: ['sizes-rounded', 'hashes', 'pictures', 'memory'],
} as const satisfies Partial<ModelCard>;

/** 0.33 billion weights in the UNet; no middle block. */
export const bkSdmTiny = {
  ...shared,
  label: 'BK-SDM Tiny',
  source: { kind: 'hub', repo: 'nota-ai/bk-sdm-tiny', revision: '0364108e53b7f7f4d2585e817a0b7a83dc261cfa' },
  files: [...textFiles, ...encoderAndDecoder, file('unet/diffusion_pytorch_model.fp16.safetensors', 647e6)],
  memoryGb: { webgpu: { draw: 3.5, learn: 2.5 }, wasm: { draw: 3.3, learn: 2.4 } },
} as const satisfies ModelCard;

/** 0.49 billion weights in the UNet. */
export const bkSdmSmall = {
  ...shared,
  label: 'BK-SDM Small',
  source: { kind: 'hub', repo: 'nota-ai/bk-sdm-small', revision: '103ac4e97c80f8b807eb6a17547d650d86381102' },
  files: [...textFiles, ...encoderAndDecoder, file('unet/diffusion_pytorch_model.fp16.safetensors', 965e6)],
  memoryGb: { webgpu: { draw: 4.2, learn: 3.2 }, wasm: { draw: 3.9, learn: 3 } },
} as const satisfies ModelCard;

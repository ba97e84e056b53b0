/** @file The model that comes with the app. */
import { file, type ModelCard } from './model-card.ts';

export const builtin = {
  label: 'Likeness built-in portraits',
  family: 'stable-diffusion',
  role: 'base',
  tier: 'builtin',
  source: { kind: 'site', folder: 'builtin' },
  files: [
    file('model_index.json', 400),
    file('scheduler/scheduler_config.json', 400),
    file('text_encoder/config.json', 700),
    file('text_encoder/model.safetensors', 3.35e6),
    file('tokenizer/merges.txt', 10.8e3),
    file('tokenizer/tokenizer_config.json', 274),
    file('tokenizer/vocab.json', 26.1e3),
    file('unet/config.json', 2e3),
    file('unet/diffusion_pytorch_model.safetensors', 22.1e6),
    file('vae/config.json', 700),
    file('vae/diffusion_pytorch_model.safetensors', 1.77e6),
  ],
  licence: 'CC-BY-4.0',
  credit: 'Trained on portraits by artflow.ai (CC BY 4.0) and on our own CC0 renders.',
  resolutionPx: 192,
  steps: 20,
  memoryGb: null,
  checked: true,
  openQuestions: [],
} as const satisfies ModelCard;

/** @file The models we offer, as facts only: menus, the server and the offline cache read them without loading any model code. */

/** Architectures that `families/index.ts` must build. */
export type FamilyId = 'stable-diffusion';

export interface ModelCard {
  readonly label: string;
  readonly family: FamilyId;
  /** SPDX licence of the weights. */
  readonly licence: 'CC-BY-4.0' | 'CC0-1.0' | 'Apache-2.0' | 'MIT';
  /** What the licence asks to be named. */
  readonly credit: string;
  /** Folder below `models/`; its README tells data, quality and limits. */
  readonly folder: string;
  /** Every file that the engine reads, relative to the folder. */
  readonly files: readonly string[];
  /** The files together stay below this. */
  readonly sizeLimitBytes: number;
}

/** id -> card, in the order of the menu. */
export const catalog = {
  builtin: {
    label: 'Likeness built-in portraits',
    family: 'stable-diffusion',
    licence: 'CC-BY-4.0',
    credit: 'Trained on portraits by artflow.ai (CC BY 4.0) and on our own CC0 renders.',
    folder: 'builtin',
    files: [
      'model_index.json',
      'scheduler/scheduler_config.json',
      'text_encoder/config.json',
      'text_encoder/model.safetensors',
      'tokenizer/merges.txt',
      'tokenizer/tokenizer_config.json',
      'tokenizer/vocab.json',
      'unet/config.json',
      'unet/diffusion_pytorch_model.safetensors',
      'vae/config.json',
      'vae/diffusion_pytorch_model.safetensors',
    ],
    sizeLimitBytes: 30e6,
  },
} as const satisfies Record<string, ModelCard>;

export type ModelId = keyof typeof catalog;

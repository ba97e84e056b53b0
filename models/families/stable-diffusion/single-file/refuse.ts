/** @file What else a lone safetensors file can be, by names that only that kind has: each refused in words. */
import { AppError } from '../../../errors/app-error.ts';
import type { SafetensorsHeader } from '../../../formats/safetensors-header.ts';
import { prefixes } from './layout.ts';

/** What a name says about the file; the first that matches counts. */
const kinds: readonly { readonly marker: RegExp; readonly what: string; readonly id?: 'lora' }[] = [
  { marker: /^(model\.diffusion_model\.)?joint_blocks\./, what: 'a Stable Diffusion 3 model' },
  { marker: /^(model\.diffusion_model\.)?double_blocks\./, what: 'a Flux model' },
  { marker: /^conditioner\.embedders\.(0\.transformer|1)\./, what: 'a Stable Diffusion XL model' },
  { marker: /^(control_model|controlnet_cond_embedding|input_hint_block)\./, what: 'a ControlNet' },
  { marker: /^(lora_unet|lora_te)|\.lora_(up|down|A|B)\b|(^|\.)lora\.(up|down)\b/, what: 'a LoRA, which is applied to a model and is none itself', id: 'lora' },
  { marker: /^model\.diffusion_model\.label_emb\./, what: 'a model with class or image conditions (an SDXL refiner or UNet, unCLIP or an upscaler)' },
  { marker: /^model\.diffusion_model\.(?!input_blocks|middle_block|output_blocks|time_embed|out\.)/, what: 'a model of another architecture' },
];

/** `lora`, `checkpoint` for any other kind of model, or null for a file whose names say nothing. */
export function kindOfFile({ entries }: SafetensorsHeader): 'lora' | 'checkpoint' | null {
  const names = [...entries.keys()];
  const found = kinds.find(({ marker }) => names.some((name) => marker.test(name)));
  if (found !== undefined) return found.id ?? 'checkpoint';
  return names.some((name) => name.startsWith(prefixes.unet)) ? 'checkpoint' : null;
}

/**
 * Refuses everything but a whole Stable Diffusion 1.x or 2.x in CompVis layout.
 *
 * @throws {AppError} `model-unknown` saying what the file is, or which part of a model it lacks
 */
export function requireCompVis({ entries }: SafetensorsHeader, name: string): void {
  const help = 'Choose a Stable Diffusion 1.x or 2.x, as a diffusers folder or as one file.';
  for (const { marker, what } of kinds) {
    for (const key of entries.keys()) if (marker.test(key)) throw new AppError('model-unknown', { message: `${name} is ${what}`, help });
  }
  const has = (prefix: string): boolean => [...entries.keys()].some((key) => key.startsWith(prefix));
  if (!has(prefixes.unet))
    throw new AppError('model-unknown', { message: `${name} is no checkpoint that Likeness knows: no name begins with ${prefixes.unet}`, help });
  const parts = [
    ...(has(prefixes.vae) ? [] : [`the autoencoder (${prefixes.vae}*)`]),
    ...(has(prefixes.clip) || has(prefixes.openClip) || has(prefixes.openClipLater) ? [] : ['the text encoder (cond_stage_model.*)']),
  ];
  if (parts.length > 0) {
    throw new AppError('model-unknown', {
      message: `${name} holds a UNet without ${parts.join(' and ')}`,
      help: 'Choose the full file of the model, not a pruned or UNet-only one, or its diffusers folder.',
    });
  }
}

/** @file The layouts of LoRA files, one line each. A file's layout is recognized, never asked: the first that knows its keys. */
import { cloneofsimo } from './cloneofsimo.ts';
import { diffusersOld } from './diffusers-old.ts';
import { kohya } from './kohya.ts';
import type { LoraLayout } from './lora-layout.ts';
import { peft } from './peft.ts';

export const layoutsById = {
  kohya,
  cloneofsimo,
  'diffusers-old': diffusersOld,
  peft,
} as const satisfies Record<string, LoraLayout>;

export type LoraLayoutId = keyof typeof layoutsById;

export const loraLayouts = Object.entries(layoutsById) as readonly (readonly [LoraLayoutId, LoraLayout])[];

export type { LoraLayout, LoraPart } from './lora-layout.ts';

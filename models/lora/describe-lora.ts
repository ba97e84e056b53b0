/** @file What a LoRA file is, in facts for a person to read: layout, size, strength, and what it says of itself. */
import { layoutsById } from './layouts/index.ts';
import type { LoraContents } from './lora-contents.ts';
import { metadataNames } from './metadata-names.ts';

export interface LoraDescription {
  /** Which program's layout it is. */
  readonly layout: string;
  readonly unetLayers: number;
  readonly textEncoderLayers: number;
  /** Every rank that occurs, smallest first. */
  readonly ranks: readonly number[];
  /** Layers with a convolution kernel larger than 1 x 1. */
  readonly convolutions: number;
  /** The words that call what it learned; null where it does not say. */
  readonly triggerPhrase: string | null;
  /** The model it was made with, as its maker called it; null where it does not say. */
  readonly baseModel: string | null;
  /** What the licence of that model forbids; null where it does not say. */
  readonly restrictions: string | null;
}

/** Describes an opened file; no model is needed. */
export function describeLora({ layout, modules, metadata }: LoraContents): LoraDescription {
  const names = [...modules.keys()];
  const textEncoderLayers = names.filter((name) => /^(lora_te|text_encoder|text_model|encoder\.)/.test(name)).length;
  const parts = [...modules.values()];
  return {
    layout: layoutsById[layout].label,
    unetLayers: names.length - textEncoderLayers,
    textEncoderLayers,
    ranks: [...new Set(parts.map(({ up }) => up.shape[1] ?? 0))].sort((a, b) => a - b),
    convolutions: parts.filter(({ down, mid }) => (mid ?? down).shape.slice(2).some((size) => size > 1)).length,
    triggerPhrase: metadata[metadataNames.triggerPhrase] ?? null,
    baseModel: metadata[metadataNames.baseModel] ?? null,
    restrictions: metadata['likeness_use_restrictions'] ?? null,
  };
}

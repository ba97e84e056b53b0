/** @file A LoRA from any layout we read into one that we write. */
import type { LoraBase } from './lora-base.ts';
import { openLora, type LoraSource } from './lora-contents.ts';
import { readLora } from './read-lora.ts';
import { writeLora, type WrittenLayout } from './write-lora.ts';

/** Names that describe the old file's layout and would be wrong in the new one. */
const ofLayout = ['lora_adapter_metadata', 'sshs_legacy_hash', 'unet', 'text_encoder'];

/**
 * Rewrites a LoRA in another layout, as float16. What the file says of itself stays: licence, trigger words, base model.
 *
 * @param base the model it is for: kohya's names and numbered layers mean nothing without one
 * @throws {AppError} what `readLora` throws
 */
export function convertLora(source: LoraSource, base: LoraBase, layout: WrittenLayout): Uint8Array<ArrayBuffer> {
  const contents = openLora(source);
  const kept = Object.entries(contents.metadata).filter(([name]) => !ofLayout.includes(name) && !/^(unet|text_encoder):\d+:rank$/.test(name));
  return writeLora(readLora(contents, base), Object.fromEntries(kept), layout);
}

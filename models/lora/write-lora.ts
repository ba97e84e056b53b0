/** @file Writes a likeness as a float16 safetensors file, in the layout that the person's other programs read. */
import { writeSafetensors } from '../formats/safetensors.ts';
import { sha256Hex } from '../formats/sha256.ts';
import { narrowToHalves } from '../tensor/float16.ts';
import { float32, tensor, type Tensor } from '../tensor/tensor.ts';
import { kohyaName } from './layouts/kohya.ts';
import type { LoraFactors, LoraWeights } from './lora-weights.ts';
import { metadataNames } from './metadata-names.ts';

/** Layout -> who reads it, and how one layer is written. */
const writers = {
  /** A1111, ComfyUI, diffusers and kohya's tools. */
  kohya: (path: string, { down, up, scale }: LoraFactors): readonly (readonly [string, Tensor])[] => [
    [`${kohyaName(path)}.lora_down.weight`, asHalf(down)],
    [`${kohyaName(path)}.lora_up.weight`, asHalf(up)],
    [`${kohyaName(path)}.alpha`, float32([], [scale * down.shape[0]!])],
  ],
  /** diffusers and peft. The scale is multiplied into `up`: without a configuration beside it alpha means the rank. */
  peft: (path: string, { down, up, scale }: LoraFactors): readonly (readonly [string, Tensor])[] => [
    [`${path}.lora_A.weight`, asHalf(down)],
    [`${path}.lora_B.weight`, asHalf(scale === 1 ? up : { ...up, data: up.data.map((value) => value * scale) })],
  ],
} as const;

export type WrittenLayout = keyof typeof writers;

export const writtenLayouts = Object.keys(writers) as readonly WrittenLayout[];

/**
 * Writes a likeness.
 *
 * @param metadata strings only, such as `likenessMetadata` makes; the hash of the tensors is added
 */
export function writeLora(weights: LoraWeights, metadata: Readonly<Record<string, string>> = {}, layout: WrittenLayout = 'kohya'): Uint8Array<ArrayBuffer> {
  const tensors = new Map([...weights].flatMap(([path, factors]) => writers[layout](path, factors)));
  // kohya's names for rank and alpha would contradict what the other layout means by them.
  const kept = Object.entries(metadata).filter(([name]) => layout === 'kohya' || !name.startsWith('ss_network_'));
  return writeSafetensors(tensors, { ...Object.fromEntries(kept), [metadataNames.tensorHash]: tensorHash(writeSafetensors(tensors)) });
}

/** SHA-256 of everything behind the header, hex: the same whatever the metadata. */
export function tensorHash(file: Uint8Array): string {
  const headerBytes = new DataView(file.buffer, file.byteOffset).getUint32(0, true);
  return sha256Hex(file.subarray(8 + headerBytes));
}

function asHalf({ shape, data }: Tensor<'float32'>): Tensor<'float16'> {
  return tensor('float16', shape, narrowToHalves(data));
}

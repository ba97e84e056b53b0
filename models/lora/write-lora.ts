/** @file Writes a likeness as a float16 safetensors file, in the layout that the person's other programs read. */
import { writeSafetensors } from '../formats/safetensors.ts';
import { sha256Hex } from '../formats/sha256.ts';
import { narrowToHalves } from '../tensor/float16.ts';
import { float32, tensor, type Tensor } from '../tensor/tensor.ts';
import { kohyaName } from './layouts/kohya.ts';
import type { LoraFactors, LoraWeights } from './lora-weights.ts';
import { metadataNames } from './metadata-names.ts';

/** One layer's tensors by name. `alpha` is the same for all layers of a file. */
type LayerWriter = (path: string, factors: LoraFactors, alpha: number) => readonly (readonly [string, Tensor])[];

/** Layout -> who reads it, and how one layer is written. */
const writers = {
  /** A1111, ComfyUI, diffusers and kohya's tools. One alpha for all layers: diffusers 0.42 reads an attention layer's own one as the most common. */
  kohya: (path, factors, alpha) => [
    [`${kohyaName(path)}.lora_down.weight`, asHalf(factors.down)],
    [`${kohyaName(path)}.lora_up.weight`, asHalf(scaledUp(factors, alphaOf(factors) / alpha))],
    [`${kohyaName(path)}.alpha`, float32([], [alpha])],
  ],
  /** diffusers and peft. The scale is multiplied into `up`: without a configuration beside it alpha means the rank. */
  peft: (path, factors) => [
    [`${path}.lora_A.weight`, asHalf(factors.down)],
    [`${path}.lora_B.weight`, asHalf(scaledUp(factors, factors.scale))],
  ],
} as const satisfies Record<string, LayerWriter>;

export type WrittenLayout = keyof typeof writers;

export const writtenLayouts = Object.keys(writers) as readonly WrittenLayout[];

/**
 * Writes a likeness.
 *
 * @param metadata strings only, such as `likenessMetadata` makes; the hash of the tensors is added
 */
export function writeLora(weights: LoraWeights, metadata: Readonly<Record<string, string>> = {}, layout: WrittenLayout = 'kohya'): Uint8Array<ArrayBuffer> {
  const alpha = mostCommon([...weights.values()].map(alphaOf));
  const write: LayerWriter = writers[layout];
  const tensors = new Map([...weights].flatMap(([path, factors]) => write(path, factors, alpha)));
  // kohya's names for rank and alpha would contradict what the other layout means by them.
  const kept = Object.entries(metadata).filter(([name]) => layout === 'kohya' || !name.startsWith('ss_network_'));
  return writeSafetensors(tensors, { ...Object.fromEntries(kept), [metadataNames.tensorHash]: tensorHash(writeSafetensors(tensors)) });
}

/** SHA-256 of everything behind the header, hex: the same whatever the metadata. */
export function tensorHash(file: Uint8Array): string {
  const headerBytes = new DataView(file.buffer, file.byteOffset).getUint32(0, true);
  return sha256Hex(file.subarray(8 + headerBytes));
}

function alphaOf({ down, scale }: LoraFactors): number {
  return scale * down.shape[0]!;
}

function scaledUp({ up }: LoraFactors, factor: number): Tensor<'float32'> {
  return factor === 1 ? up : { ...up, data: up.data.map((value) => value * factor) };
}

/** 1 for no values. */
function mostCommon(values: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
  return [...counts].reduce((most, entry) => (entry[1] > most[1] ? entry : most), [1, 0])[0];
}

function asHalf({ shape, data }: Tensor<'float32'>): Tensor<'float16'> {
  return tensor('float16', shape, narrowToHalves(data));
}

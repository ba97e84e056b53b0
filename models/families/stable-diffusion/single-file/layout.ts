/** @file What the three namers of a CompVis checkpoint share: tensors by name, and the same bytes under another name. */
import type { TensorEntry } from '../../../formats/safetensors-header.ts';
import type { Shape } from '../../../tensor/shape.ts';

/** Tensors of one part by their names without the part's prefix. */
export type PartTensors = ReadonlyMap<string, TensorEntry>;

/** The prefixes of the three parts in the checkpoints of CompVis, Stability AI, A1111 and those who train with their code. */
export const prefixes = {
  unet: 'model.diffusion_model.',
  vae: 'first_stage_model.',
  /** transformers' CLIPTextModel, in Stable Diffusion 1.x. */
  clip: 'cond_stage_model.transformer.',
  /** OpenCLIP's own model, in Stable Diffusion 2.x. */
  openClip: 'cond_stage_model.model.',
  /** The same where it was saved by Stability AI's later code, as SD-Turbo was. */
  openClipLater: 'conditioner.embedders.0.model.',
} as const;

/** The tensors below a prefix. */
export function partOf(entries: ReadonlyMap<string, TensorEntry>, prefix: string): PartTensors {
  return new Map([...entries].filter(([name]) => name.startsWith(prefix)).map(([name, entry]) => [name.slice(prefix.length), entry]));
}

/** The same bytes under another name and, with the same number of elements, another shape. */
export function renamed(entry: TensorEntry, name: string, shape: Shape = entry.shape): TensorEntry {
  return { ...entry, name, shape };
}

/** One of `count` equal parts along the first axis: rows lie behind each other, so it is a range of the same bytes. */
export function rowsOf(entry: TensorEntry, name: string, index: number, count: number): TensorEntry {
  const lengthBytes = entry.lengthBytes / count;
  return { ...entry, name, shape: [entry.shape[0]! / count, ...entry.shape.slice(1)], offsetBytes: entry.offsetBytes + index * lengthBytes, lengthBytes };
}

/** How many different numbers follow `prefix` in the names. */
export function countBlocks(part: PartTensors, prefix: string): number {
  const found = new Set<string>();
  for (const name of part.keys()) if (name.startsWith(prefix)) found.add(name.slice(prefix.length).split('.', 1)[0]!);
  return found.size;
}

/** @file What a layout of LoRA files must tell: how to know it, what each tensor is, and which layer of the model it means. */
import type { Tensor } from '../../tensor/tensor.ts';
import type { LoraBase } from '../lora-base.ts';

export type LoraPart = 'down' | 'up' | 'mid' | 'alpha';

/** A file's tensors by layer, as `parseKey` named them, and its metadata. */
export interface LayoutFile {
  readonly modules: ReadonlyMap<string, { readonly down: Tensor; readonly up: Tensor }>;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface LoraLayout {
  /** For `inspect`. */
  readonly label: string;
  /** True if a file with these keys is of this layout. Asked in the order of the registry. */
  recognizes(keys: readonly string[]): boolean;
  /** What a tensor is: a part of which layer, in the file's own name. Undefined if the layout has no such tensor. */
  parseKey(key: string): { readonly module: string; readonly part: LoraPart } | undefined;
  /** Prepares the way from a layer's name in the file to its path in the model; undefined for a layer that the model lacks. */
  findPaths(file: LayoutFile, base: LoraBase): (module: string) => string | undefined;
}

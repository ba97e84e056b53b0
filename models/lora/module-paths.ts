/** @file Which layers of a model a likeness could change: every weight that is a matrix or a kernel. */
import type { Shape } from '../tensor/shape.ts';

/** Module paths such as `unet.conv_in` of all weights with two axes or more. */
export function modulePaths(weights: ReadonlyMap<string, { readonly shape: Shape }>): string[] {
  const suffix = '.weight';
  return [...weights].filter(([name, { shape }]) => name.endsWith(suffix) && shape.length >= 2).map(([name]) => name.slice(0, -suffix.length));
}

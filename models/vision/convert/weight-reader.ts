/** @file Finds the weights of a TensorFlow.js file by name, for the converters. */
import { AppError } from '../../errors/app-error.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { TfjsTensor } from './tfjs-weights.ts';

/** Weights under our names and in our layout. */
export type Weights = Map<string, Tensor<'float32'>>;

/**
 * Finds a weight or says which is missing.
 *
 * @throws {AppError} `weights-missing`
 */
export function weightReader(weights: ReadonlyMap<string, TfjsTensor>): (name: string) => TfjsTensor {
  return (name) => {
    const found = weights.get(name);
    if (found === undefined) throw new AppError('weights-missing', { message: `${name} is not in the TensorFlow.js file` });
    return found;
  };
}

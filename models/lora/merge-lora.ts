/** @file Folds likenesses into the weights they change, so that drawing costs no more than with the plain model. */
import { AppError } from '../errors/app-error.ts';
import { widenHalves } from '../tensor/float16.ts';
import { formatShape } from '../tensor/shape.ts';
import { tensor, type Tensor } from '../tensor/tensor.ts';
import type { LoraFactors, LoraWeights } from './lora-weights.ts';

/** One likeness and how strongly it applies. */
export interface WeightedLora {
  readonly weights: LoraWeights;
  /** 1 applies it as trained, 0 not at all. */
  readonly weight: number;
}

/**
 * The weights that the likenesses change, merged in float32; all other weights stay where they are.
 *
 * @param base weights by parameter name, `<module path>.weight`; not changed
 * @throws {AppError} `lora-incompatible` if a likeness changes a layer that the model lacks or that has other sizes
 */
export function mergeLora(base: ReadonlyMap<string, Tensor>, loras: readonly WeightedLora[]): Map<string, Tensor<'float32'>> {
  const merged = new Map<string, Tensor<'float32'>>();
  for (const { weights, weight } of loras) {
    for (const [path, factors] of weights) {
      const name = `${path}.weight`;
      const current = merged.get(name) ?? copyAsFloat32(base.get(name), path);
      addProduct(current, factors, weight * factors.scale, path);
      merged.set(name, current);
    }
  }
  return merged;
}

function copyAsFloat32(source: Tensor | undefined, path: string): Tensor<'float32'> {
  if (source?.dtype === 'float16') return tensor('float32', source.shape, widenHalves(source.data as Uint16Array));
  if (source?.dtype === 'float32') return tensor('float32', source.shape, (source.data as Float32Array).slice());
  throw new AppError('lora-incompatible', {
    message: `the likeness changes ${path}, which this model does not have`,
    help: 'Use the likeness with the model it was trained on.',
  });
}

/** Columns at a time: four rows of `down` of this length and one of the target stay in the first-level cache. */
const tileColumns = 1024;

/** target += factor * up x down, with everything behind the first axis of `down` flattened. */
function addProduct(target: Tensor<'float32'>, { down, up }: LoraFactors, factor: number, path: string): void {
  const rank = down.shape[0]!;
  const outputs = up.shape[0]!;
  const inputs = down.data.length / rank;
  if (target.data.length !== outputs * inputs || up.data.length !== outputs * rank) {
    throw new AppError('lora-incompatible', {
      message: `the likeness changes ${path} by ${formatShape(up.shape)} x ${formatShape(down.shape)}, the model's weight is ${formatShape(target.shape)}`,
      help: 'Use the likeness with the model it was trained on.',
    });
  }
  const coefficients = up.data.map((value) => value * factor);
  const columns = Math.min(tileColumns, inputs);
  for (let from = 0; from < inputs; from += columns) {
    const width = Math.min(columns, inputs - from);
    for (let output = 0; output < outputs; output++) {
      const row = target.data.subarray(output * inputs + from, output * inputs + from + width);
      // Four at once: one read and one write of the row for four products.
      for (let r = 0; r < rank; r += 4) addRows(row, down.data, from + r * inputs, inputs, coefficients, output * rank + r, Math.min(4, rank - r));
    }
  }
}

/** row += sum of `count` (1 to 4) rows of `down`, each times its coefficient. */
function addRows(row: Float32Array, down: Float32Array, from: number, stride: number, coefficients: Float32Array, first: number, count: number): void {
  const [a, b, c, d] = [coefficients[first]!, coefficients[first + 1]!, coefficients[first + 2]!, coefficients[first + 3]!];
  const [second, third, fourth] = [from + stride, from + 2 * stride, from + 3 * stride];
  if (count === 4) {
    for (let i = 0; i < row.length; i++) row[i] = row[i]! + (a * down[from + i]! + b * down[second + i]! + c * down[third + i]! + d * down[fourth + i]!);
    return;
  }
  for (let i = 0; i < row.length; i++) {
    let sum = a * down[from + i]!;
    if (count > 1) sum += b * down[second + i]!;
    if (count > 2) sum += c * down[third + i]!;
    row[i] = row[i]! + sum;
  }
}

/** @file A tensor on the host: dtype, shape and one typed array, row-major. No arithmetic lives here. */
import { AppError } from '../errors/app-error.ts';
import { allocate, type ArrayOfDType, type DType } from './dtype.ts';
import { elementCount, formatShape, type Shape } from './shape.ts';

export interface Tensor<D extends DType = DType> {
  readonly dtype: D;
  readonly shape: Shape;
  /** Row-major elements; owned by whoever made the tensor. */
  readonly data: ArrayOfDType[D];
}

/**
 * Wraps `data` as a tensor without copying.
 *
 * @throws {AppError} `shape-mismatch` if the number of elements differs
 */
export function tensor<D extends DType>(dtype: D, shape: Shape, data: ArrayOfDType[D]): Tensor<D> {
  if (data.length !== elementCount(shape)) {
    throw new AppError('shape-mismatch', { message: `${data.length} elements do not fill ${formatShape(shape)}` });
  }
  return { dtype, shape, data };
}

/** A tensor of zeros. */
export function zeros<D extends DType>(dtype: D, shape: Shape): Tensor<D> {
  return { dtype, shape, data: allocate(dtype, elementCount(shape)) };
}

/** A float32 tensor from plain numbers. */
export function float32(shape: Shape, values: ArrayLike<number>): Tensor<'float32'> {
  return tensor('float32', shape, Float32Array.from(values));
}

/** An int64 tensor from plain integers. */
export function int64(shape: Shape, values: readonly number[]): Tensor<'int64'> {
  return tensor('int64', shape, BigInt64Array.from(values, BigInt));
}

/** A float32 scalar, shape []. */
export function scalar(value: number): Tensor<'float32'> {
  return float32([], [value]);
}

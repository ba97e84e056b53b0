/** @file How the interpreter holds tensors: every dtype as float64, so that one kernel serves all and dtypes differ only in rounding. */
import { allocate, type DType } from '../../tensor/dtype.ts';
import { fromHalfBits, toHalfBits } from '../../tensor/float16.ts';
import type { Shape } from '../../tensor/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';

/** A tensor of any dtype; integers are exact up to 2^53, bools are 0 and 1. */
export interface Numbers {
  readonly shape: Shape;
  /** Row-major. */
  readonly data: Float64Array;
}

/** `float32` rounds every result to its dtype, as a device does; `float64` keeps floats as they are, for sharp finite differences. */
export type Precision = 'float32' | 'float64';

/** A tensor's elements as float64; exact. */
export function toNumbers({ dtype, shape, data }: Tensor): Numbers {
  if (dtype === 'float16') return { shape, data: Float64Array.from(data as Uint16Array, fromHalfBits) };
  return { shape, data: Float64Array.from(data as ArrayLike<number | bigint>, Number) };
}

/** Rounds to `dtype` in place and gives the same array. */
export function roundTo(dtype: DType, data: Float64Array, precision: Precision): Float64Array {
  if (precision === 'float64' || dtype === 'bool') return data;
  if (dtype === 'float32') for (let i = 0; i < data.length; i++) data[i] = Math.fround(data[i]!);
  if (dtype === 'float16') for (let i = 0; i < data.length; i++) data[i] = fromHalfBits(toHalfBits(data[i]!));
  return data;
}

/** The elements as a tensor of `dtype`. */
export function toTensor(dtype: DType, { shape, data }: Numbers): Tensor {
  if (dtype === 'float16') return { dtype, shape, data: Uint16Array.from(data, toHalfBits) };
  if (dtype === 'int64') return { dtype, shape, data: BigInt64Array.from(data as unknown as number[], (element) => BigInt(element)) };
  const array = allocate(dtype, data.length) as Float32Array | Int32Array | Uint8Array;
  array.set(data);
  return { dtype, shape, data: array };
}

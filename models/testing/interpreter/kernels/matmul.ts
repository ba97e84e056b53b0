/** @file Reference kernels of matrix products and fused attention. */
import type { AttributesOf } from '../../../graph/ops/index.ts';
import type { matmulOps } from '../../../graph/ops/matmul.ts';
import { elementCount } from '../../../tensor/shape.ts';
import { broadcastStrides, broadcastTo, offsets, type Kernel } from '../kernel.ts';
import type { Numbers } from '../numbers.ts';

/** Adds the product of a [rows, inner] at `atA` and b [inner, columns] at `atB` to `result` at `atResult`. */
function multiplyInto(
  result: Float64Array,
  atResult: number,
  a: Float64Array,
  atA: number,
  b: Float64Array,
  atB: number,
  rows: number,
  inner: number,
  columns: number,
): void {
  for (let row = 0; row < rows; row++) {
    for (let k = 0; k < inner; k++) {
      const factor = a[atA + row * inner + k]!;
      for (let column = 0; column < columns; column++) result[atResult + row * columns + column]! += factor * b[atB + k * columns + column]!;
    }
  }
}

function transposed({ shape, data }: Numbers): Numbers {
  const [rows, columns] = shape as [number, number];
  return { shape: [columns, rows], data: Float64Array.from(offsets([columns, rows], [1, columns]), (offset) => data[offset]!) };
}

export const matmulKernels: { readonly [Op in keyof typeof matmulOps]: Kernel<AttributesOf<Op>> } = {
  MatMul: ([a, b], _, [shape]) => {
    const [rows, inner, columns] = [a!.shape.at(-2)!, a!.shape.at(-1)!, b!.shape.at(-1)!];
    const batch = shape!.slice(0, -2);
    const starts = ({ shape: own }: Numbers) => offsets(batch, broadcastStrides(own.slice(0, -2), batch));
    const [startsA, startsB] = [starts(a!), starts(b!)];
    const result = new Float64Array(elementCount(shape!));
    for (let i = 0; i < startsA.length; i++) {
      multiplyInto(result, i * rows * columns, a!.data, startsA[i]! * rows * inner, b!.data, startsB[i]! * inner * columns, rows, inner, columns);
    }
    return [result];
  },

  Gemm: ([a, b, c], { transA, transB, alpha, beta }, [shape]) => {
    const left = transA ? transposed(a!) : a!;
    const right = transB ? transposed(b!) : b!;
    const product = new Float64Array(elementCount(shape!));
    multiplyInto(product, 0, left.data, 0, right.data, 0, left.shape[0]!, left.shape[1]!, right.shape[1]!);
    const bias = c && broadcastTo(c, shape!);
    return [product.map((element, i) => alpha * element + (bias === undefined ? 0 : beta * bias[i]!))];
  },

  MultiHeadAttention: ([query, key, value], { numHeads, scale }, [shape]) => {
    const [batch, queries, width] = query!.shape as [number, number, number];
    const [keys, valueWidth] = [key!.shape[1]!, value!.shape[2]!];
    const [headWidth, valueHeadWidth] = [width / numHeads, valueWidth / numHeads];
    const result = new Float64Array(elementCount(shape!));
    for (let n = 0; n < batch; n++) {
      for (let head = 0; head < numHeads; head++) {
        for (let i = 0; i < queries; i++) {
          const atQuery = (n * queries + i) * width + head * headWidth;
          const weights = Float64Array.from({ length: keys }, (_, j) => {
            const atKey = (n * keys + j) * width + head * headWidth;
            let score = 0;
            for (let k = 0; k < headWidth; k++) score += query!.data[atQuery + k]! * key!.data[atKey + k]!;
            return score * scale;
          });
          const largest = Math.max(...weights);
          const powers = weights.map((score) => Math.exp(score - largest));
          const total = powers.reduce((sum, power) => sum + power, 0);
          powers.forEach((power, j) => {
            for (let k = 0; k < valueHeadWidth; k++) {
              result[(n * queries + i) * valueWidth + head * valueHeadWidth + k]! +=
                (power / total) * value!.data[(n * keys + j) * valueWidth + head * valueHeadWidth + k]!;
            }
          });
        }
      }
    }
    return [result];
  },
};

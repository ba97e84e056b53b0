/** @file Reference kernels of softmax and the normalisations. */
import type { AttributesOf } from '../../../graph/ops/index.ts';
import type { normalizationOps } from '../../../graph/ops/normalization.ts';
import { elementCount, normalizeAxis } from '../../../tensor/shape.ts';
import type { Kernel } from '../kernel.ts';

const meanOf = (values: Float64Array): number => values.reduce((sum, element) => sum + element, 0) / values.length;

/** Mean and 1 / sqrt(variance + epsilon) of a row. */
function statistics(row: Float64Array, epsilon: number): { readonly mean: number; readonly inverseDeviation: number } {
  const mean = meanOf(row);
  return { mean, inverseDeviation: 1 / Math.sqrt(meanOf(row.map((element) => (element - mean) ** 2)) + epsilon) };
}

export const normalizationKernels: { readonly [Op in keyof typeof normalizationOps]: Kernel<AttributesOf<Op>> } = {
  Softmax: ([x], { axis }) => {
    const at = normalizeAxis(axis, x!.shape.length);
    const inner = elementCount(x!.shape.slice(at + 1));
    const length = x!.shape[at]!;
    const result = new Float64Array(x!.data.length);
    for (let outer = 0; outer < x!.data.length; outer += length * inner) {
      for (let i = outer; i < outer + inner; i++) {
        const row = Float64Array.from({ length }, (_, k) => x!.data[i + k * inner]!);
        const largest = row.reduce((a, b) => Math.max(a, b), -Infinity);
        const powers = row.map((element) => Math.exp(element - largest));
        const total = powers.reduce((sum, power) => sum + power, 0);
        powers.forEach((power, k) => (result[i + k * inner] = power / total));
      }
    }
    return [result];
  },

  InstanceNormalization: ([x, scale, bias], { epsilon }) => {
    const size = elementCount(x!.shape.slice(2));
    const channels = x!.shape[1]!;
    const result = new Float64Array(x!.data.length);
    for (let plane = 0; plane * size < result.length; plane++) {
      const row = x!.data.subarray(plane * size, (plane + 1) * size);
      const { mean, inverseDeviation } = statistics(row, epsilon);
      const [factor, shift] = [scale!.data[plane % channels]! * inverseDeviation, bias!.data[plane % channels]!];
      row.forEach((element, i) => (result[plane * size + i] = (element - mean) * factor + shift));
    }
    return [result];
  },

  LayerNormalization: ([x, scale, bias], { epsilon }) => {
    const width = x!.shape.at(-1)!;
    const rows = x!.data.length / width;
    const [result, means, deviations] = [new Float64Array(x!.data.length), new Float64Array(rows), new Float64Array(rows)];
    for (let r = 0; r < rows; r++) {
      const row = x!.data.subarray(r * width, (r + 1) * width);
      const { mean, inverseDeviation } = statistics(row, epsilon);
      means[r] = mean;
      deviations[r] = inverseDeviation;
      row.forEach((element, i) => (result[r * width + i] = (element - mean) * inverseDeviation * scale!.data[i]! + bias!.data[i]!));
    }
    return [result, means, deviations];
  },
};

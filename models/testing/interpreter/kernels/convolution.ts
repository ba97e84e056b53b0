/** @file Reference kernels of convolution, its transpose and pooling, as the loops of their definition. */
import type { ConvAttributes, convolutionOps, PoolAttributes } from '../../../graph/ops/convolution.ts';
import type { AttributesOf } from '../../../graph/ops/index.ts';
import { elementCount, type Shape } from '../../../tensor/shape.ts';
import type { Kernel } from '../kernel.ts';
import type { Numbers } from '../numbers.ts';

/** Visits every (element of the larger image, element of the smaller one, weight) triple that a convolution multiplies. */
function visitTaps(
  large: Shape,
  small: Shape,
  weight: Shape,
  { strides, pads, dilations, group }: ConvAttributes,
  visit: (large: number, small: number, weight: number) => void,
): void {
  const [batch, largeChannels, height, width] = large as [number, number, number, number];
  const [, smallChannels, rows, columns] = small as [number, number, number, number];
  const [, perGroup, kernelHeight, kernelWidth] = weight as [number, number, number, number];
  const smallPerGroup = smallChannels / group;
  for (let n = 0; n < batch; n++)
    for (let s = 0; s < smallChannels; s++)
      for (let p = 0; p < perGroup; p++) {
        const l = Math.floor(s / smallPerGroup) * perGroup + p;
        for (let i = 0; i < kernelHeight; i++)
          for (let j = 0; j < kernelWidth; j++) {
            const atWeight = ((s * perGroup + p) * kernelHeight + i) * kernelWidth + j;
            for (let row = 0; row < rows; row++) {
              const y = row * strides[0] + i * dilations[0] - pads[0];
              if (y < 0 || y >= height) continue;
              for (let column = 0; column < columns; column++) {
                const x = column * strides[1] + j * dilations[1] - pads[1];
                if (x < 0 || x >= width) continue;
                visit(((n * largeChannels + l) * height + y) * width + x, ((n * smallChannels + s) * rows + row) * columns + column, atWeight);
              }
            }
          }
      }
}

function withBias(image: Float64Array, bias: Numbers | undefined, [, channels, height, width]: Shape): Float64Array {
  return bias === undefined ? image : image.map((element, i) => element + bias.data[Math.floor(i / (height! * width!)) % channels!]!);
}

/** The elements that each window covers, padding left out, combined by `combine`. */
const pool =
  (combine: (window: number[]) => number): Kernel<PoolAttributes> =>
  ([x], { kernel, strides, pads }, [shape]) => {
    const [, , height, width] = x!.shape as [number, number, number, number];
    const [, , rows, columns] = shape as [number, number, number, number];
    const result = Float64Array.from({ length: elementCount(shape!) }, (_, index) => {
      const [plane, row, column] = [Math.floor(index / (rows * columns)), Math.floor(index / columns) % rows, index % columns];
      const window: number[] = [];
      for (let i = 0; i < kernel[0]; i++)
        for (let j = 0; j < kernel[1]; j++) {
          const [y, at] = [row * strides[0] + i - pads[0], column * strides[1] + j - pads[1]];
          if (y >= 0 && y < height && at >= 0 && at < width) window.push(x!.data[(plane * height + y) * width + at]!);
        }
      return combine(window);
    });
    return [result];
  };

export const convolutionKernels: { readonly [Op in keyof typeof convolutionOps]: Kernel<AttributesOf<Op>> } = {
  Conv: ([x, weight, bias], attributes, [shape]) => {
    const result = new Float64Array(elementCount(shape!));
    visitTaps(x!.shape, shape!, weight!.shape, attributes, (large, small, tap) => {
      result[small]! += x!.data[large]! * weight!.data[tap]!;
    });
    return [withBias(result, bias, shape!)];
  },

  ConvTranspose: ([x, weight, bias], attributes, [shape]) => {
    const result = new Float64Array(elementCount(shape!));
    visitTaps(shape!, x!.shape, weight!.shape, attributes, (large, small, tap) => {
      result[large]! += x!.data[small]! * weight!.data[tap]!;
    });
    return [withBias(result, bias, shape!)];
  },

  MaxPool: pool((window) => Math.max(...window)),
  AveragePool: pool((window) => window.reduce((sum, element) => sum + element, 0) / window.length),
};

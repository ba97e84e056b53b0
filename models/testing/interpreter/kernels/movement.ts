/** @file Reference kernels of ops that move elements. */
import type { AttributesOf } from '../../../graph/ops/index.ts';
import type { movementOps } from '../../../graph/ops/movement.ts';
import { elementCount, normalizeAxis, rowMajorStrides, type Shape } from '../../../tensor/shape.ts';
import { broadcastTo, offsets, type Kernel } from '../kernel.ts';
import type { Numbers } from '../numbers.ts';

const read = ({ data }: Numbers, places: Int32Array): Float64Array => Float64Array.from(places, (place) => data[place]!);

/** The offset of a position, per axis, in a tensor of `shape`. */
const startOf = (shape: Shape, position: readonly number[]): number =>
  rowMajorStrides(shape).reduce((offset, stride, axis) => offset + stride * position[axis]!, 0);

/** The two source positions and the weight of the second, for one output position of a linear resize with half-pixel centres. */
function linearTap(position: number, scale: number, size: number): readonly [number, number, number] {
  const source = Math.min(Math.max((position + 0.5) / scale - 0.5, 0), size - 1);
  const low = Math.floor(source);
  return [low, Math.min(low + 1, size - 1), source - low];
}

export const movementKernels: { readonly [Op in keyof typeof movementOps]: Kernel<AttributesOf<Op>> } = {
  Reshape: ([x]) => [x!.data.slice()],
  Transpose: ([x], { perm }, [shape]) => [
    read(
      x!,
      offsets(
        shape!,
        perm.map((axis) => rowMajorStrides(x!.shape)[axis]!),
      ),
    ),
  ],
  Expand: ([x], _, [shape]) => [broadcastTo(x!, shape!).slice()],

  Slice: ([x], { axes, starts, steps }, [shape]) => {
    const strides = rowMajorStrides(x!.shape);
    const position = x!.shape.map(() => 0);
    axes.forEach((axis, i) => {
      position[axis] = starts[i]!;
    });
    const stepped = strides.map((stride, axis) => stride * (steps[axes.indexOf(axis)] ?? 1));
    return [read(x!, offsets(shape!, stepped, startOf(x!.shape, position)))];
  },

  Concat: (inputs, { axis }, [shape]) => {
    const result = new Float64Array(elementCount(shape!));
    const at = normalizeAxis(axis, shape!.length);
    const strides = rowMajorStrides(shape!);
    let start = 0;
    for (const x of inputs) {
      offsets(x.shape, strides, start * strides[at]!).forEach((place, i) => (result[place] = x.data[i]!));
      start += x.shape[at]!;
    }
    return [result];
  },

  Split: ([x], { axis, sizes }, shapes) => {
    const at = normalizeAxis(axis, x!.shape.length);
    const strides = rowMajorStrides(x!.shape);
    let start = 0;
    return shapes.map((shape, i) => {
      const piece = read(x!, offsets(shape, strides, start * strides[at]!));
      start += sizes[i]!;
      return piece;
    });
  },

  Pad: ([x], { pads, value }, [shape]) => {
    const result = new Float64Array(elementCount(shape!)).fill(value);
    offsets(x!.shape, rowMajorStrides(shape!), startOf(shape!, pads)).forEach((place, i) => (result[place] = x!.data[i]!));
    return [result];
  },

  Gather: ([data, indices], { axis }) => {
    const at = normalizeAxis(axis, data!.shape.length);
    const [size, inner] = [data!.shape[at]!, elementCount(data!.shape.slice(at + 1))];
    const outer = elementCount(data!.shape.slice(0, at));
    const count = indices!.data.length;
    const result = new Float64Array(outer * count * inner);
    for (let o = 0; o < outer; o++) {
      indices!.data.forEach((index, i) => {
        const from = (o * size + (index < 0 ? index + size : index)) * inner;
        result.set(data!.data.subarray(from, from + inner), (o * count + i) * inner);
      });
    }
    return [result];
  },

  Resize: ([x], { scales, mode }, [shape]) => {
    const [, , height, width] = x!.shape as [number, number, number, number];
    const [, , rows, columns] = shape as [number, number, number, number];
    const result = Float64Array.from({ length: elementCount(shape!) }, (_, index) => {
      const plane = Math.floor(index / (rows * columns)) * height;
      const [row, column] = [Math.floor(index / columns) % rows, index % columns];
      const at = (y: number, left: number): number => x!.data[(plane + y) * width + left]!;
      if (mode === 'nearest') return at(Math.floor(row / scales[0]), Math.floor(column / scales[1]));
      const [top, bottom, down] = linearTap(row, scales[0], height);
      const [left, right, across] = linearTap(column, scales[1], width);
      const along = (y: number): number => at(y, left) * (1 - across) + at(y, right) * across;
      return along(top) * (1 - down) + along(bottom) * down;
    });
    return [result];
  },
};

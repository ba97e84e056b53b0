/** @file Large pictures in overlapping tiles whose seams fade into each other. @see AutoencoderKL.tiled_decode of diffusers */
import { tensor, type Tensor } from '../tensor/tensor.ts';

/** A quarter of each tile lies over its neighbour. */
const overlapShare = 0.25;

/** Sides of a tile before and after `run`; both divisible by 4. */
export interface TileSides {
  readonly input: number;
  readonly output: number;
}

/**
 * Runs `run` on tiles of `input` and joins what it makes.
 *
 * Tiles at the right and lower edge are smaller. Tiles above and to the left fade out over a quarter of a tile.
 *
 * @param input float32 [1, C, H, W]
 * @param run   [1, C, h, w] to [1, D, h * r, w * r] for r = sides.output / sides.input; called once for each tile, row by row
 * @returns float32 [1, D, H * r, W * r]
 */
export async function runInTiles(input: Tensor, sides: TileSides, run: (tile: Tensor) => Promise<Tensor>): Promise<Tensor<'float32'>> {
  const [, , height, width] = input.shape as readonly [number, number, number, number];
  const stride = Math.floor(sides.input * (1 - overlapShare));
  const fade = Math.floor(sides.output * overlapShare);
  const kept = sides.output - fade;
  const scale = (side: number): number => (side * sides.output) / sides.input;
  let joined: Tensor<'float32'> | undefined;
  let above: readonly Tensor[] = [];
  for (let top = 0, row = 0; top < height; top += stride, row++) {
    const made: Tensor[] = [];
    for (let left = 0, column = 0; left < width; left += stride, column++) {
      const tile = await run(cut(input, top, left, sides.input));
      joined ??= tensor('float32', [1, tile.shape[1]!, scale(height), scale(width)], new Float32Array(tile.shape[1]! * scale(height) * scale(width)));
      if (row > 0) fadeIn(tile, above[column]!, fade, 'down');
      if (column > 0) fadeIn(tile, made[column - 1]!, fade, 'right');
      paste(joined, tile, row * kept, column * kept, kept);
      made.push(tile);
    }
    above = made;
  }
  return joined!;
}

/** The square of `side` at (top, left), or what of it lies inside. */
function cut(input: Tensor, top: number, left: number, side: number): Tensor<'float32'> {
  const [, channels, height, width] = input.shape as readonly [number, number, number, number];
  const [rows, columns] = [Math.min(side, height - top), Math.min(side, width - left)];
  const source = input.data as Float32Array;
  const data = new Float32Array(channels * rows * columns);
  for (let line = 0; line < channels * rows; line++) {
    const start = (Math.floor(line / rows) * height + top + (line % rows)) * width + left;
    data.set(source.subarray(start, start + columns), line * columns);
  }
  return tensor('float32', [1, channels, rows, columns], data);
}

/** Changes the first rows or columns of `tile` from the last ones of `before` to its own, in a line. */
function fadeIn(tile: Tensor, before: Tensor, most: number, direction: 'down' | 'right'): void {
  const [, channels, height, width] = tile.shape as readonly [number, number, number, number];
  const [, , heightBefore, widthBefore] = before.shape as readonly [number, number, number, number];
  const down = direction === 'down';
  const extent = down ? Math.min(heightBefore, height, most) : Math.min(widthBefore, width, most);
  const [target, source] = [tile.data as Float32Array, before.data as Float32Array];
  for (let channel = 0; channel < channels; channel++) {
    for (let y = 0; y < (down ? extent : height); y++) {
      for (let x = 0; x < (down ? width : extent); x++) {
        const share = (down ? y : x) / extent;
        const at = (channel * height + y) * width + x;
        const from = (channel * heightBefore + (down ? heightBefore - extent + y : y)) * widthBefore + (down ? x : widthBefore - extent + x);
        target[at] = source[from]! * (1 - share) + target[at]! * share;
      }
    }
  }
}

/** Copies the upper left square of `tile`, at most `side` wide, to (top, left); what lies beyond the edge is left out. */
function paste(target: Tensor<'float32'>, tile: Tensor, top: number, left: number, side: number): void {
  const [, channels, height, width] = target.shape as readonly [number, number, number, number];
  const [, , tileHeight, tileWidth] = tile.shape as readonly [number, number, number, number];
  const [rows, columns] = [Math.min(side, tileHeight, height - top), Math.min(side, tileWidth, width - left)];
  const source = tile.data as Float32Array;
  for (let channel = 0; channel < channels; channel++) {
    for (let y = 0; y < rows; y++) {
      const start = (channel * tileHeight + y) * tileWidth;
      target.data.set(source.subarray(start, start + columns), (channel * height + top + y) * width + left);
    }
  }
}

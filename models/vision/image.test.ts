import { expect, test } from 'vitest';
import type { RgbPicture } from '../pipelines/pixels.ts';
import { cropPicture, resizePicture, sampleSquare } from './image.ts';

/** Red rises to the right, green downwards, by one a pixel; blue is 7. */
const ramp = picture(8, 6, (x, y) => [x, y, 7]);
const plain = { scale: 1, offset: 0, border: 200 };

function picture(widthPx: number, heightPx: number, colour: (x: number, y: number) => number[]): RgbPicture {
  const pixels = Array.from({ length: widthPx * heightPx }, (_, i) => colour(i % widthPx, Math.floor(i / widthPx)));
  return { widthPx, heightPx, rgb: Uint8Array.from(pixels.flat()) };
}

test('a crop holds exactly the pixels of its rectangle', () => {
  expect(cropPicture(ramp, { x: 3, y: 2, widthPx: 2, heightPx: 2 })).toEqual(picture(2, 2, (x, y) => [x + 3, y + 2, 7]));
});

test.each([
  { x: 7, y: 0, widthPx: 2, heightPx: 1 },
  { x: -1, y: 0, widthPx: 2, heightPx: 1 },
  { x: 0, y: 0.5, widthPx: 1, heightPx: 1 },
  { x: 0, y: 0, widthPx: 0, heightPx: 1 },
])('a crop that invents pixels is refused: %o', (rectangle) => {
  expect(() => cropPicture(ramp, rectangle)).toThrow(expect.objectContaining({ code: 'shape-mismatch' }));
});

// Expected rows from Pillow 13.0: Image.fromarray(row).resize((n, 1), Image.BILINEAR)
test.each([
  { from: [0, 50, 200, 100, 30, 255], to: [50, 123, 136] },
  { from: [0, 50, 200, 100, 30, 255], to: [19, 139, 88, 171] },
  { from: [0, 255], to: [0, 64, 191, 255] },
])('resizing a row of $from.length to $to.length pixels gives what Pillow gives', ({ from, to }) => {
  const row = picture(from.length, 1, (x) => [from[x]!, 0, 255]);
  const resized = resizePicture(row, { widthPx: to.length, heightPx: 1 });
  to.forEach((value, x) => expect(Math.abs(resized.rgb[x * 3]! - value), `pixel ${x}`).toBeLessThanOrEqual(1));
  expect([...resized.rgb].filter((_, i) => i % 3 === 2)).toEqual(to.map(() => 255));
});

test('columns are resized like rows', () => {
  const tall = picture(1, 6, (_, y) => [[0, 50, 200, 100, 30, 255][y]!, 0, 0]);
  const wide = picture(6, 1, (x) => [[0, 50, 200, 100, 30, 255][x]!, 0, 0]);
  expect(resizePicture(tall, { widthPx: 1, heightPx: 3 }).rgb).toEqual(resizePicture(wide, { widthPx: 3, heightPx: 1 }).rgb);
});

test('a square view of the same scale copies pixels into planes and fills the outside with the border', () => {
  const planes = sampleSquare(ramp, { centreX: 7, centreY: 2, sidePx: 4, angle: 0 }, 4, plain);
  expect([...planes.subarray(0, 8)]).toEqual([5, 6, 7, 200, 5, 6, 7, 200]); // red
  expect([...planes.subarray(16, 24)]).toEqual([0, 0, 0, 200, 1, 1, 1, 200]); // green
});

test('a quarter turn clockwise looks at the picture from its right-hand side', () => {
  const planes = sampleSquare(ramp, { centreX: 4, centreY: 3, sidePx: 2, angle: Math.PI / 2 }, 2, plain);
  const rounded = [...planes].map((value) => Math.round(value * 1e4) / 1e4);
  expect(rounded.slice(0, 4)).toEqual([4, 4, 3, 3]); // moving right in the view moves down in the picture
  expect(rounded.slice(4, 8)).toEqual([2, 3, 2, 3]);
});

test('a reduced view averages all the pixels it covers, and scale and offset are applied', () => {
  const planes = sampleSquare(ramp, { centreX: 2, centreY: 2, sidePx: 4, angle: 0 }, 2, { scale: 2, offset: -1, border: 0 });
  expect([...planes.subarray(0, 4)]).toEqual([0, 4, 0, 4]); // means 0.5 and 2.5
});

import { expect, test } from 'vitest';
import { isMarkedMadeWithAi } from '#models/formats/made-with-ai.ts';
import { zeros } from '#models/tensor/tensor.ts';
import { encodePng } from '../node/image-files.ts';
import { PreviewPrinter } from './preview-printer.ts';

/** Steps of `stepMs` each; a look costs `lookMs`, the first one `firstMs`. Gives the steps after which a picture was shown. */
async function draw(steps: number, stepMs: number, lookMs: number, firstMs: number): Promise<{ shownAt: number[]; shareOfTime: number }> {
  let clockMs = 0;
  let looks = 0;
  let spentMs = 0;
  const preview = {
    draw: async () => {
      const costMs = looks++ === 0 ? firstMs : lookMs;
      clockMs += costMs;
      spentMs += costMs;
      return { widthPx: 1, heightPx: 1, rgb: Uint8Array.of(1, 2, 3) };
    },
    dispose: async () => undefined,
  };
  const printer = new PreviewPrinter(preview, steps, encodePng, () => clockMs);
  const shownAt: number[] = [];
  for (let step = 1; step < steps; step++) {
    clockMs += stepMs;
    const png = await printer.print(step, zeros('float32', [1, 4, 1, 1]));
    if (png === null) continue;
    expect(isMarkedMadeWithAi(png)).toBe(true);
    shownAt.push(step);
  }
  return { shownAt, shareOfTime: spentMs / clockMs };
}

test('a quick decoder shows a picture every few steps', async () => {
  expect((await draw(20, 100, 5, 5)).shownAt).toEqual([3, 6, 9, 12, 15, 18]);
  expect((await draw(4, 100, 5, 5)).shownAt).toEqual([1, 2, 3]);
});

test('a slow decoder shows fewer, so that looks stay about a tenth of the time', async () => {
  const { shownAt, shareOfTime } = await draw(60, 100, 200, 200);
  expect(shownAt).toEqual([10, 20, 40]);
  expect(shareOfTime).toBeLessThan(0.1);
});

test('one slow first look, which compiles the decoder, is no measure of the others', async () => {
  expect((await draw(60, 100, 50, 1000)).shownAt.length).toBe(5);
});

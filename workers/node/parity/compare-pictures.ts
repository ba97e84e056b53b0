/** @file For parity tests: draws a picture to its end and says how far it is from another's. */
import type { LoadedModel } from '#models/pipelines/loaded-model.ts';
import { textToImage, type TextToImageRequest, type TextToImageResult } from '#models/pipelines/text-to-image.ts';

/** Draws one picture. */
export async function drawPicture(model: LoadedModel, request: TextToImageRequest): Promise<TextToImageResult> {
  const drawing = textToImage(model, request);
  let drawn = await drawing.next();
  while (drawn.done !== true) drawn = await drawing.next();
  return drawn.value;
}

/** Largest absolute difference, as a share of the largest expected value. */
export function relativeDifference(actual: Float32Array, expected: Float32Array): number {
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return actual.reduce((most, value, i) => Math.max(most, Math.abs(value - expected[i]!)), 0) / largest;
}

/**
 * Peak signal-to-noise ratio in dB.
 *
 * @param rgb     8-bit values, interleaved
 * @param planes  the same pixels as shares of one, plane after plane
 */
export function psnr(rgb: Uint8Array, planes: Float32Array): number {
  const area = planes.length / 3;
  let squares = 0;
  rgb.forEach((byte, i) => (squares += (byte / 255 - planes[(i % 3) * area + Math.floor(i / 3)]!) ** 2));
  return -10 * Math.log10(squares / rgb.length);
}

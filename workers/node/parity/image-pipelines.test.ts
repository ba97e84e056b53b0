/** Image to image, inpainting, guidance options and tiles against diffusers. Goldens: models/testing/reference/image_pipelines.py */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseSafetensors } from '#models/formats/safetensors.ts';
import type { DenoisingStep, Drawing, DrawingTerms } from '#models/pipelines/denoise.ts';
import { decodeLatent, encodeImage } from '#models/pipelines/image-latents.ts';
import { imageToImage } from '#models/pipelines/image-to-image.ts';
import { inpaint } from '#models/pipelines/inpaint.ts';
import { LoadedModel } from '#models/pipelines/loaded-model.ts';
import type { RgbPicture } from '#models/pipelines/pixels.ts';
import { textToImage } from '#models/pipelines/text-to-image.ts';
import type { Tensor } from '#models/tensor/tensor.ts';
import { openModelDirectory } from '../model-directory.ts';
import { createNodeRunner } from '../ort-node-runner.ts';

interface Case extends Omit<DrawingTerms, 'prompt' | 'negativePrompt' | 'loras'> {
  kind: 'text-to-image' | 'image-to-image' | 'inpaint';
  strength: number;
}

const folder = fileURLToPath(new URL('../../../models/testing/golden/image-pipeline', import.meta.url));
const { tensors, metadata } = parseSafetensors(readFileSync(`${folder}/drawings.safetensors`));
const cases = JSON.parse(metadata['cases']!) as Case[];
const golden = (name: string): Tensor => tensors.get(name)!;

const runner = createNodeRunner({ threads: 1 });
let model: LoadedModel;
beforeAll(async () => {
  model = await LoadedModel.load(runner, openModelDirectory(folder));
});
afterAll(() => runner.dispose());

const [heightPx, widthPx] = golden('image').shape as readonly [number, number];
const image: RgbPicture = { widthPx, heightPx, rgb: golden('image').data as Uint8Array };
const mask: RgbPicture = {
  widthPx,
  heightPx,
  rgb: Uint8Array.from({ length: 3 * widthPx * heightPx }, (_, i) => (golden('mask').data as Uint8Array)[Math.floor(i / 3)]!),
};

function draw({ kind, strength, ...options }: Case): AsyncGenerator<DenoisingStep, Drawing> {
  const terms = { ...options, prompt: metadata['prompt']!, negativePrompt: metadata['negative']!, loras: [] };
  if (kind === 'text-to-image') return textToImage(model, { ...terms, widthPx, heightPx });
  return kind === 'inpaint' ? inpaint(model, { ...terms, image, mask, strength }) : imageToImage(model, { ...terms, image, strength });
}

async function finish(drawing: AsyncGenerator<DenoisingStep, Drawing>): Promise<{ steps: DenoisingStep[]; drawn: Drawing }> {
  const steps: DenoisingStep[] = [];
  for (;;) {
    const event = await drawing.next();
    if (event.done === true) return { steps, drawn: event.value };
    steps.push(event.value);
  }
}

/** Largest difference as a share of the largest expected value. */
function difference(actual: Tensor, expected: Tensor): number {
  expect(actual.shape).toEqual(expected.shape);
  const [a, b] = [actual.data as Float32Array, expected.data as Float32Array];
  const largest = b.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - b[i]!)), 0) / largest;
}

describe('the latents of diffusers', () => {
  const title = ({ kind, scheduler, strength, guidance, guidanceRescale, clipSkip }: Case): string =>
    [
      kind,
      scheduler,
      strength !== undefined && `strength ${strength}`,
      `guidance ${guidance}`,
      guidanceRescale && `rescaled ${guidanceRescale}`,
      clipSkip && `clip skip ${clipSkip}`,
    ]
      .filter(Boolean)
      .join(', ');
  test.each(cases.map((one, index) => [title(one), one, index] as const))('%s', async (_, one, index) => {
    const { steps, drawn } = await finish(draw(one));
    expect(difference(drawn.latents, golden(`case${index}.latents`))).toBeLessThan(1e-4);
    expect(steps.map(({ step }) => step)).toEqual(steps.map((_, i) => i + 1));
    expect(steps.at(-1)!.steps).toBe(steps.length);
    expect(drawn.picture).toMatchObject({ widthPx, heightPx });
  });
});

describe('large pictures in tiles of the autoencoder’s own size', () => {
  const limit = 16 * 16;

  test('are encoded as diffusers does', async () => {
    const { mean, std } = await encodeImage(model, golden('tiles.image'), limit);
    expect(difference(mean, golden('tiles.mean'))).toBeLessThan(1e-4);
    expect(difference(std!, golden('tiles.std'))).toBeLessThan(1e-4);
  });

  test('are decoded as diffusers does', async () => {
    expect(difference(await decodeLatent(model, golden('tiles.latent'), limit), golden('tiles.decoded'))).toBeLessThan(1e-4);
  });

  test('come whole where they are within the limit, and differ from tiles', async () => {
    const whole = await decodeLatent(model, golden('tiles.latent'), 40 * 56);
    expect(whole).toEqual(await model.decode(golden('tiles.latent')));
    expect(difference(whole, golden('tiles.decoded'))).toBeGreaterThan(1e-3);
  });

  test('are refused where not one tile fits', async () => {
    await expect(decodeLatent(model, golden('tiles.latent'), 63)).rejects.toMatchObject({
      code: 'job-invalid',
      help: expect.stringContaining('64 pixels') as string,
    });
  });
});

describe('what cannot be drawn is refused with a way on', () => {
  const base = cases.find(({ kind }) => kind === 'inpaint')!;
  const refused = async (drawing: AsyncGenerator<DenoisingStep, Drawing>, message: RegExp): Promise<void> =>
    expect(finish(drawing)).rejects.toMatchObject({
      code: 'job-invalid',
      message: expect.stringMatching(message) as string,
      help: expect.any(String) as string,
    });

  test('a strength that takes no step, or more than all', async () => {
    await refused(draw({ ...base, strength: 0.1 }), /strength 0.1 of 6 steps/);
    await refused(draw({ ...base, strength: 1.01 }), /strength 1.01/);
    await refused(draw({ ...base, strength: NaN }), /strength NaN/);
  });

  test('more fresh noise than there is noise', async () => {
    await refused(draw({ ...base, eta: 1.5 }), /1.5/);
  });

  test('a mask of another size', async () => {
    const wide = { widthPx: 2 * widthPx, heightPx, rgb: new Uint8Array(6 * widthPx * heightPx) };
    await refused(inpaint(model, { ...base, prompt: 'a', negativePrompt: '', loras: [], image, mask: wide }), /mask is 96 x 32/);
  });

  test('more layers of the text encoder than it has', async () => {
    await refused(draw({ ...base, clipSkip: 3 }), /3 layers/);
  });
});

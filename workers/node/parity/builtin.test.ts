/** The built-in model from prompt and seed to the picture, against diffusers. Golden: models/testing/reference/builtin.py */
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { parseSafetensors } from '#models/formats/safetensors.ts';
import { LoadedModel } from '#models/pipelines/loaded-model.ts';
import type { SchedulerId } from '#models/schedulers/index.ts';
import { widenHalves } from '#models/tensor/float16.ts';
import { openModelDirectory } from '../model-directory.ts';
import { createNodeRunner } from '../ort-node-runner.ts';
import { drawPicture, psnr, relativeDifference } from './compare-pictures.ts';

interface Case {
  readonly scheduler: SchedulerId;
  readonly steps: number;
  readonly guidance: number;
  readonly seed: number;
  readonly widthPx: number;
  readonly heightPx: number;
}

const models = fileURLToPath(new URL('../../../models', import.meta.url));
const { tensors, metadata } = parseSafetensors(readFileSync(`${models}/testing/golden/builtin.safetensors`));
const cases = JSON.parse(metadata['cases']!) as Case[];
const every = Number(metadata['every']);

/** As `fingerprint` in the reference script: SHA-256 over "path hash" lines of all files of the five parts, sorted by path. */
function fingerprint(folder: string): string {
  const paths = ['scheduler', 'text_encoder', 'tokenizer', 'unet', 'vae'].flatMap((part) => readdirSync(`${folder}/${part}`).map((name) => `${part}/${name}`));
  const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex');
  return sha256(
    paths
      .toSorted()
      .map((path) => `${path} ${sha256(readFileSync(`${folder}/${path}`))}\n`)
      .join(''),
  );
}

const isStale = fingerprint(`${models}/builtin`) !== metadata['fingerprint'];

test('the golden pictures are of the model as it is', () => {
  expect(
    isStale,
    'models/builtin has changed since diffusers drew its golden pictures. Remake them with: python models/testing/reference/builtin.py (torch and diffusers needed), then run this test again.',
  ).toBe(false);
});

const runner = createNodeRunner();
afterAll(() => runner.dispose());

test.skipIf(isStale).each(cases.map((entry, index) => ({ ...entry, index })))(
  '$scheduler, $steps steps, guidance $guidance, seed $seed: the picture of diffusers.StableDiffusionPipeline',
  async ({ index, ...settings }) => {
    const model = await LoadedModel.load(runner, openModelDirectory('builtin'));
    const { latents, picture } = await drawPicture(model, { prompt: metadata['prompt']!, negativePrompt: metadata['negative']!, ...settings, loras: [] });
    expect(relativeDifference(latents.data, tensors.get(`case${index}.latents`)!.data as Float32Array)).toBeLessThan(1e-3);
    const kept = Array.from({ length: settings.heightPx * settings.widthPx }, (_, i) => i).filter(
      (i) => (i % settings.widthPx) % every === 0 && Math.floor(i / settings.widthPx) % every === 0,
    );
    const rgb = Uint8Array.from(kept.flatMap((i) => [...picture.rgb.subarray(3 * i, 3 * i + 3)]));
    expect(psnr(rgb, widenHalves(tensors.get(`case${index}.pixels`)!.data as Uint16Array))).toBeGreaterThan(50);
    await model.dispose();
  },
);

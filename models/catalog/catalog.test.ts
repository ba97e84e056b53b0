import { existsSync, readFileSync, statSync } from 'node:fs';
import { expect, test } from 'vitest';
import { drawingNeed, totalBytes, trainingNeed } from '../budget/memory-need.ts';
import { families } from '../families/index.ts';
import { readStableDiffusion } from '../families/stable-diffusion/index.ts';
import { modelShapeOf } from '../families/stable-diffusion/model-shape.ts';
import { atOnce } from '../runtime/steps.ts';
import { aboutBytesOf, catalog, findCard, helpersFor, licences, type ModelCard } from './index.ts';

/** The site serves it to everybody. */
const siteLimitBytes = 30e6;

const cards = Object.entries<ModelCard>(catalog);
const urlOf = (folder: string, file: string): URL => new URL(`../${folder}/${file}`, import.meta.url);
const shipped = cards.flatMap(([, card]) =>
  card.source.kind === 'site' && existsSync(urlOf(card.source.folder, 'model_index.json')) ? [{ ...card, folder: card.source.folder }] : [],
);

test('every card names a family that is built', () => {
  for (const [, card] of cards) expect(Object.keys(families)).toContain(card.family);
});

// Until a model has been trained its folder holds only the recipe.
test.skipIf(shipped.length === 0).each(shipped)('$label: the files are there, small enough, and of a shape that its family builds', (card) => {
  for (const { path, aboutBytes } of card.files) {
    const { size } = statSync(urlOf(card.folder, path));
    if (size > 1e6) expect(size / aboutBytes, path).toBeCloseTo(1, 1);
  }
  expect(card.files.reduce((sum, { path }) => sum + statSync(urlOf(card.folder, path)).size, 0)).toBeLessThanOrEqual(siteLimitBytes);
  const json = (file: string): unknown => JSON.parse(readFileSync(urlOf(card.folder, file), 'utf8'));
  const unet = json('unet/config.json');
  expect(unet).toMatchObject({ sample_size: card.resolutionPx / 8 });
  const model = families[card.family]({
    modelIndex: json('model_index.json'),
    unet,
    textEncoder: json('text_encoder/config.json'),
    vae: json('vae/config.json'),
  });
  expect(model.vae.downscale).toBe(8);
});

test('what is fetched from elsewhere says what was not checked, and names no file twice', () => {
  for (const [id, card] of cards) {
    if (card.source.kind === 'site') continue;
    expect(card.checked || card.openQuestions.length > 0, id).toBe(true);
    expect(new Set(card.files.map((file) => file.path)).size, id).toBe(card.files.length);
    for (const file of card.files) if (file.sha256 === null && card.checked) expect.unreachable(`${id}: checked, and ${file.path} has no hash`);
  }
});

test('no file is a pickle: only safetensors, JSON and text', () => {
  for (const [, card] of cards) for (const { path } of card.files) expect(path).toMatch(/\.(safetensors|json|txt)$/);
});

test('a base model has everything that drawing needs', () => {
  for (const [id, card] of cards) {
    if (card.role !== 'base') continue;
    const paths = card.files.map((file) => file.path);
    expect(paths, id).toContain('model_index.json');
    for (const part of ['unet', 'vae', 'text_encoder']) {
      expect(
        paths.some((path) => path.startsWith(`${part}/`) && path.endsWith('.safetensors')),
        `${id} ${part}`,
      ).toBe(true);
    }
  }
});

test('a revision is a commit, so that nothing changes under a name, or the card says why not', () => {
  for (const [id, { source }] of cards) if (source.kind === 'hub' && id !== 'taesd') expect(source.revision, id).toMatch(/^[0-9a-f]{40}$/);
});

test('every licence has a text, and those that forbid uses say which', () => {
  for (const [id, card] of cards) expect(licences[card.licence].link, id).toMatch(/^https:/);
  for (const id of ['creativeml-openrail-m', 'openrail++'] as const) expect(licences[id].restrictions).toHaveLength(11);
});

test('sizes add up, and an id that is not listed has no card', () => {
  expect(aboutBytesOf(catalog['bk-sdm-tiny'])).toBeCloseTo(1.06e9, -7);
  expect(findCard('toString')).toBeNull();
});

test('what was taught to draw in few steps says how to draw with it, and every helper what it fits', () => {
  for (const [id, card] of cards) {
    expect(card.fast !== undefined, id).toBe(card.role === 'acceleration' || card.tier === 'one-step');
    expect(card.fits !== undefined, id).toBe(card.role !== 'base');
    if (card.fast !== undefined) expect(card.steps, id).toBeLessThanOrEqual(8);
  }
});

const readPublished = (name: string) => {
  const file = new URL(`../testing/reference/conformance/published/${name}.json`, import.meta.url);
  const { model_index: modelIndex, unet, text_encoder: textEncoder, vae } = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  return readStableDiffusion({ modelIndex, unet, textEncoder, vae });
};

/** `allocatorShare` of the two, as in `workers/engine/engine-memory.ts`; see the README of `models/budget`. */
const shares = { webgpu: 1.35, wasm: 1.1 } as const;

test.each<[keyof typeof catalog, string]>([
  ['dreamshaper-8', 'sd-1.5'],
  ['realistic-vision-5.1', 'sd-1.5'],
  ['bk-sdm-tiny', 'bk-sdm-tiny'],
  ['sdxs-dreamshaper', 'sdxs-512'],
])('the memory on the card of %s is what the budget announces for it, by what does the work', (id, name) => {
  const model = readPublished(name);
  const settings = { resolutionPx: 256, batchSize: 1, lora: { rank: 16, alpha: 16, targets: 'all' } } as const;
  for (const place of ['webgpu', 'wasm'] as const) {
    const platform = { runtimeBytes: 200 * 2 ** 20, allocatorShare: shares[place] };
    const upGb = (need: Parameters<typeof totalBytes>[0]): number => Math.ceil(totalBytes(need) / 1e8) / 10;
    const need = { draw: upGb(drawingNeed(model, 512, 512, platform)), learn: upGb(atOnce(trainingNeed(model, settings, platform))) };
    expect((catalog[id] as ModelCard).memoryGb![place], place).toEqual(need);
  }
});

test.each(['sd-1.5', 'sd-2.1', 'sd-turbo', 'bk-sdm-tiny', 'sdxs-512'])(
  '%s as published: acceleration LoRAs of SD 1.5 only for its layers, the small decoder only where there is a large one',
  (name) => {
    const shape = modelShapeOf(readPublished(name));
    expect(helpersFor('acceleration', shape)).toEqual(name === 'sd-1.5' ? ['lcm-lora-sd15', 'hyper-sd15-8'] : []);
    expect(helpersFor('decoder', shape)).toEqual(name === 'sdxs-512' ? [] : ['taesd']);
  },
);

test('the small decoder is for the latents of Stable Diffusion, not for those of the built-in model', () => {
  const unet = { channels: [8], layers: [1], hasMiddle: true, textWidth: 8 };
  expect(helpersFor('decoder', { unet, latent: { channels: 4, scalingFactor: 0.18215 } })).toEqual(['taesd']);
  expect(helpersFor('decoder', { unet, latent: { channels: 8, scalingFactor: 1 } })).toEqual([]);
});

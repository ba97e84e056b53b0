import { existsSync, readFileSync, statSync } from 'node:fs';
import { expect, test } from 'vitest';
import { catalog, type ModelCard } from './catalog.ts';
import { families } from './families/index.ts';

const urlOf = (card: ModelCard, file: string): URL => new URL(`./${card.folder}/${file}`, import.meta.url);
const shipped = Object.values<ModelCard>(catalog).filter((card) => existsSync(urlOf(card, 'model_index.json')));

test('every card names a family that is built', () => {
  for (const card of Object.values<ModelCard>(catalog)) expect(Object.keys(families)).toContain(card.family);
});

// Until a model has been trained its folder holds only the recipe.
test.skipIf(shipped.length === 0).each(shipped)('$label: the files are there, small enough, and of a shape that its family builds', (card) => {
  const sizes = card.files.map((file) => statSync(urlOf(card, file)).size);
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(card.sizeLimitBytes);
  const json = (file: string): unknown => JSON.parse(readFileSync(urlOf(card, file), 'utf8'));
  const model = families[card.family]({
    modelIndex: json('model_index.json'),
    unet: json('unet/config.json'),
    textEncoder: json('text_encoder/config.json'),
    vae: json('vae/config.json'),
  });
  expect(model.vae.downscale).toBe(8);
});

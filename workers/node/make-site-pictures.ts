/**
 * @file Draws the pictures that the site shows of itself: an example of every look, and the right half of before and after. All of them
 * with a likeness of the sample person, learned here with the default settings: what a visitor sees is what the visitor will get.
 *
 *   npm run pictures
 */
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LoadedModel } from '#models/pipelines/loaded-model.ts';
import { textToImage } from '#models/pipelines/text-to-image.ts';
import { defaultSubject, stylePacks, stylePrompts } from '#models/styles/index.ts';
import type { StylePack } from '#models/styles/style-pack.ts';
import { readLoras } from './generate.ts';
import { writeWebp } from './image-files.ts';
import { openModelDirectory } from './model-directory.ts';
import { createNodeRunner } from './ort-node-runner.ts';
import { trainLikeness } from './train.ts';

const personClass = 'woman'; // of static/samples/ada
const likenessFile = join(tmpdir(), 'likeness-site-pictures.safetensors');
const startLooks = ['studio-grey', 'boardroom', 'garden', 'corporate-blue'];
const seed = 5;

const runner = createNodeRunner();
console.log('learning the sample person');
await trainLikeness(runner, { model: 'builtin', photos: 'static/samples/ada', personClass, outFile: likenessFile, seed: 0 });
const model = await LoadedModel.load(runner, openModelDirectory('builtin'));
const loras = await readLoras(model, [{ file: likenessFile, weight: 1 }]);

async function draw(pack: StylePack, file: string, pictureSeed: number): Promise<void> {
  const [widthPx, heightPx] = model.nativeSizePx;
  const prompts = stylePrompts(pack, personClass, defaultSubject(personClass));
  const drawing = textToImage(model, {
    ...prompts,
    widthPx,
    heightPx,
    scheduler: 'dpm-solver-multistep',
    steps: 20,
    guidance: pack.guidance,
    seed: pictureSeed,
    loras,
  });
  let drawn = await drawing.next();
  while (drawn.done !== true) drawn = await drawing.next();
  await writeWebp(file, drawn.value.picture);
  console.log(file);
}

for (const pack of stylePacks) {
  await mkdir(`static/styles/${pack.id}`, { recursive: true });
  await draw(pack, `static/styles/${pack.id}/preview.webp`, seed);
}
await mkdir('static/start', { recursive: true });
for (const [index, id] of startLooks.entries())
  await draw(
    stylePacks.find((pack) => pack.id === id)!,
    `static/start/after-${index + 1}.webp`,
    seed + 1 + index,
  );
await model.dispose();
await runner.dispose();

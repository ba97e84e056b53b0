/**
 * @file Draws the pictures that the site shows of itself: an example of every look, the right half of before and after, and the picture of the README.
 * All with a likeness of the sample person, learned here as the preset normal does; of six pictures of a look our own ranking chooses, as in the
 * gallery: what a visitor sees is what the visitor will get.
 *
 *   npm run pictures
 */
import { mkdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { personReference, rankPictures } from '#models/ranking/index.ts';
import { LoadedModel } from '#models/pipelines/loaded-model.ts';
import type { RgbPicture } from '#models/pipelines/pixels.ts';
import { textToImage } from '#models/pipelines/text-to-image.ts';
import { defaultSubject, stylePacks, stylePrompts } from '#models/styles/index.ts';
import type { StylePack } from '#models/styles/style-pack.ts';
import { trainingPresets } from '#models/training/presets.ts';
import { openPhotoAnalyzer } from './face-models.ts';
import { readLoras } from './generate.ts';
import { listImageFiles, readImage, writeWebp } from './image-files.ts';
import { openModelDirectory } from './model-directory.ts';
import { createNodeRunner } from './ort-node-runner.ts';
import { trainLikeness } from './train.ts';

const personClass = 'woman'; // of static/samples/ada
const photoFolder = 'static/samples/ada';
const likenessFile = join(tmpdir(), 'likeness-site-pictures.safetensors');
const startLooks = ['studio-grey', 'boardroom', 'garden', 'corporate-blue'];
const picturesPerLook = 6;
const firstSeed = 1;

const runner = createNodeRunner();
console.log('learning the sample person');
const { samples, recipe } = trainingPresets.normal;
await trainLikeness(runner, { model: 'builtin', photos: photoFolder, personClass, outFile: likenessFile, seed: 0, samples, recipe });

const { analyzer } = await openPhotoAnalyzer(runner);
const photoFiles = await listImageFiles(photoFolder);
const photos = [];
for (const id of photoFiles) photos.push({ id, measures: await analyzer.measure(await readImage(id)) });
const person = personReference(photos);

const model = await LoadedModel.load(runner, openModelDirectory('builtin'));
const loras = await readLoras(model, [{ file: likenessFile, weight: 1 }]);

async function draw(pack: StylePack, seed: number): Promise<RgbPicture> {
  const [widthPx, heightPx] = model.nativeSizePx;
  const prompts = stylePrompts(pack, personClass, defaultSubject(personClass));
  const { guidance } = pack;
  const drawing = textToImage(model, { ...prompts, widthPx, heightPx, scheduler: 'dpm-solver-multistep', steps: 20, guidance, seed, loras });
  let drawn = await drawing.next();
  while (drawn.done !== true) drawn = await drawing.next();
  return drawn.value.picture;
}

/** The picture of a look that the gallery would show first. */
async function drawBest(pack: StylePack): Promise<RgbPicture> {
  const pictures = new Map<string, RgbPicture>();
  for (let seed = firstSeed; seed < firstSeed + picturesPerLook; seed++) pictures.set(String(seed), await draw(pack, seed));
  const entries = [];
  for (const [id, picture] of pictures) entries.push({ id, look: pack.id, measures: await analyzer.measure(picture), isChosen: false });
  return pictures.get(rankPictures(entries, person)[0]!.id)!;
}

await mkdir('static/start', { recursive: true });
for (const pack of stylePacks) {
  const best = await drawBest(pack);
  await mkdir(`static/styles/${pack.id}`, { recursive: true });
  await writeWebp(`static/styles/${pack.id}/preview.webp`, best);
  const place = startLooks.indexOf(pack.id);
  if (place >= 0) await writeWebp(`static/start/after-${place + 1}.webp`, best);
  console.log(pack.id);
}
await model.dispose();
await runner.dispose();

/** The README's picture: four photos, a gap, the best of four looks. */
const [tilePx, gapPx, marginPx] = [192, 8, 10];
const tiles = [...photoFiles.slice(0, startLooks.length), ...startLooks.map((id) => `static/styles/${id}/preview.webp`)];
const leftOf = (index: number): number => marginPx + index * (tilePx + gapPx) + (index < startLooks.length ? 0 : 5 * gapPx);
await sharp({
  create: { width: leftOf(tiles.length) - gapPx + marginPx, height: tilePx + 2 * marginPx, channels: 3, background: '#faf8f4' },
})
  .composite(
    await Promise.all(
      tiles.map(async (file, index) => ({ input: await sharp(file).resize(tilePx, tilePx).png().toBuffer(), left: leftOf(index), top: marginPx })),
    ),
  )
  .png({ compressionLevel: 9, palette: false })
  .toFile('src/docs/pictures/journey.png');

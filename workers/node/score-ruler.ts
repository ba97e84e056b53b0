/**
 * @file How good the ruler is: detection and identification on folders of known pictures, as Markdown. Fills the tables of `models/vision/README.md`.
 *
 *   npm run evaluate:ruler -- --people DIR [--portraits DIR]... [--most 500]
 *
 * `--people` holds a folder of photos for each person, `--portraits` pictures that show one face each.
 */
import { readdir } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { RgbPicture } from '#models/pipelines/pixels.ts';
import type { FaceAnalyzer } from '#models/vision/face-analyzer.ts';
import { cosine, meanEmbedding } from '#models/vision/face-embedding.ts';
import { resizePicture } from '#models/vision/image.ts';
import { parseOptions } from './arguments.ts';
import { openFaceAnalyzer } from './face-models.ts';
import { listImageFiles, readPictureFolder } from './image-files.ts';
import { embeddingsOf, identify, mean, measureImage, type MeasuredImage } from './score.ts';

const galleryPhotos = 16;
const sidesPx = [512, 192, 128] as const;

/** No larger than `sidePx`: pictures are never enlarged. */
function reduced(picture: RgbPicture, sidePx: number): RgbPicture {
  const share = sidePx / Math.max(picture.widthPx, picture.heightPx);
  return share >= 1 ? picture : resizePicture(picture, { widthPx: Math.round(picture.widthPx * share), heightPx: Math.round(picture.heightPx * share) });
}

async function measureReduced(analyzer: FaceAnalyzer, files: readonly string[], sidePx: number): Promise<MeasuredImage[]> {
  const { pictures } = await readPictureFolder(files);
  const measured: MeasuredImage[] = [];
  for (const { file, picture } of pictures) measured.push(await measureImage(analyzer, file, reduced(picture, sidePx)));
  return measured;
}

function detectionRow(name: string, sidePx: number, images: readonly MeasuredImage[]): string {
  const share = (matches: (count: number) => boolean): string =>
    `${((100 * images.filter(({ faceCount }) => matches(faceCount)).length) / images.length).toFixed(1)} %`;
  return `| ${name} | ${sidePx} | ${images.length} | ${share((n) => n === 1)} | ${share((n) => n === 0)} | ${share((n) => n > 1)} |`;
}

function identificationRow(
  sidePx: number,
  galleries: ReadonlyMap<string, readonly Float32Array[]>,
  heldOut: ReadonlyMap<string, readonly MeasuredImage[]>,
): string {
  const means = [...galleries].map(([name, embeddings]) => [name, meanEmbedding(embeddings)] as const);
  const [same, others]: [number[], number[]] = [[], []];
  let [right, all] = [0, 0];
  for (const [person, images] of heldOut) {
    for (const embedding of embeddingsOf(images)) for (const [name, personMean] of means) (name === person ? same : others).push(cosine(embedding, personMean));
    right += identify(galleries, images).filter((name) => name === person).length;
    all += images.length;
  }
  return `| ${sidePx} | ${right} of ${all} | ${mean(same).toFixed(3)} (lowest ${Math.min(...same).toFixed(3)}) | ${mean(others).toFixed(3)} (highest ${Math.max(...others).toFixed(3)}) |`;
}

const { options } = parseOptions(
  'score-ruler',
  {
    people: { kind: 'text', value: 'DIR', help: 'one folder of photos for each person', required: true },
    portraits: { kind: 'list', value: 'DIR', help: 'pictures with one face each' },
    most: { kind: 'number', value: 'N', help: 'pictures taken of each portrait folder, evenly spread' },
  },
  process.argv.slice(2),
);
const { analyzer, dispose } = await openFaceAnalyzer();

const folders = (await readdir(options.people, { withFileTypes: true })).filter((entry) => entry.isDirectory());
const files = new Map(await Promise.all(folders.map(async ({ name }) => [name, await listImageFiles(join(options.people, name))] as const)));
const detection = ['| pictures | long side, px | count | exactly one face | none | several |', '|---|---|---|---|---|---|'];
const identification = ['| held-out photos reduced to, px | nearest mean is right | cosine to the same person | to the others |', '|---|---|---|---|'];
const galleries = new Map<string, Float32Array[]>();
for (const sidePx of sidesPx) {
  const measured = new Map<string, MeasuredImage[]>();
  for (const [name, photos] of files) {
    measured.set(name, await measureReduced(analyzer, photos, sidePx));
    if (sidePx === sidesPx[0]) galleries.set(name, embeddingsOf(measured.get(name)!.slice(0, galleryPhotos)));
  }
  detection.push(detectionRow(basename(options.people), sidePx, [...measured.values()].flat()));
  identification.push(identificationRow(sidePx, galleries, new Map([...measured].map(([name, images]) => [name, images.slice(galleryPhotos)]))));
}
for (const folder of options.portraits) {
  const all = await listImageFiles(folder);
  const most = Math.min(all.length, options.most ?? 500);
  const chosen = Array.from({ length: most }, (_, i) => all[Math.floor((i * all.length) / most)]!);
  for (const sidePx of [192, 128]) detection.push(detectionRow(basename(folder), sidePx, await measureReduced(analyzer, chosen, sidePx)));
}
console.log([...detection, '', ...identification].join('\n'));
await dispose();

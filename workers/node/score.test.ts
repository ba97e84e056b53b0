import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { resizePicture } from '#models/vision/image.ts';
import { openFaceAnalyzer, type OpenFaceAnalyzer } from './face-models.ts';
import { listImageFiles, readImage, writePng } from './image-files.ts';
import { embeddingsOf, identify, measureFolder, measureImage, runScore, scoreImages, type MeasuredImage } from './score.ts';

const people = fileURLToPath(new URL('../../../shared/data/people/', import.meta.url));
const names = ['ada', 'ben', 'chi', 'dev', 'fay', 'gus'];
const portrait = fileURLToPath(new URL('../../models/testing/golden/vision-face.png', import.meta.url));

let open: OpenFaceAnalyzer;
let folder: string;
beforeAll(async () => {
  open = await openFaceAnalyzer();
  folder = await mkdtemp(join(tmpdir(), 'score-'));
});
afterAll(async () => {
  await open.dispose();
  await rm(folder, { recursive: true });
});

const measured = (file: string, ...embedding: number[]): MeasuredImage => ({ file, faceCount: 1, embedding: Float32Array.from(embedding) });

test('a face is identified by the nearest mean, a picture without a face by none', () => {
  const galleries = new Map([
    ['up', [Float32Array.of(0, 1), Float32Array.of(0.1, 1)]],
    ['right', [Float32Array.of(1, 0)]],
  ]);
  expect(identify(galleries, [measured('a', 0.2, 1), measured('b', 1, 0.5), { file: 'c', faceCount: 0, embedding: null }])).toEqual(['up', 'right', null]);
});

test('the face of the golden portrait is found where it is, and the same face smaller is the same person', async () => {
  const picture = await readImage(portrait);
  const [face, ...others] = await open.analyzer.detect(picture);
  expect(others).toEqual([]);
  expect(face!.keypoints.rightEye.x).toBeCloseTo(123 / 256, 1); // read off the picture by eye
  expect(face!.keypoints.rightEye.y).toBeCloseTo(90 / 256, 1);
  expect(face!.keypoints.mouth.y).toBeCloseTo(121 / 256, 1);
  const whole = await measureImage(open.analyzer, 'whole', picture);
  const small = await measureImage(open.analyzer, 'small', resizePicture(picture, { widthPx: 160, heightPx: 160 }));
  expect(identify(new Map([['same', [whole.embedding!]]]), [small])).toEqual(['same']);
  const { meanCosine } = await scoreImages([portrait], [portrait], open.analyzer);
  expect(meanCosine).toBeCloseTo(1, 5);
});

test('the command prints a line for each picture and the mean cosine as the last number, and names what it cannot read', async () => {
  const picture = await readImage(portrait);
  await writePng(join(folder, '1.png'), picture);
  await writePng(join(folder, '2.png'), { widthPx: 64, heightPx: 64, rgb: new Uint8Array(64 * 64 * 3).fill(90) });
  await writeFile(join(folder, '3.png'), 'not a picture');
  let text = '';
  await runScore({ photos: folder, images: folder, report: undefined }, (line) => (text += line));
  const lines = text.split('\n');
  expect(lines[0]).toMatch(/^1\.png +faces 1 +cosine 1\.0000$/);
  expect(lines[1]).toMatch(/^2\.png +faces 0 +cosine no face$/);
  expect(lines[2]).toMatch(/^3\.png +left out: /);
  expect(lines.at(-1)).toBe('mean cosine 1.0000');
});

test('photos that show no face are refused with a way on', async () => {
  const empty = await mkdtemp(join(folder, 'empty-'));
  await expect(scoreImages(empty, empty, open.analyzer)).rejects.toMatchObject({ code: 'face-missing', help: expect.any(String) });
});

describe.skipIf(!existsSync(people))('on the six people of data/people (skipped where the data is absent)', () => {
  test('each held-out photo shows exactly one face and is identified among six people, at 192 pixels too', async () => {
    const galleries = new Map<string, Float32Array[]>();
    const heldOut: { name: string; image: MeasuredImage; small: MeasuredImage }[] = [];
    for (const name of names) {
      const files = await listImageFiles(join(people, name));
      galleries.set(name, embeddingsOf((await measureFolder(open.analyzer, files.slice(0, 4))).images));
      for (const file of files.slice(16, 20)) {
        const picture = await readImage(file);
        const image = await measureImage(open.analyzer, file, picture);
        heldOut.push({ name, image, small: await measureImage(open.analyzer, file, resizePicture(picture, { widthPx: 192, heightPx: 192 })) });
      }
    }
    expect(heldOut.map(({ image }) => image.faceCount)).toEqual(heldOut.map(() => 1));
    expect(
      identify(
        galleries,
        heldOut.map(({ image }) => image),
      ),
    ).toEqual(heldOut.map(({ name }) => name));
    expect(
      identify(
        galleries,
        heldOut.map(({ small }) => small),
      ),
    ).toEqual(heldOut.map(({ name }) => name));
  });

  test('two people in one photo are two faces', async () => {
    const { images } = await measureFolder(open.analyzer, [join(people, 'ada/bad/08-two-people.jpg'), join(people, 'dev/bad/08-two-people.jpg')]);
    expect(images.map(({ faceCount }) => faceCount)).toEqual([2, 2]);
  });
});

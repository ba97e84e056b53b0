/** @file Measures every photo of the evaluation: the good ones, the bad ones, and what is planted in some of the good ones. */
import { readFile, writeFile } from 'node:fs/promises';
import type { RgbPicture } from '#models/pipelines/pixels.ts';
import { FaceAnalyzer } from '#models/vision/face-analyzer.ts';
import { landmarksFromMesh, meshInput, meshView } from '#models/vision/face-landmarks.ts';
import { buildFaceMesh } from '#models/vision/face-mesh.ts';
import { VisionNet } from '#models/vision/vision-net.ts';
import { openPhotoAnalyzer, readFaceWeights } from '../face-models.ts';
import { createNodeRunner } from '../ort-node-runner.ts';
import { readPhoto } from '../photo-check/read-photo.ts';
import { badFiles, goodFile, people, photosOfEach, type LabelledPhoto } from './labelled.ts';
import { plantedCopies, plantedDefects, type Original } from './planted.ts';

/** Good photos of each person in which defects are planted. */
const plantedIn = [4, 17] as const;

/** @param print told what is being done */
export async function measureAll(folder: string, print: (text: string) => void): Promise<LabelledPhoto[]> {
  const runner = createNodeRunner();
  const { analyzer } = await openPhotoAnalyzer(runner);
  const faces = await FaceAnalyzer.create(runner, { blazeface: await readFaceWeights('blazeface') });
  const mesh = await VisionNet.load(runner, buildFaceMesh(), await readFaceWeights('face-mesh'));
  const photos: LabelledPhoto[] = [];
  const add = async (photo: Omit<LabelledPhoto, 'measures'>, picture: RgbPicture): Promise<void> =>
    void photos.push({ ...photo, measures: await analyzer.measure(picture) });
  const landmarksOf = async (picture: RgbPicture): Promise<Original['landmarks']> => {
    const view = meshView((await faces.detect(picture))[0]!, picture);
    const { points, presence } = await mesh.run({ face: meshInput(picture, view) });
    return landmarksFromMesh(points!, presence!, view);
  };

  for (const [at, person] of people.entries()) {
    print(`measuring ${person}`);
    for (let index = 0; index < photosOfEach; index++) {
      const file = goodFile(folder, person, index);
      await add({ id: file, person, origin: 'good', defect: 'none', expected: null }, await readPhoto(file));
    }
    for (const { file, defect, expected } of await badFiles(folder, person))
      await add({ id: file, person, origin: 'bad', defect, expected }, await readPhoto(file));
    for (const index of plantedIn) {
      const file = goodFile(folder, person, index);
      const picture = await readPhoto(file);
      const face = photos.find(({ id }) => id === file)!.measures.faces[0]!.box;
      const original = {
        picture,
        face,
        landmarks: await landmarksOf(picture),
        stranger: await readPhoto(goodFile(folder, people[(at + 1) % people.length]!, index)),
      };
      for (const { name, check, make } of plantedDefects)
        await add({ id: `${file} ${name}`, person, origin: 'planted', defect: name, expected: check }, await make(original));
      for (const { name, make } of plantedCopies)
        await add({ id: `${file} copy: ${name}`, person, origin: 'copy', defect: name, expected: 'duplicate' }, await make(picture));
    }
  }
  await runner.dispose();
  return photos;
}

/** Writes and reads measures, so that limits can be tried without measuring again. */
export async function writeMeasures(file: string, photos: readonly LabelledPhoto[]): Promise<void> {
  await writeFile(
    file,
    JSON.stringify(photos, (_, value: unknown) => (value instanceof Float32Array ? { floats: [...value] } : value)),
  );
}

export async function readMeasures(file: string): Promise<LabelledPhoto[]> {
  const isFloats = (value: unknown): value is { floats: number[] } => typeof value === 'object' && value !== null && 'floats' in value;
  return JSON.parse(await readFile(file, 'utf8'), (_, value: unknown) => (isFloats(value) ? Float32Array.from(value.floats) : value)) as LabelledPhoto[];
}

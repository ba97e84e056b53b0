import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { cosine, meanEmbedding, type FaceEmbedding } from '#models/vision/face-embedding.ts';
import { identityLimits } from '#models/vision/face-identity.ts';
import { resizePicture } from '#models/vision/image.ts';
import type { RgbPicture } from '#models/pipelines/pixels.ts';
import { minorLimits } from '#models/vision/age.ts';
import { openFaceAnalyzer, type OpenFaceAnalyzer } from './face-models.ts';
import { openIdentityNets, type OpenIdentityNets } from './identity-models.ts';
import { readImage } from './image-files.ts';

const people = fileURLToPath(new URL('../../../shared/data/people/', import.meta.url));
const face = await readImage(fileURLToPath(new URL('../../models/testing/golden/vision-face.png', import.meta.url)));

let faces: OpenFaceAnalyzer;
let nets: OpenIdentityNets;
beforeAll(async () => {
  faces = await openFaceAnalyzer();
  nets = await openIdentityNets();
});
afterAll(async () => {
  await faces.dispose();
  await nets.dispose();
});

async function embeddingOf(picture: RgbPicture): Promise<FaceEmbedding> {
  const [found] = await faces.analyzer.detect(picture);
  return nets.embedder.embed(picture, found!);
}

test('a face reduced to half its size is still the same face', async () => {
  const half = resizePicture(face, { widthPx: face.widthPx / 2, heightPx: face.heightPx / 2 });
  const [whole, reduced] = [await embeddingOf(face), await embeddingOf(half)];
  expect(whole).toHaveLength(128);
  expect(cosine(whole, whole)).toBeCloseTo(1, 5);
  expect(cosine(whole, reduced)).toBeGreaterThan(identityLimits.samePersonCosine);
});

test('an adult reads as one', async () => {
  const [found] = await faces.analyzer.detect(face);
  const { apparentAgeYears, apparentWoman } = await nets.ages.estimate(face, found!);
  expect(apparentAgeYears).toBeGreaterThan(minorLimits.personYears);
  expect(apparentAgeYears).toBeLessThan(90);
  expect(apparentWoman).toBeGreaterThanOrEqual(0);
  expect(apparentWoman).toBeLessThanOrEqual(1);
});

test.skipIf(!existsSync(people))(
  'photos of one person are nearer to their mean than the limit, strangers are not (skipped without ../shared/data)',
  async () => {
    const photos = async (person: string, count: number): Promise<FaceEmbedding[]> => {
      const embeddings: FaceEmbedding[] = [];
      for (let i = 1; i <= count; i++) embeddings.push(await embeddingOf(await readImage(join(people, person, `${String(i).padStart(2, '0')}.jpg`))));
      return embeddings;
    };
    const [first, ...others] = await photos('ben', 6);
    const mean = meanEmbedding(others);
    expect(cosine(first!, mean)).toBeGreaterThan(identityLimits.samePersonCosine);
    for (const stranger of [...(await photos('dev', 2)), ...(await photos('gus', 2))])
      expect(cosine(stranger, mean)).toBeLessThan(identityLimits.samePersonCosine);
  },
);

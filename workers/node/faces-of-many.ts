/** @file Reads a set of labelled pictures of many people, a few of each: what a face in general is learned from. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { PersonClass } from '#models/text/prompt.ts';
import type { LearningPhoto } from '#models/training/prepare-examples.ts';
import { readImage } from './image-files.ts';

export interface ManyPhotos {
  readonly personClass: PersonClass;
  readonly photos: readonly LearningPhoto[];
}

const fewestPictures = 3;
const labelled = z.object({
  file: z.string(),
  identity: z.number(),
  labels: z.object({ sex: z.enum(['woman', 'man']), face_box: z.tuple([z.number(), z.number(), z.number(), z.number()]) }),
});

/** Everyone with enough pictures, in the order of their identities. */
export async function readFacesOfMany(folder: string): Promise<ManyPhotos[]> {
  const lines = (await readFile(join(folder, 'captions-cg.jsonl'), 'utf8')).split('\n').filter((line) => line !== '');
  const byIdentity = new Map<number, z.infer<typeof labelled>[]>();
  for (const line of lines) {
    const picture = labelled.parse(JSON.parse(line));
    byIdentity.set(picture.identity, [...(byIdentity.get(picture.identity) ?? []), picture]);
  }
  const people: ManyPhotos[] = [];
  for (const pictures of byIdentity.values()) {
    if (pictures.length < fewestPictures) continue;
    const photos = await Promise.all(
      pictures.map(async ({ file, labels }) => ({ picture: await readImage(join(folder, file)), faceBox: labels.face_box, measures: null })),
    );
    people.push({ personClass: pictures[0]!.labels.sex, photos });
  }
  return people;
}

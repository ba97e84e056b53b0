/** @file Pictures of many people with a file that says who is who. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { OpenFaceAnalyzer } from '../face-models.ts';
import type { OpenIdentityNets } from '../identity-models.ts';
import { readImage } from '../image-files.ts';
import { measureKnownFace, type KnownFace } from './known-face.ts';

/** What is told of a picture beside its file. */
export interface PictureLabels {
  readonly file: string;
  readonly identity: number;
  readonly labels: { readonly sex: string; readonly skin: string; readonly age_years: number };
}

/** Reads a file of one JSON object a line, and keeps the pictures of `most` people, evenly spread. */
export async function readLabels(file: string, most: number): Promise<PictureLabels[]> {
  const all = (await readFile(file, 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as PictureLabels);
  const people = [...new Set(all.map(({ identity }) => identity))].sort((a, b) => a - b);
  const kept = new Set(
    Array.from({ length: Math.min(most, people.length) }, (_, i) => people[Math.floor((i * people.length) / Math.min(most, people.length))]),
  );
  return all.filter(({ identity }) => kept.has(identity));
}

/** Measures labelled pictures; those without a face are left out. */
export async function measureLabelled(
  faces: OpenFaceAnalyzer,
  identity: OpenIdentityNets,
  folder: string,
  pictures: readonly PictureLabels[],
): Promise<(KnownFace & PictureLabels['labels'])[]> {
  const measured: (KnownFace & PictureLabels['labels'])[] = [];
  for (const { file, identity: person, labels } of pictures) {
    const known = await measureKnownFace(faces, identity, String(person), await readImage(join(folder, file)));
    if (known !== null) measured.push({ ...known, ...labels });
  }
  return measured;
}

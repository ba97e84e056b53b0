/** @file The people that are known: a folder of photos for each, and a folder of drawn pictures for each. */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '#models/errors/app-error.ts';
import type { OpenFaceAnalyzer } from '../face-models.ts';
import type { OpenIdentityNets } from '../identity-models.ts';
import { listImageFiles, readImage } from '../image-files.ts';
import { measureKnownFace, reduced, type KnownFace } from './known-face.ts';

/** The first photos of a person are the gallery, the others are held out. */
export const galleryPhotos = 16;

export interface KnownPhoto {
  readonly face: KnownFace;
  readonly isGallery: boolean;
}

/** Names of the folders in a folder, links to folders included. @throws {AppError} `usage` if it cannot be read */
export async function listFolders(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch((cause: unknown) => {
    throw new AppError('usage', { message: `cannot read the folder ${folder}`, help: 'Check that it exists and that you may read it.', cause });
  });
  const found = await Promise.all(names.map(async (name) => ((await stat(join(folder, name)).catch(() => null))?.isDirectory() === true ? name : null)));
  return found.filter((name) => name !== null && !name.startsWith('.')).sort() as string[];
}

/**
 * Photos of everybody at a size; those without a face are left out.
 *
 * @param onlyGallery leaves the held-out ones out too
 */
export async function measurePeople(
  faces: OpenFaceAnalyzer,
  identity: OpenIdentityNets,
  folder: string,
  sidePx: number,
  onlyGallery = false,
): Promise<KnownPhoto[]> {
  const known: KnownPhoto[] = [];
  for (const person of await listFolders(folder)) {
    for (const [index, file] of (await listImageFiles(join(folder, person))).entries()) {
      const isGallery = index < galleryPhotos;
      if (onlyGallery && !isGallery) continue;
      const face = await measureKnownFace(faces, identity, person, reduced(await readImage(file), sidePx));
      if (face !== null) known.push({ face, isGallery });
    }
  }
  return known;
}

/** One drawn picture and whom it is to show. */
export interface DrawnPicture {
  readonly person: string;
  readonly file: string;
}

/**
 * The drawn pictures of each person, in folders within folders too.
 *
 * @param folder  one folder for each person
 * @param within  only this folder of each person's, such as one of several experiments; null for all
 * @param known   the people that they can be compared with
 * @throws {AppError} `usage` for a person that is not known, or if there is no picture at all
 */
export async function listDrawn(folder: string, within: string | null, known: readonly string[]): Promise<DrawnPicture[]> {
  const drawn: DrawnPicture[] = [];
  for (const person of await listFolders(folder)) {
    const files = await listWithin(within === null ? join(folder, person) : join(folder, person, within)).catch((cause: unknown) => {
      if (within === null) throw cause;
      return []; // Not every person need have been drawn in every way.
    });
    if (files.length > 0 && !known.includes(person)) {
      throw new AppError('usage', {
        message: `${person} was drawn and has no photos`,
        help: `Known are ${known.join(', ')}; name the folders of drawn pictures like those of photos.`,
      });
    }
    drawn.push(...files.map((file) => ({ person, file })));
  }
  if (drawn.length === 0)
    throw new AppError('usage', { message: `there are no drawn pictures in ${folder}`, help: 'Give a folder that has a folder of pictures for each person.' });
  return drawn;
}

async function listWithin(folder: string): Promise<string[]> {
  const files = await listImageFiles(folder);
  for (const name of await listFolders(folder)) files.push(...(await listWithin(join(folder, name))));
  return files;
}

/** @file The photos of the evaluation: where they lie, and what is wrong with each. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CheckId } from '#models/checks/index.ts';
import type { PhotoMeasures } from '#models/vision/photo-measures.ts';

export const people = ['ada', 'ben', 'chi', 'dev', 'fay', 'gus'] as const;
export type PersonName = (typeof people)[number];
/** On these the limits were set; the others are reported beside them. */
export const tuningPeople: ReadonlySet<PersonName> = new Set(['ada', 'ben', 'chi']);
export const photosOfEach = 24;

/** What the labels of `bad/` call a defect, and the check that must find it. */
export const labelledDefects: Readonly<Record<string, CheckId>> = {
  blurred: 'blurred',
  'very-dark': 'dark',
  'over-exposed': 'overexposed',
  'tiny-face': 'face-small',
  'face-cut-off': 'face-cut-off',
  'extreme-profile': 'turned-away',
  occluded: 'covered',
  'two-people': 'several-faces',
  'low-resolution': 'blurred',
  'heavy-noise': 'noisy',
  'colour-cast': 'colour-cast',
  'upside-down': 'not-upright',
};

/** A measured photo with the truth about it. */
export interface LabelledPhoto {
  readonly id: string;
  readonly person: PersonName;
  /** `good`, `bad` for those of the folder, `planted` for those made here, `copy` for duplicates. */
  readonly origin: 'good' | 'bad' | 'planted' | 'copy';
  readonly defect: string;
  /** The check that must find it; null where none must. */
  readonly expected: CheckId | null;
  readonly measures: PhotoMeasures;
}

/** What the renderer was told of a good photo, as far as the coverage of a set is concerned. */
export interface PhotoLabels {
  readonly file: string;
  readonly yaw: number;
  readonly light: string;
  readonly expression: string;
  /** Chin to hairline, share of the picture. */
  readonly face_height: number;
}

/** The labels of all good photos, by the file's path under the folder. */
export async function readPhotoLabels(folder: string): Promise<ReadonlyMap<string, PhotoLabels>> {
  const entries = await Promise.all(
    people.map(async (person) =>
      (JSON.parse(await readFile(join(folder, person, 'labels.json'), 'utf8')) as PhotoLabels[]).map((labels) => [`${person}/${labels.file}`, labels] as const),
    ),
  );
  return new Map(entries.flat());
}

export function goodFile(folder: string, person: PersonName, index: number): string {
  return join(folder, person, `${String(index + 1).padStart(2, '0')}.jpg`);
}

/** Files of `bad/` with their defects; none for a person without that folder. */
export async function badFiles(folder: string, person: PersonName): Promise<{ file: string; defect: string; expected: CheckId }[]> {
  const text = await readFile(join(folder, person, 'bad', 'labels.json'), 'utf8').catch(() => '[]');
  const labels = JSON.parse(text) as { file: string; defect: string }[];
  return labels.map(({ file, defect }) => ({ file: join(folder, person, 'bad', file), defect, expected: labelledDefects[defect]! }));
}

/** @file The `check` command: looks at every file of a folder as the app would, and says of each whether it would be learned from. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '#models/errors/app-error.ts';
import { encodeError, type EncodedError } from '#models/errors/error-codec.ts';
import { checkPhoto, checkSet, coverageOf, hardChecks, inOrder, sentenceOf, type Coverage, type CoverageGapId, type Finding } from '#models/checks/index.ts';
import type { PhotoAnalyzer } from '#models/vision/photo-analyzer.ts';
import type { FaceMeasures, PhotoMeasures } from '#models/vision/photo-measures.ts';
import { openPhotoAnalyzer } from '../face-models.ts';
import { FileDecoder } from './decode-files.ts';

/** Why a photo is not accepted: a check, or the code of the error that kept it from being looked at. */
export interface CheckReason {
  readonly check: string;
  readonly sentence: string;
  readonly value: number | null;
  readonly limit: number | null;
  /** Hard reasons cannot be overridden in the app. */
  readonly isHard: boolean;
  /** For `duplicate`: the file that is kept instead. */
  readonly otherFile?: string;
}

export interface CheckedPhoto {
  readonly file: string;
  readonly accepted: boolean;
  readonly reasons: readonly CheckReason[];
  /** Null for a file that could not be read. */
  readonly measures: ReportedMeasures | null;
  readonly milliseconds: { readonly decode: number; readonly measure: number };
}

/** Without the embeddings: they are of no use to a reader, and they identify a person. */
export type ReportedMeasures = Omit<PhotoMeasures, 'faces'> & { readonly faces: readonly Omit<FaceMeasures, 'embedding'>[] };

export interface CheckReport {
  readonly photos: readonly CheckedPhoto[];
  readonly accepted: number;
  /** Of the accepted photos together. */
  readonly coverage: Coverage;
  readonly seconds: number;
}

/** One file after decoder and nets; what went wrong, where it did. */
export interface LookedAtFile {
  readonly file: string;
  readonly outcome: { readonly measures: PhotoMeasures } | { readonly error: EncodedError };
  readonly milliseconds: CheckedPhoto['milliseconds'];
}

/**
 * Every file of a folder but hidden ones, by name; subfolders are left out.
 *
 * @throws {AppError} `usage` if the folder cannot be read
 */
export async function listFiles(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    throw new AppError('usage', { message: `cannot read the folder ${folder}`, help: 'Check that it exists and that you may read it.', cause });
  });
  const names = entries.filter((entry) => !entry.isDirectory() && !entry.name.startsWith('.')).map(({ name }) => name);
  return names.sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
}

/** Decodes and measures files strictly one after the other, so that the time of a file is its own. Only measures stay in memory. */
export async function lookAtFiles(folder: string, files: readonly string[]): Promise<LookedAtFile[]> {
  const { analyzer, dispose } = await openPhotoAnalyzer();
  const decoder = new FileDecoder();
  try {
    const looked: LookedAtFile[] = [];
    for (const file of files) looked.push(await lookAtFile(folder, file, decoder, analyzer));
    return looked;
  } finally {
    decoder.dispose();
    await dispose();
  }
}

async function lookAtFile(folder: string, file: string, decoder: FileDecoder, analyzer: PhotoAnalyzer): Promise<LookedAtFile> {
  const started = performance.now();
  let decoded = started;
  try {
    const picture = await decoder.decode(join(folder, file)).finally(() => (decoded = performance.now()));
    const outcome = { measures: await analyzer.measure(picture) };
    return { file, outcome, milliseconds: { decode: Math.round(decoded - started), measure: Math.round(performance.now() - decoded) } };
  } catch (error) {
    return { file, outcome: { error: encodeError(error) }, milliseconds: { decode: Math.round(decoded - started), measure: 0 } };
  }
}

/** Judges files that were looked at, by themselves and together. */
export function judgeFiles(looked: readonly LookedAtFile[]): Omit<CheckReport, 'seconds'> {
  const measured = looked.flatMap(({ file, outcome }) => ('measures' in outcome ? [{ id: file, measures: outcome.measures }] : []));
  const ofSet = checkSet(measured);
  const photos = looked.map(({ file, outcome, milliseconds }): CheckedPhoto => {
    if ('error' in outcome) {
      const { code, message, help } = outcome.error;
      const reason = { check: code, sentence: [message, help].filter((part) => part !== null).join(' '), value: null, limit: null, isHard: true };
      return { file, accepted: false, reasons: [reason], measures: null, milliseconds };
    }
    const own = checkPhoto(outcome.measures);
    const fromSet = (ofSet.get(file) ?? []).filter(({ check }) => !own.some((finding) => finding.check === check));
    const findings = inOrder([...own, ...fromSet]);
    return { file, accepted: findings.length === 0, reasons: findings.map(reasonOf), measures: withoutEmbeddings(outcome.measures), milliseconds };
  });
  const accepted = new Set(photos.filter((photo) => photo.accepted).map(({ file }) => file));
  return { photos, accepted: accepted.size, coverage: coverageOf(measured.filter(({ id }) => accepted.has(id))) };
}

/**
 * Checks a folder.
 *
 * @throws {AppError} `usage` if the folder cannot be read; never for what is in it
 */
export async function checkPhotos(folder: string): Promise<CheckReport> {
  const started = performance.now();
  const report = judgeFiles(await lookAtFiles(folder, await listFiles(folder)));
  return { ...report, seconds: (performance.now() - started) / 1000 };
}

function reasonOf(finding: Finding): CheckReason {
  const { check, value, limit, otherPhotoId } = finding;
  return {
    check,
    sentence: sentenceOf(finding),
    value,
    limit,
    isHard: hardChecks.has(check),
    ...(otherPhotoId === undefined ? {} : { otherFile: otherPhotoId }),
  };
}

function withoutEmbeddings(measures: PhotoMeasures): ReportedMeasures {
  return { ...measures, faces: measures.faces.map(({ embedding: _embedding, ...face }) => face) };
}

/** What a set may have too few of, as its last line says it. */
const gapWords: Readonly<Record<CoverageGapId, string>> = {
  photos: 'photos with a face',
  front: 'looking into the camera',
  left: 'turned to the left',
  right: 'turned to the right',
  light: 'in another light',
  smiling: 'smiling',
  serious: 'serious',
  close: 'close up',
  far: 'from further away',
  'glasses-with': 'with glasses',
  'glasses-without': 'without glasses',
};

/** One line for each photo and two for the set. */
export function formatCheck({ photos, accepted, coverage, seconds }: CheckReport): string {
  const lines = photos.map(
    ({ file, reasons }) => `${file.padEnd(28)} ${reasons.length === 0 ? 'accepted' : reasons.map(({ check, sentence }) => `[${check}] ${sentence}`).join(' ')}`,
  );
  lines.push(`${accepted} of ${photos.length} accepted in ${seconds.toFixed(1)} s`);
  if (coverage.missing.length > 0)
    lines.push(`the accepted ones together lack: ${coverage.missing.map(({ gap, have, want }) => `${gapWords[gap]} (${have} of ${want})`).join(', ')}`);
  return lines.join('\n');
}

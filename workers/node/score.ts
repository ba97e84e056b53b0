/** @file The `score` command: how much the faces in one folder look like the person in another. */
import { basename } from 'node:path';
import { AppError } from '#models/errors/app-error.ts';
import type { RgbPicture } from '#models/pipelines/pixels.ts';
import type { FaceAnalyzer } from '#models/vision/face-analyzer.ts';
import { cosine, meanEmbedding, type FaceEmbedding } from '#models/vision/face-embedding.ts';
import type { OptionTable, Options } from './arguments.ts';
import { openFaceAnalyzer } from './face-models.ts';
import { readPictureFolder } from './image-files.ts';
import { writeReport } from './report.ts';

/** What the faces of one picture are; the embedding is of the surest face. */
export interface MeasuredImage {
  readonly file: string;
  readonly faceCount: number;
  /** Null where no face was found. */
  readonly embedding: FaceEmbedding | null;
}

/** How one picture compares with a person's photos. */
export interface ImageScore {
  readonly file: string;
  readonly faceCount: number;
  /** With the mean of the photos' embeddings; null where no face was found. */
  readonly cosine: number | null;
  /** Mean over the photos of the cosine with each: always lower than `cosine`, since single photos scatter. */
  readonly meanPhotoCosine: number | null;
}

export interface ScoreReport {
  readonly images: readonly ImageScore[];
  readonly photosUsed: number;
  readonly photosWithoutFace: readonly string[];
  readonly refused: readonly { readonly file: string; readonly reason: string }[];
  /** Share of pictures with exactly one face. */
  readonly oneFaceShare: number;
  /** Over the pictures with a face; null where there is none. */
  readonly meanCosine: number | null;
  readonly meanPhotoCosine: number | null;
}

/** Finds and measures the surest face of a picture. */
export async function measureImage(analyzer: FaceAnalyzer, file: string, picture: RgbPicture): Promise<MeasuredImage> {
  const faces = await analyzer.detect(picture);
  const surest = faces[0];
  return { file, faceCount: faces.length, embedding: surest === undefined ? null : (await analyzer.embed(picture, surest)).embedding };
}

/** Measures every readable picture of a folder or list of files. */
export async function measureFolder(
  analyzer: FaceAnalyzer,
  source: string | readonly string[],
): Promise<{ images: MeasuredImage[]; refused: { file: string; reason: string }[] }> {
  const { pictures, refused } = await readPictureFolder(source);
  const images: MeasuredImage[] = [];
  for (const { file, picture } of pictures) images.push(await measureImage(analyzer, file, picture));
  return { images, refused: refused.map(({ file, error }) => ({ file, reason: error.message })) };
}

/** The embeddings of those that show a face. */
export function embeddingsOf(images: readonly MeasuredImage[]): FaceEmbedding[] {
  return images.flatMap(({ embedding }) => (embedding === null ? [] : [embedding]));
}

/**
 * Compares measured pictures with a person's measured photos.
 *
 * @param photos at least one embedding
 */
export function scoreMeasured(photos: readonly FaceEmbedding[], images: readonly MeasuredImage[]): ImageScore[] {
  const person = meanEmbedding(photos);
  return images.map(({ file, faceCount, embedding }) => ({
    file,
    faceCount,
    cosine: embedding === null ? null : cosine(embedding, person),
    meanPhotoCosine: embedding === null ? null : mean(photos.map((photo) => cosine(embedding, photo))),
  }));
}

/**
 * Scores every picture of a folder against the photos of a person.
 *
 * @throws {AppError} `face-missing` if no photo shows a face
 */
export async function scoreImages(photos: string | readonly string[], images: string | readonly string[], analyzer: FaceAnalyzer): Promise<ScoreReport> {
  const gallery = await measureFolder(analyzer, photos);
  const embeddings = embeddingsOf(gallery.images);
  if (embeddings.length === 0) {
    throw new AppError('face-missing', {
      message: `no face in the ${gallery.images.length} readable photos`,
      help: 'Use photos that show the face of one person.',
    });
  }
  const measured = await measureFolder(analyzer, images);
  const scores = scoreMeasured(embeddings, measured.images);
  return {
    images: scores,
    photosUsed: embeddings.length,
    photosWithoutFace: gallery.images.filter(({ embedding }) => embedding === null).map(({ file }) => file),
    refused: [...gallery.refused, ...measured.refused],
    oneFaceShare: scores.filter(({ faceCount }) => faceCount === 1).length / Math.max(1, scores.length),
    meanCosine: meanOrNull(scores.map((score) => score.cosine)),
    meanPhotoCosine: meanOrNull(scores.map((score) => score.meanPhotoCosine)),
  };
}

/** Name of the person whose mean embedding is nearest, for each picture; null where no face was found. */
export function identify(galleries: ReadonlyMap<string, readonly FaceEmbedding[]>, images: readonly MeasuredImage[]): (string | null)[] {
  const people = [...galleries].map(([name, embeddings]) => ({ name, embedding: meanEmbedding(embeddings) }));
  return images.map(({ embedding }) => {
    if (embedding === null) return null;
    const scored = people.map(({ name, embedding: person }) => ({ name, cosine: cosine(embedding, person) }));
    return scored.sort((a, b) => b.cosine - a.cosine)[0]?.name ?? null;
  });
}

/** Arithmetic mean; NaN of none. */
export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Mean of the values that are there; null where none is. */
export function meanOrNull(values: readonly (number | null)[]): number | null {
  const present = values.filter((value) => value !== null);
  return present.length === 0 ? null : mean(present);
}

export const scoreOptions = {
  photos: { kind: 'text', value: 'DIR', help: 'photos of the person', required: true },
  images: { kind: 'text', value: 'DIR', help: 'pictures to compare with them', required: true },
  report: { kind: 'text', value: 'FILE', help: 'where to write the numbers as JSON' },
} as const satisfies OptionTable;

/** One line for each picture, and the mean cosine as the last number. */
export function formatScores(report: ScoreReport): string {
  const lines = report.images.map(
    ({ file, faceCount, cosine: value }) => `${basename(file).padEnd(28)} faces ${faceCount}   cosine ${value?.toFixed(4) ?? 'no face'}`,
  );
  lines.push(...report.refused.map(({ file, reason }) => `${basename(file).padEnd(28)} left out: ${reason}`));
  lines.push(`${report.photosUsed} photos, ${report.images.length} pictures, exactly one face in ${(100 * report.oneFaceShare).toFixed(0)} %`);
  lines.push(`mean cosine with each photo ${report.meanPhotoCosine?.toFixed(4) ?? 'none'}`);
  lines.push(`mean cosine ${report.meanCosine?.toFixed(4) ?? 'none: no picture shows a face'}`);
  return lines.join('\n');
}

/**
 * Runs the command and prints its lines.
 *
 * @throws {AppError} `usage`, `face-missing`
 */
export async function runScore(options: Options<typeof scoreOptions>, print: (text: string) => void = console.log): Promise<void> {
  const { analyzer, dispose } = await openFaceAnalyzer();
  try {
    const report = await scoreImages(options.photos, options.images, analyzer);
    await writeReport(options.report, report);
    print(formatScores(report));
  } finally {
    await dispose();
  }
}

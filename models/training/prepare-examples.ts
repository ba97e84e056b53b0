/** @file From photos to a training set: frame the face in several ways, encode each once, weigh what matters. */
import { trainingCrop, defaultTrainingCrop } from '../vision/training-crop.ts';
import { cropPicture, resizePicture } from '../vision/image.ts';
import type { LoadedModel } from '../pipelines/loaded-model.ts';
import { tensorFromPicture, type RgbPicture } from '../pipelines/pixels.ts';
import { faceLossWeights, type FaceBox, type LossWeightOptions } from './loss-weights.ts';
import type { TrainingExample, TrainingSet, TrainingView } from './training-set.ts';

/** An upright photo and where its face is. */
export interface LearningPhoto {
  readonly picture: RgbPicture;
  /** Chin to hairline, as shares of the picture; null where none was found. */
  readonly faceBox: FaceBox | null;
}

/** How large the face stands in each view. Several framings keep the likeness from learning one distance to the camera. */
const faceHeights = [defaultTrainingCrop.faceHeight, 0.6, 0.72] as const;

export interface ExampleOptions {
  readonly resolutionPx: number;
  readonly caption: string;
  /** Every other prompt that will be asked for; '' is always encoded. */
  readonly lossWeights?: LossWeightOptions;
}

/**
 * Encodes all photos. Yields after each photo, for progress; returns the set.
 *
 * @throws {AppError} `job-invalid` if the model cannot draw this resolution
 */
export async function* prepareExamples(model: LoadedModel, photos: readonly LearningPhoto[], options: ExampleOptions): AsyncGenerator<number, TrainingSet> {
  const latentShape = model.latentShape(options.resolutionPx, options.resolutionPx).slice(1);
  const examples: TrainingExample[] = [];
  for (const photo of photos) {
    const views: TrainingView[] = [];
    for (const faceHeight of photo.faceBox === null ? faceHeights.slice(0, 1) : faceHeights) views.push(await encodeView(model, photo, faceHeight, options));
    examples.push({ views, caption: options.caption });
    yield examples.length;
  }
  const embeddings = await encodeCaptions(model, [options.caption, '']);
  return { latentShape, examples, embeddings };
}

async function encodeView(model: LoadedModel, { picture, faceBox }: LearningPhoto, faceHeight: number, { resolutionPx, lossWeights }: ExampleOptions): Promise<TrainingView> {
  const size = { widthPx: picture.widthPx, heightPx: picture.heightPx };
  const crop = trainingCrop(size, faceBox, { ...defaultTrainingCrop, faceHeight });
  const square = resizePicture(cropPicture(picture, crop), { widthPx: resolutionPx, heightPx: resolutionPx });
  const latent = await model.encode(tensorFromPicture(square));
  const boxInCrop = faceBox === null ? null : boxWithin(faceBox, size, crop);
  return { latent: latent.data as Float32Array, lossWeight: faceLossWeights(latent.shape.slice(2), boxInCrop, lossWeights) };
}

/** A box of the whole picture as shares of a crop of it. */
function boxWithin(box: FaceBox, { widthPx, heightPx }: { readonly widthPx: number; readonly heightPx: number }, crop: { readonly x: number; readonly y: number; readonly widthPx: number; readonly heightPx: number }): FaceBox {
  const x = (share: number): number => (share * widthPx - crop.x) / crop.widthPx;
  const y = (share: number): number => (share * heightPx - crop.y) / crop.heightPx;
  return [x(box[0]), y(box[1]), x(box[2]), y(box[3])];
}

async function encodeCaptions(model: LoadedModel, captions: readonly string[]): Promise<Map<string, Float32Array>> {
  const embeddings = new Map<string, Float32Array>();
  for (const caption of captions) embeddings.set(caption, (await model.encodePrompts([caption])).data as Float32Array);
  return embeddings;
}

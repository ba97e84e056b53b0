/** @file From photos to a training set: frame the face in several ways, say what else each crop shows, encode each once, weigh what matters. */
import type { LoadedModel } from '../pipelines/loaded-model.ts';
import { tensorFromPicture } from '../pipelines/pixels.ts';
import { captionDetails } from '../text/caption-details.ts';
import { trainingCaption, type Subject } from '../text/prompt.ts';
import { cropPicture, resizePicture, type PixelRectangle, type PixelSize } from '../vision/image.ts';
import { defaultTrainingCrop, trainingCrop } from '../vision/training-crop.ts';
import { faceLossWeights, type FaceBox } from './loss-weights.ts';
import { photoFacts, typicalLightness, type MeasuredPhoto } from './photo-facts.ts';
import { halfBodyFaceHeight, type TrainingRecipe } from './recipe.ts';
import type { TrainingExample, TrainingSet, TrainingView } from './training-set.ts';

/** An upright photo, where its face is, and what was measured on it. */
export type LearningPhoto = MeasuredPhoto;

export interface ExampleOptions {
  readonly resolutionPx: number;
  readonly subject: Subject;
  readonly recipe: TrainingRecipe;
}

/** From the top: portraits that show shoulders leave more room below the face. */
const halfBodyFaceMiddle = 0.45;

/**
 * Encodes all photos. Yields after each photo, for progress; returns the set.
 *
 * @throws {AppError} `job-invalid` if the model cannot draw this resolution
 */
export async function* prepareExamples(model: LoadedModel, photos: readonly LearningPhoto[], options: ExampleOptions): AsyncGenerator<number, TrainingSet> {
  const latentShape = model.latentShape(options.resolutionPx, options.resolutionPx).slice(1);
  const examples: TrainingExample[] = [];
  const typical = typicalLightness(photos);
  const { faceHeights } = options.recipe;
  for (const photo of photos) {
    const views: TrainingView[] = [];
    for (const faceHeight of photo.faceBox === null ? faceHeights.slice(0, 1) : faceHeights)
      views.push(await encodeView(model, photo, faceHeight, typical, options));
    examples.push({ views });
    yield examples.length;
  }
  const captions = new Set(['', ...examples.flatMap(({ views }) => views.map(({ caption }) => caption))]);
  return { latentShape, examples, embeddings: await encodeCaptions(model, captions) };
}

async function encodeView(
  model: LoadedModel,
  photo: LearningPhoto,
  faceHeight: number,
  typical: number | null,
  { resolutionPx, subject, recipe }: ExampleOptions,
): Promise<TrainingView> {
  const { picture, faceBox } = photo;
  const size = { widthPx: picture.widthPx, heightPx: picture.heightPx };
  const isWide = faceHeight < halfBodyFaceHeight;
  const crop = trainingCrop(size, faceBox, { faceHeight, faceMiddle: isWide ? halfBodyFaceMiddle : defaultTrainingCrop.faceMiddle });
  const square = resizePicture(cropPicture(picture, crop), { widthPx: resolutionPx, heightPx: resolutionPx });
  const latent = await model.encode(tensorFromPicture(square));
  const box = faceBox === null ? null : boxWithin(faceBox, size, crop);
  // What the photo had room for: a large face stays close up, whatever was wanted.
  const showsShoulders = box !== null && box[3] - box[1] < halfBodyFaceHeight;
  const knows = (word: string): boolean => model.tokenizer.tokenize(word).length === 1;
  const details =
    recipe.captions === 'plain'
      ? []
      : captionDetails(photoFacts(recipe.captions === 'measured' ? photo : { ...photo, measures: null }, square, showsShoulders, typical), knows);
  return {
    latent: latent.data as Float32Array,
    lossWeight: faceLossWeights(latent.shape.slice(2), box, recipe.lossWeights),
    caption: trainingCaption(subject, details, showsShoulders ? 'half body' : 'close'),
  };
}

/** A box of the whole picture as shares of a crop of it. */
function boxWithin(box: FaceBox, { widthPx, heightPx }: PixelSize, crop: PixelRectangle): FaceBox {
  const x = (share: number): number => (share * widthPx - crop.x) / crop.widthPx;
  const y = (share: number): number => (share * heightPx - crop.y) / crop.heightPx;
  return [x(box[0]), y(box[1]), x(box[2]), y(box[3])];
}

async function encodeCaptions(model: LoadedModel, captions: Iterable<string>): Promise<Map<string, Float32Array>> {
  const embeddings = new Map<string, Float32Array>();
  for (const caption of captions) embeddings.set(caption, (await model.encodePrompts([caption])).data as Float32Array);
  return embeddings;
}

/** @file The generate job in the browser: draws one order after another; each picture is marked and stored before the next begins. */
import { AppError, isAppError } from '#models/errors/app-error.ts';
import { encodeError } from '#models/errors/error-codec.ts';
import { markMadeWithAi } from '#models/formats/made-with-ai.ts';
import type { WeightedLora } from '#models/lora/merge-lora.ts';
import type { LoadedModel } from '#models/pipelines/loaded-model.ts';
import type { RgbPicture } from '#models/pipelines/pixels.ts';
import { textToImage, type TextToImageRequest } from '#models/pipelines/text-to-image.ts';
import { schedulerIds, type SchedulerId } from '#models/schedulers/index.ts';
import { saveImage } from '#storage/image-store.ts';
import type { GenerateEvent, GenerateRequest, PictureOrder } from '../contract/engine.ts';
import { encodePng } from '../host/browser-pictures.ts';
import { breathe, type JobControl } from './job-queue.ts';
import { Pace } from './pace.ts';

export interface DrawingDesk {
  /** The model and, if one is asked for, the likeness's factors for it. Pictures with more pixels than `tileAbovePixels` are decoded in tiles. */
  openModel(likenessId: string | null): Promise<{ readonly model: LoadedModel; readonly lora: WeightedLora['weights'] | null; readonly tileAbovePixels: number }>;
}

/**
 * Draws all orders. Never rejects: the last event says how it ended.
 *
 * @returns the error it failed with, or null
 */
export async function generatePictures(
  request: GenerateRequest,
  desk: DrawingDesk,
  control: JobControl,
  tell: (event: GenerateEvent) => void,
): Promise<AppError | null> {
  const total = request.orders.length;
  let made = 0;
  try {
    const scheduler = readScheduler(request.scheduler);
    tell({ kind: 'phase', phase: 'loading-model' });
    const { model, lora, tileAbovePixels } = await desk.openModel(request.likenessId);
    const loras = lora === null ? [] : [{ weights: lora, weight: request.likenessWeight }];
    tell({ kind: 'phase', phase: 'drawing' });
    const pace = new Pace();
    for (const [index, order] of request.orders.entries()) {
      const onStep = async (step: number, steps: number): Promise<void> => {
        tell({ kind: 'step', index, step, steps });
        await breathe();
        await waitWhilePaused(control, pace);
      };
      const picture = await drawOrder(model, { ...termsOf(order, request, model), scheduler, loras, tileAbovePixels }, onStep);
      const imageId = await storePicture(picture, order, request);
      made++;
      pace.mark(made);
      tell({ kind: 'image', index, total, imageId, secondsLeft: pace.secondsLeft(total) });
    }
    tell({ kind: 'finished', made });
    return null;
  } catch (error) {
    const encoded = encodeError(error);
    if (encoded.code === 'cancelled') {
      tell({ kind: 'cancelled', made });
      return null;
    }
    tell({ kind: 'failed', error: encoded });
    return isAppError(error) ? error : new AppError('internal', { message: encoded.message, cause: error });
  }
}

async function waitWhilePaused(control: JobControl, pace: Pace): Promise<void> {
  pace.pause();
  await control.whilePaused();
  pace.resume();
  control.throwIfCancelled();
}

function readScheduler(name: string): SchedulerId {
  const id = schedulerIds.find((known) => known === name);
  if (id !== undefined) return id;
  throw new AppError('job-invalid', { message: `there is no scheduler "${name}"`, help: `Choose one of ${schedulerIds.join(', ')}.` });
}

function termsOf(order: PictureOrder, { steps }: GenerateRequest, model: LoadedModel): Omit<TextToImageRequest, 'scheduler' | 'loras' | 'tileAbovePixels'> {
  const [widthPx, heightPx] = model.nativeSizePx;
  const { prompt, negativePrompt, seed, guidance } = order;
  return { prompt, negativePrompt, seed, widthPx, heightPx, steps, guidance };
}

/** @param onStep awaited before each step and after the last; throws to stop */
async function drawOrder(model: LoadedModel, request: TextToImageRequest, onStep: (step: number, steps: number) => Promise<void>): Promise<RgbPicture> {
  await onStep(0, request.steps);
  const drawing = textToImage(model, request);
  for (;;) {
    const event = await drawing.next();
    if (event.done === true) return event.value.picture;
    await onStep(event.value.step, event.value.steps);
  }
}

/** @throws {AppError} `storage-full` and the like */
async function storePicture(picture: RgbPicture, order: PictureOrder, request: GenerateRequest): Promise<string> {
  const png = new Blob([markMadeWithAi(await encodePng(picture))], { type: 'image/png' });
  const { projectId, likenessId, scheduler, steps } = request;
  const { widthPx, heightPx } = picture;
  const id = crypto.randomUUID();
  await saveImage(
    { id, projectId, likenessId, ...order, scheduler, steps, createdAt: Date.now(), favourite: false, setAside: false, widthPx, heightPx },
    png,
  );
  return id;
}

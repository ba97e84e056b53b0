/** @file The generate job in the browser: draws one order after another; each picture is marked and stored before the next begins. */
import { AppError, isAppError } from '#models/errors/app-error.ts';
import { encodeError } from '#models/errors/error-codec.ts';
import { markMadeWithAi } from '#models/formats/made-with-ai.ts';
import type { LatentPreview } from '#models/pipelines/latent-preview.ts';
import type { LoadedModel } from '#models/pipelines/loaded-model.ts';
import type { RgbPicture } from '#models/pipelines/pixels.ts';
import { textToImage, type TextToImageRequest } from '#models/pipelines/text-to-image.ts';
import { defaultSchedulerId, schedulerIds, type SchedulerId } from '#models/schedulers/index.ts';
import { tensor } from '#models/tensor/tensor.ts';
import { saveImage } from '#storage/image-store.ts';
import type { GenerateEvent, GenerateRequest, PictureOrder } from '../contract/engine.ts';
import { encodePng } from '../host/browser-pictures.ts';
import { breathe, type JobControl } from './job-queue.ts';
import { Pace } from './pace.ts';
import { PreviewPrinter } from './preview-printer.ts';

export interface OpenedForDrawing {
  /** With all LoRAs of the job merged in. */
  readonly model: LoadedModel;
  readonly modelId: string;
  /** Null where pictures cannot be shown while they form. Owned by the job. */
  readonly preview: LatentPreview | null;
  /** Pictures with more pixels are decoded in tiles. */
  readonly tileAbovePixels: number;
}

export interface DrawingDesk {
  /** @param beforeLayer awaited between the layers that are merged; throws to stop */
  open(request: GenerateRequest, beforeLayer: () => Promise<void>): Promise<OpenedForDrawing>;
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
  let preview: LatentPreview | null = null;
  try {
    const named = request.scheduler === null ? null : readScheduler(request.scheduler);
    tell({ kind: 'phase', phase: 'loading-model' });
    const opened = await desk.open(request, async () => {
      await breathe();
      control.throwIfCancelled();
    });
    const { model, modelId, tileAbovePixels } = opened;
    preview = opened.preview;
    const scheduler = named ?? defaultSchedulerId(model.schedulerConfig);
    tell({ kind: 'phase', phase: 'drawing' });
    const pace = new Pace();
    const printer = preview === null ? null : new PreviewPrinter(preview, request.steps);
    for (const [index, order] of request.orders.entries()) {
      const terms = { ...termsOf(order, request, model), scheduler, loras: [], tileAbovePixels };
      const latentShape = model.latentShape(terms.widthPx, terms.heightPx);
      const picture = await drawOrder(model, terms, async (step, steps, estimate) => {
        tell({ kind: 'step', index, step, steps });
        const png = estimate === null || step === steps ? null : ((await printer?.print(step, tensor('float32', latentShape, estimate))) ?? null);
        if (png !== null) tell({ kind: 'preview', index, step, png });
        await breathe();
        await waitWhilePaused(control, pace);
      });
      if (request.isTrial === true) {
        made++;
        tell({ kind: 'trial', index, png: markMadeWithAi(await encodePng(picture)) });
        continue;
      }
      const imageId = await storePicture(picture, order, { ...request, scheduler }, modelId);
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
  } finally {
    await preview?.dispose().catch(() => undefined); // A lost device refuses; how the job ended has been said.
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

function termsOf(
  order: PictureOrder,
  { steps, timestepSpacing }: GenerateRequest,
  model: LoadedModel,
): Omit<TextToImageRequest, 'scheduler' | 'loras' | 'tileAbovePixels'> {
  const [widthPx, heightPx] = model.nativeSizePx;
  const { prompt, negativePrompt, seed, guidance } = order;
  return { prompt, negativePrompt, seed, widthPx, heightPx, steps, guidance, timestepSpacing: timestepSpacing ?? undefined };
}

/** @param onStep awaited before each step and after the last, with the model's present idea of the latent; throws to stop */
async function drawOrder(
  model: LoadedModel,
  request: TextToImageRequest,
  onStep: (step: number, steps: number, estimate: Float32Array | null) => Promise<void>,
): Promise<RgbPicture> {
  await onStep(0, request.steps, null);
  const drawing = textToImage(model, request);
  for (;;) {
    const event = await drawing.next();
    if (event.done === true) return event.value.picture;
    await onStep(event.value.step, event.value.steps, event.value.originalEstimate);
  }
}

/** @throws {AppError} `storage-full` and the like */
async function storePicture(
  picture: RgbPicture,
  order: PictureOrder,
  request: GenerateRequest & { readonly scheduler: SchedulerId },
  modelId: string,
): Promise<string> {
  const png = new Blob([markMadeWithAi(await encodePng(picture))], { type: 'image/png' });
  const { projectId, likenessId, loras, scheduler, steps, timestepSpacing } = request;
  const { widthPx, heightPx } = picture;
  const id = crypto.randomUUID();
  const drawn = { likenessId, modelId, loras, ...order, scheduler, steps, timestepSpacing };
  await saveImage({ id, projectId, ...drawn, createdAt: Date.now(), favourite: false, setAside: false, widthPx, heightPx }, png);
  return id;
}

/** @file The `generate` command: words in, marked PNG files out. */
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '#models/errors/app-error.ts';
import { components } from '#models/families/stable-diffusion/weight-names.ts';
import { markMadeWithAi } from '#models/formats/made-with-ai.ts';
import { parseSafetensors, writeSafetensors } from '#models/formats/safetensors.ts';
import type { WeightedLora } from '#models/lora/merge-lora.ts';
import { readLora } from '#models/lora/read-lora.ts';
import type { DenoisingStep, Drawing, DrawingTerms } from '#models/pipelines/denoise.ts';
import { imageToImage } from '#models/pipelines/image-to-image.ts';
import { inpaint } from '#models/pipelines/inpaint.ts';
import { LoadedModel } from '#models/pipelines/loaded-model.ts';
import type { OpenModelOptions } from '#models/pipelines/open-model.ts';
import type { RgbPicture } from '#models/pipelines/pixels.ts';
import { textToImage } from '#models/pipelines/text-to-image.ts';
import type { GraphRunner } from '#models/runtime/graph-runner.ts';
import { defaultSchedulerId, type SchedulerId } from '#models/schedulers/index.ts';
import type { TimestepSpacing } from '#models/schedulers/scheduler-config.ts';
import type { Tensor } from '#models/tensor/tensor.ts';
import { encodePng, readImageCut } from './image-files.ts';
import { readLoraFile } from './lora-files.ts';
import { openModelDirectory } from './model-directory.ts';
import { peakMemoryBytes, Stopwatch } from './report.ts';

export interface GenerateRequest {
  /** A folder in diffusers format, a checkpoint in one file, or `builtin`. */
  readonly model: string;
  readonly opening?: OpenModelOptions | undefined;
  readonly loras: readonly { readonly file: string; readonly weight: number }[];
  readonly prompt: string;
  readonly negativePrompt: string;
  readonly count: number;
  /** Of the first picture; the others count up from it. */
  readonly seed: number;
  readonly outDirectory: string;
  readonly steps: number;
  readonly guidance: number;
  /** The model's own, where none is given. */
  readonly scheduler?: SchedulerId | undefined;
  /** The size the model was trained at, where none is given. */
  readonly sizePx?: readonly [number, number] | undefined;
  /** A safetensors file with the unit noise to begin with, under the key `latents`. */
  readonly latentsFile?: string | undefined;
  /** Where to write the final latents, under the same key. */
  readonly saveLatentsFile?: string | undefined;
  /** Last layers of the text encoder to leave out; none where not given. */
  readonly clipSkip?: number | undefined;
  /** Share of fresh noise in DDIM and TCD; the scheduler's own default where not given. */
  readonly eta?: number | undefined;
  /** Where the steps lie; as the model's configuration says where not given. */
  readonly timestepSpacing?: TimestepSpacing | undefined;
  /** 0 to 1: how far guidance keeps the contrast of the unguided picture; 0 where not given. */
  readonly guidanceRescale?: number | undefined;
  readonly source?: SourceFiles | undefined;
}

/** Pictures larger than this pass the autoencoder in tiles: at 1024 x 1024 its widest layer holds 1 GiB. */
const tileAbovePixels = 1024 * 1024;

/** A picture to begin with, instead of noise alone. */
export interface SourceFiles {
  readonly imageFile: string;
  /** How much may change, above 0 to 1. */
  readonly strength: number;
  /** Light where the picture is drawn anew; all of it where none is given. */
  readonly maskFile?: string | undefined;
}

export interface GenerateReport {
  readonly pictures: readonly { readonly file: string; readonly seed: number; readonly seconds: number }[];
  readonly steps: number;
  readonly guidance: number;
  readonly scheduler: SchedulerId;
  readonly picturesPerMinute: number;
  readonly seconds: Readonly<Record<string, number>>;
  readonly peakMemoryBytes: number;
}

/** Draws `count` pictures from a model folder. @param runner not owned */
export async function generateImages(
  runner: GraphRunner,
  request: GenerateRequest,
  onPicture: (file: string) => void = () => undefined,
): Promise<GenerateReport> {
  const model = await LoadedModel.open(runner, openModelDirectory(request.model), request.opening);
  try {
    return await drawPictures(model, request, onPicture);
  } finally {
    await model.dispose();
  }
}

/**
 * Draws `count` pictures and writes them, marked as made with AI, as `<seed>.png`. The likenesses are merged once, and stay merged in `model`.
 *
 * @throws {AppError} what `readLoras` throws, `job-invalid`, `weights-corrupt`
 */
export async function drawPictures(model: LoadedModel, request: GenerateRequest, onPicture: (file: string) => void = () => undefined): Promise<GenerateReport> {
  const watch = new Stopwatch();
  await model.placeMerged(await readLoras(model, request.loras));
  for (const component of components) await model.weightsOf(component);
  const latents = request.latentsFile === undefined ? undefined : await readLatents(request.latentsFile);
  const scheduler = request.scheduler ?? defaultSchedulerId(model.schedulerConfig);
  const [widthPx, heightPx] = request.sizePx ?? model.nativeSizePx;
  const source = request.source && (await readSource(request.source, widthPx, heightPx));
  await mkdir(request.outDirectory, { recursive: true });
  watch.lap('loading');

  const pictures: GenerateReport['pictures'][number][] = [];
  for (let index = 0; index < request.count; index++) {
    const started = performance.now();
    const seed = request.seed + index;
    const { prompt, negativePrompt, steps, guidance, clipSkip = 0, guidanceRescale = 0, timestepSpacing } = request;
    const terms = {
      prompt,
      negativePrompt,
      scheduler,
      steps,
      guidance,
      guidanceRescale,
      timestepSpacing,
      clipSkip,
      seed,
      loras: [],
      tileAbovePixels,
      ...(request.eta !== undefined && { eta: request.eta }),
    };
    const drawing = source === undefined ? textToImage(model, { ...terms, widthPx, heightPx, ...(latents && { latents }) }) : drawOver(model, terms, source);
    let drawn = await drawing.next();
    while (drawn.done !== true) drawn = await drawing.next();
    const file = join(request.outDirectory, `${seed}.png`);
    await writeFile(file, markMadeWithAi(await encodePng(drawn.value.picture)));
    if (request.saveLatentsFile !== undefined) await writeFile(request.saveLatentsFile, writeSafetensors(new Map([['latents', drawn.value.latents]])));
    pictures.push({ file, seed, seconds: (performance.now() - started) / 1000 });
    onPicture(file);
  }
  watch.lap('drawing');
  const picturesPerMinute = (60 * pictures.length) / watch.seconds['drawing']!;
  return {
    pictures,
    steps: request.steps,
    guidance: request.guidance,
    scheduler,
    picturesPerMinute,
    seconds: watch.seconds,
    peakMemoryBytes: peakMemoryBytes(),
  };
}

/** Likeness files that fit this model. @throws {AppError} `usage`, `weights-pickled`, `lora-unsupported`, `lora-damaged`, `lora-incompatible` */
export async function readLoras(model: LoadedModel, files: GenerateRequest['loras']): Promise<WeightedLora[]> {
  const base = await model.loraBase();
  return Promise.all(files.map(async ({ file, weight }) => ({ weights: readLora(await readLoraFile(file), base), weight })));
}

interface Source {
  readonly image: RgbPicture;
  readonly mask: RgbPicture | undefined;
  readonly strength: number;
}

async function readSource({ imageFile, maskFile, strength }: SourceFiles, widthPx: number, heightPx: number): Promise<Source> {
  const mask = maskFile === undefined ? undefined : await readImageCut(maskFile, widthPx, heightPx);
  return { image: await readImageCut(imageFile, widthPx, heightPx), mask, strength };
}

function drawOver(model: LoadedModel, terms: DrawingTerms, { image, mask, strength }: Source): AsyncGenerator<DenoisingStep, Drawing> {
  return mask === undefined ? imageToImage(model, { ...terms, image, strength }) : inpaint(model, { ...terms, image, mask, strength });
}

async function readLatents(file: string): Promise<Tensor<'float32'>> {
  const latents = parseSafetensors(new Uint8Array(await readFile(file))).tensors.get('latents');
  if (latents?.dtype === 'float32') return latents as Tensor<'float32'>;
  throw new AppError('usage', {
    message: `${file} has no float32 tensor called latents`,
    help: 'Write it with --save-latents, or as float32 [1, C, H / 8, W / 8].',
  });
}

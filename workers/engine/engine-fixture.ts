/** @file For the engine's browser tests: a tiny model in storage, drawn photos, runs, and the worker itself. */
import { proxy, wrap, type Remote } from 'comlink';
import { jobVersion, type TrainJob } from '#models/jobs/index.ts';
import { trainingDefaults } from '#models/training/training-defaults.ts';
import { noEdit } from '#models/vision/photo-edit.ts';
import { addPhoto } from '#storage/photo-store.ts';
import { findRun, queuedRun, saveRun, type RunRecord } from '#storage/run-store.ts';
import { saveModelFile } from '#storage/model-file-store.ts';
import type { EngineApi, GenerateEvent, GenerateRequest, TrainEvent } from '../contract/engine.ts';
import { ownBuffer } from './run-journal.ts';
import { siteFolder } from '../host/model-folders.ts';

/** The model of the pipeline's golden test: every part is there, and a step takes milliseconds. */
export const tinyModelId = 'tiny';

const modelPaths = [
  'model_index.json',
  'scheduler/scheduler_config.json',
  'text_encoder/config.json',
  'text_encoder/model.safetensors',
  'tokenizer/merges.txt',
  'tokenizer/vocab.json',
  'tokenizer/tokenizer_config.json',
  'unet/config.json',
  'unet/diffusion_pytorch_model.safetensors',
  'vae/config.json',
  'vae/diffusion_pytorch_model.safetensors',
];

/** Puts the tiny model into the weight store. */
export async function storeTinyModel(): Promise<void> {
  const folder = siteFolder(tinyModelId, new URL('/models/testing/golden/pipeline/', self.location.origin), modelPaths);
  for (const path of modelPaths) await saveModelFile({ modelId: tinyModelId, path }, ownBuffer(await folder.readBytes(path)));
}

/** A JPEG of a face-like disc on a ground, different for every index. */
export async function drawPhoto(index: number, sizePx = 160): Promise<Blob> {
  const canvas = new OffscreenCanvas(sizePx, sizePx);
  const context = canvas.getContext('2d')!;
  context.fillStyle = `hsl(${index * 47} 40% 60%)`;
  context.fillRect(0, 0, sizePx, sizePx);
  context.fillStyle = 'peachpuff';
  context.beginPath();
  context.ellipse(sizePx / 2, sizePx / 2, sizePx / 5, sizePx / 4, 0, 0, 2 * Math.PI);
  context.fill();
  return canvas.convertToBlob({ type: 'image/jpeg' });
}

/** Stores `count` photos of project `p` and gives their ids. */
export async function storePhotos(count: number): Promise<string[]> {
  const ids = Array.from({ length: count }, (_, index) => `photo-${index}`);
  for (const [index, id] of ids.entries()) {
    const picture = await drawPhoto(index);
    await addPhoto({
      id,
      projectId: 'p',
      fileName: `${id}.jpg`,
      addedAt: index,
      picture,
      thumbnail: picture,
      widthPx: 160,
      heightPx: 160,
      original: null,
      edit: noEdit,
      measures: null,
      chosenFace: null,
      overridden: [],
      faceBox: [0.3, 0.25, 0.7, 0.75],
      faceCount: 1,
      digest: id,
    });
  }
  return ids;
}

/** Stores a queued run on the tiny model. */
export async function storeRun(id: string, photoIds: readonly string[], changes: Partial<TrainJob> = {}): Promise<RunRecord> {
  const job: TrainJob = {
    kind: 'train',
    version: jobVersion,
    model: tinyModelId,
    personClass: 'woman',
    subjectToken: 'ohwx',
    photoIds: [...photoIds],
    effort: 'fast',
    resolutionPx: 64,
    lora: { rank: 2, alpha: 2, targets: 'all' },
    samples: 8,
    learningRate: 1e-2,
    warmupSteps: 1,
    batchSize: 2,
    accumulation: 1,
    captionDropout: 0.1,
    recipe: trainingDefaults.recipe,
    trials: null,
    init: null,
    seed: 7,
    preview: null,
    ...changes,
  };
  const run = queuedRun({ id, projectId: 'p', job, photoIds });
  await saveRun(run);
  return run;
}

/** The engine in its worker, with every event kept. */
export class EngineUnderTest {
  readonly worker: Worker;
  readonly api: Remote<EngineApi>;

  /** @param worker owned from here on; default: the real one */
  constructor(worker: Worker = new Worker(new URL('./engine.worker.ts', import.meta.url), { type: 'module' })) {
    this.worker = worker;
    this.api = wrap<EngineApi>(worker);
  }

  /** Trains and gives all events; `onEvent` hears each as it comes. */
  async train(runId: string, onEvent: (event: TrainEvent) => void = () => undefined): Promise<TrainEvent[]> {
    const events: TrainEvent[] = [];
    await this.api.train(
      runId,
      proxy((event: TrainEvent) => {
        events.push(event);
        onEvent(event);
      }),
    );
    return events;
  }

  async generate(request: GenerateRequest, onEvent: (event: GenerateEvent) => void = () => undefined): Promise<GenerateEvent[]> {
    const events: GenerateEvent[] = [];
    await this.api.generate(
      request,
      proxy((event: GenerateEvent) => {
        events.push(event);
        onEvent(event);
      }),
    );
    return events;
  }
}

/** The part of a request that says: this likeness alone, at this strength. */
export const likenessAlone = (likenessId: string, weight = 1): Pick<GenerateRequest, 'likenessId' | 'loras' | 'timestepSpacing' | 'previews'> => ({
  likenessId,
  loras: [{ kind: 'likeness', id: likenessId, weight }],
  timestepSpacing: null,
  previews: false,
});

/** The stored run, which must be there. */
export async function readRun(id: string): Promise<RunRecord> {
  const run = await findRun(id);
  if (run === undefined) throw new Error(`no run ${id}`);
  return run;
}

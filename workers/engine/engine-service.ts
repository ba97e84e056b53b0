/** @file The engine: one device, one queue, and the jobs that the page asks for. */
import { isAppError, type AppError } from '#models/errors/app-error.ts';
import type { TrainingState } from '#models/training/train-lora.ts';
import type {
  DeviceReport,
  DrawingOptions,
  EngineApi,
  EngineOptions,
  GenerateEvent,
  GenerateRequest,
  JobKind,
  LearningPlan,
  LearningRequest,
  LikenessImport,
  LikenessLayout,
  TrainEvent,
} from '../contract/engine.ts';
import { chooseBackend, expectBackend } from './choose-backend.ts';
import { drawingOptions, openPreview } from './drawing-options.ts';
import { EngineDevice } from './engine-device.ts';
import { EventLine } from './event-line.ts';
import { generatePictures, type DrawingDesk } from './generate-pictures.ts';
import { JobQueue, type JobControl } from './job-queue.ts';
import { exportLikeness, importLikeness } from './likeness-files.ts';
import { builtinModelId } from '../host/model-folders.ts';
import { planLearning } from './plan-learning.ts';
import { timePicture, timeTrainingSample } from './probe.ts';
import { trainRun } from './train-run.ts';
import type { TrainingDesk } from './training-run.ts';

/** Implements `EngineApi`: the one owner of the device in its worker. */
export class EngineService implements EngineApi {
  readonly #queue = new JobQueue();
  readonly #unsaved = new Map<string, TrainingState>();
  #options: EngineOptions = { backend: 'auto' };
  #device: EngineDevice | null = null;
  #deviceOptions: EngineOptions | null = null;

  configure(options: EngineOptions): Promise<void> {
    this.#options = options;
    return Promise.resolve();
  }

  probe(): Promise<DeviceReport> {
    return this.#queue.run('probe', (control) => this.#guarded(() => this.#probe(control)));
  }

  train(runId: string, onEvent: (event: TrainEvent) => void): Promise<void> {
    const line = new EventLine<TrainEvent>(onEvent);
    const openModel: TrainingDesk['openModel'] = async (modelId) => {
      const device = await this.#openDevice();
      return { model: await device.openModel(modelId, 'when-needed'), memory: device.backend.memory };
    };
    const desk: TrainingDesk = { unsaved: this.#unsaved, openModel };
    return this.#queue.run('train', async (control) => this.#endJob(line, await trainRun(runId, desk, control, line.tell)));
  }

  generate(request: GenerateRequest, onEvent: (event: GenerateEvent) => void): Promise<void> {
    const line = new EventLine<GenerateEvent>(onEvent);
    const open: DrawingDesk['open'] = async (wanted, beforeLayer) => {
      const device = await this.#openDevice();
      const { model, modelId } = await device.openForDrawing(wanted, beforeLayer);
      const preview = wanted.previews ? await openPreview(model) : null;
      return { model, modelId, preview, tileAbovePixels: device.backend.memory.tileAbovePixels };
    };
    const desk: DrawingDesk = { open };
    return this.#queue.run('generate', async (control) => this.#endJob(line, await generatePictures(request, desk, control, line.tell)));
  }

  async planLearning(request: LearningRequest): Promise<LearningPlan> {
    return planLearning(request, this.#present?.backend ?? (await expectBackend(this.#options.backend)));
  }

  drawingOptions(modelId: string): Promise<DrawingOptions> {
    return drawingOptions(modelId);
  }

  importLikeness(request: LikenessImport): Promise<string> {
    return importLikeness(request);
  }

  exportLikeness(likenessId: string, layout: LikenessLayout): Promise<Blob> {
    return exportLikeness(likenessId, layout);
  }

  pause(): Promise<void> {
    this.#queue.pause();
    return Promise.resolve();
  }

  resume(): Promise<void> {
    this.#queue.resume();
    return Promise.resolve();
  }

  cancel(kind?: JobKind): Promise<void> {
    this.#queue.cancel(kind);
    return Promise.resolve();
  }

  async #probe(control: JobControl): Promise<DeviceReport> {
    const device = await this.#openDevice();
    const { backend, description, threads, selfTest } = device.backend;
    const model = await device.openModel(builtinModelId);
    const secondsPerTrainingSample = await timeTrainingSample(model, control);
    const secondsPerPicture = await timePicture(model, control);
    return { backend, description, threads, selfTest, secondsPerTrainingSample, secondsPerPicture };
  }

  /** The device that is open, if it is as the page wants it now. */
  get #present(): EngineDevice | null {
    return this.#deviceOptions?.backend === this.#options.backend ? this.#device : null;
  }

  /** The device as the page wants it, opened with the first job and kept. */
  async #openDevice(): Promise<EngineDevice> {
    if (this.#present !== null) return this.#present;
    await this.#closeDevice();
    const options = this.#options;
    this.#device = new EngineDevice(await chooseBackend(options.backend));
    this.#deviceOptions = options;
    return this.#device;
  }

  async #closeDevice(): Promise<void> {
    const device = this.#device;
    this.#device = null;
    await device?.dispose();
  }

  async #guarded<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (isBroken(error)) await this.#closeDevice();
      throw error;
    }
  }

  /** After a failure of the device nothing on it can be trusted: the next job gets a new one. @throws {AppError} `device-lost` */
  async #endJob(line: { settled(): Promise<void> }, error: AppError | null): Promise<void> {
    await line.settled();
    if (error === null || !isBroken(error)) return;
    await this.#closeDevice();
    if (error.code === 'device-lost') throw error;
  }
}

function isBroken(error: unknown): boolean {
  return isAppError(error, 'device-lost') || isAppError(error, 'device-out-of-memory') || isAppError(error, 'internal');
}

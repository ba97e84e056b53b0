/** @file The page's side of the engine: starts the worker when it is first needed, one job at a time and one tab at a time, and starts it afresh after a crash. */
import { type Remote, proxy, wrap } from 'comlink';
import { AppError, isAppError } from '#models/errors/app-error.ts';
import { decodeError } from '#models/errors/error-codec.ts';
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
import { TabLock } from './tab-lock.ts';

interface RunningWorker {
  readonly worker: Worker;
  readonly api: Remote<EngineApi>;
  /** Rejects when the worker dies; never resolves. */
  readonly death: Promise<never>;
  /** Ends the worker: whoever waits for an answer of it is told. */
  end(reason: string): void;
}

/** Implements `EngineApi` for the page. Errors are `AppError`s; `busy-elsewhere` means that another tab is at work. */
export class EngineClient implements EngineApi {
  #running: RunningWorker | null = null;
  #options: EngineOptions = { backend: 'auto' };
  readonly #lock = new TabLock('likeness-engine');
  /** Jobs that wait for the lock: the worker has not heard of them. */
  readonly #asked = new Set<Promise<void>>();
  readonly #startWorker: () => Worker;

  /** @param startWorker default: the engine's own; tests give one that fails on command */
  constructor(startWorker: () => Worker = startEngineWorker) {
    this.#startWorker = startWorker;
  }

  /** Told to every worker that is started from here on, and to the present one. */
  async configure(options: EngineOptions): Promise<void> {
    this.#options = options;
    await this.#running?.api.configure(options);
  }

  probe(): Promise<DeviceReport> {
    return this.#job((api) => api.probe());
  }

  train(runId: string, onEvent: (event: TrainEvent) => void): Promise<void> {
    return this.#job((api) => api.train(runId, proxy(onEvent)));
  }

  generate(request: GenerateRequest, onEvent: (event: GenerateEvent) => void): Promise<void> {
    return this.#job((api) => api.generate(request, proxy(onEvent)));
  }

  drawingOptions(modelId: string): Promise<DrawingOptions> {
    return this.#call((api) => api.drawingOptions(modelId));
  }

  planLearning(request: LearningRequest): Promise<LearningPlan> {
    return this.#call((api) => api.planLearning(request));
  }

  importLikeness(request: LikenessImport): Promise<string> {
    return this.#call((api) => api.importLikeness(request));
  }

  exportLikeness(likenessId: string, layout: LikenessLayout): Promise<Blob> {
    return this.#call((api) => api.exportLikeness(likenessId, layout));
  }

  async pause(): Promise<void> {
    await this.#running?.api.pause();
  }

  async resume(): Promise<void> {
    await this.#running?.api.resume();
  }

  /** Cancels jobs that were asked for before, also in this very moment. */
  async cancel(kind?: JobKind): Promise<void> {
    await Promise.all(this.#asked);
    await this.#running?.api.cancel(kind);
  }

  /** True if another tab is at work now. */
  isBusyElsewhere(): Promise<boolean> {
    return this.#lock.isHeldElsewhere();
  }

  /** Takes the engine over from another tab, whose job then stops at its last saved state. */
  takeOver(): Promise<void> {
    return this.#lock.steal();
  }

  /** Ends the worker; a job that waits for it ends with `worker-crashed`. The next job starts a new one. */
  dispose(): void {
    this.#running?.end('it was replaced');
    this.#running = null;
  }

  /** Holds the tab lock while `work` runs, and gives up with a clear error when the lock is stolen or the worker dies. */
  async #job<T>(work: (api: Remote<EngineApi>) => Promise<T>): Promise<T> {
    let told: () => void = () => undefined;
    const asked = new Promise<void>((resolve) => (told = resolve));
    this.#asked.add(asked);
    const settle = (): void => {
      told();
      this.#asked.delete(asked);
    };
    return this.#lock
      .hold(async (stolen) => {
        const { api, death } = this.#start();
        try {
          const working = work(api);
          settle();
          return await Promise.race([working, death, stolen]);
        } catch (error) {
          const decoded = decodeError(error);
          if (isAppError(decoded, 'busy-elsewhere') || isAppError(decoded, 'device-lost')) this.dispose();
          throw decoded;
        }
      })
      .finally(settle);
  }

  /** For work that needs no device: it may run beside a job, here or in another tab. */
  async #call<T>(work: (api: Remote<EngineApi>) => Promise<T>): Promise<T> {
    const { api, death } = this.#start();
    try {
      return await Promise.race([work(api), death]);
    } catch (error) {
      throw decodeError(error);
    }
  }

  #start(): RunningWorker {
    if (this.#running !== null) return this.#running;
    const worker = this.#startWorker();
    let rejectDeath: (error: AppError) => void = () => undefined;
    const death = new Promise<never>((_resolve, reject) => {
      rejectDeath = reject;
    });
    death.catch(() => undefined); // Whoever races against it handles it; outside a job there is nobody to tell.
    const end = (reason: string): void => {
      worker.terminate();
      rejectDeath(new AppError('worker-crashed', { message: `The engine worker ended: ${reason}`, retryable: true }));
    };
    worker.addEventListener('error', (event) => {
      event.preventDefault();
      if (this.#running?.worker === worker) this.#running = null;
      end(event.message);
    });
    const api = wrap<EngineApi>(worker);
    api.configure(this.#options).catch(() => undefined); // Messages arrive in order: before any job. Only a dying worker refuses, and its death is told.
    this.#running = { worker, api, death, end };
    return this.#running;
  }
}

function startEngineWorker(): Worker {
  return new Worker(new URL('../engine/engine.worker.ts', import.meta.url), { type: 'module', name: 'engine' });
}

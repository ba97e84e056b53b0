/** @file What the engine worker offers the page. Plain data both ways; pictures and weights travel through IndexedDB, by id. */
import type { TrainJob } from '#models/jobs/index.ts';

/** Where the graphs run. */
export type Backend = 'webgpu' | 'wasm';

/** What the page may decide for the engine. */
export interface EngineOptions {
  /** `auto` takes WebGPU where there is a real adapter that passes the self-test, else wasm. A name is taken at its word, software adapters included. */
  readonly backend: Backend | 'auto';
}

export type JobKind = 'probe' | 'train' | 'generate';

/** One line of the start-up self-test. */
export interface SelfTestEntry {
  readonly name: string;
  readonly passed: boolean;
  /** Largest absolute difference from the reference, where one was measured. */
  readonly maxError: number | null;
  readonly note: string | null;
}

/** What this machine can do, measured and not guessed. */
export interface DeviceReport {
  readonly backend: Backend;
  /** Vendor and architecture as the browser tells them, or the number of wasm threads. */
  readonly description: string;
  readonly threads: number;
  readonly selfTest: readonly SelfTestEntry[];
  /** Seconds for one training sample of the built-in model, measured by running one. */
  readonly secondsPerTrainingSample: number;
  /** Seconds for one picture at the default number of steps, from one measured denoising step and one decode. */
  readonly secondsPerPicture: number;
}

/** What of a train job decides how much memory it takes. */
export type LearningRequest = Pick<TrainJob, 'model' | 'resolutionPx' | 'lora' | 'batchSize' | 'accumulation'>;

/** What learning will be like here, told before anything is loaded. Bytes are for the model, its training and the runtime together. */
export interface LearningPlan {
  readonly backend: Backend;
  /** What can be counted on here. */
  readonly availableBytes: number;
  readonly outcome:
    | {
        readonly kind: 'fits';
        readonly resolutionPx: number;
        readonly targets: TrainJob['lora']['targets'];
        readonly needBytes: number;
        readonly isComputedTwice: boolean;
      }
    /** Beside `weightBytes` too little is left. */
    | { readonly kind: 'too-large'; readonly weightBytes: number }
    /** The graphics card takes buffers up to `limitBytes`, and the model has one of `tensorBytes`. */
    | { readonly kind: 'too-large-a-tensor'; readonly tensorBytes: number; readonly limitBytes: number };
}

/** The encoded error that crosses the thread boundary; comlink itself keeps only name, message and stack. */
export interface EncodedError {
  readonly code: string;
  readonly message: string;
  readonly help: string | null;
  readonly retryable: boolean;
}

export type TrainingPhase = 'loading-model' | 'encoding-photos' | 'learning' | 'saving';

/** Everything a training run tells while it works. */
export type TrainEvent =
  | { readonly kind: 'phase'; readonly phase: TrainingPhase }
  | {
      readonly kind: 'step';
      readonly samplesSeen: number;
      readonly samplesTotal: number;
      readonly loss: number;
      readonly smoothedLoss: number;
      readonly samplesPerSecond: number;
      readonly secondsLeft: number;
    }
  /** A picture from the fixed preview seed; `png` is transferred, not copied. */
  | { readonly kind: 'preview'; readonly samplesSeen: number; readonly png: Uint8Array }
  /** Everything needed to go on after a closed tab has been written to storage. */
  | { readonly kind: 'checkpoint'; readonly samplesSeen: number }
  /** Something did not work and the training goes on, such as a checkpoint for which there was no room. */
  | { readonly kind: 'warning'; readonly error: EncodedError }
  | { readonly kind: 'paused' }
  | { readonly kind: 'resumed' }
  | { readonly kind: 'finished'; readonly likenessId: string }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'failed'; readonly error: EncodedError };

/** Everything a generation queue tells while it works. */
export type GenerateEvent =
  | { readonly kind: 'phase'; readonly phase: 'loading-model' | 'drawing' }
  | { readonly kind: 'step'; readonly index: number; readonly step: number; readonly steps: number }
  /** The picture at work as it will be about, after a step; `png` is transferred, not copied, and not stored. */
  | { readonly kind: 'preview'; readonly index: number; readonly step: number; readonly png: Uint8Array }
  /** A picture that was only to be looked at is done: it is not stored. `png` is transferred. */
  | { readonly kind: 'trial'; readonly index: number; readonly png: Uint8Array }
  /** The picture is in the image store under `imageId`. */
  | { readonly kind: 'image'; readonly index: number; readonly total: number; readonly imageId: string; readonly secondsLeft: number }
  | { readonly kind: 'finished'; readonly made: number }
  | { readonly kind: 'cancelled'; readonly made: number }
  | { readonly kind: 'failed'; readonly error: EncodedError };

/** One picture that the studio asks for. */
export interface PictureOrder {
  readonly styleId: string;
  readonly prompt: string;
  readonly negativePrompt: string;
  readonly seed: number;
  /** How closely to follow the words: each look has its own. */
  readonly guidance: number;
  /** Kept with the picture: which order it was drawn for, and how many of its look are wanted of it. */
  readonly batch?: { readonly id: string; readonly wanted: number };
}

/** A LoRA to draw with: a likeness, or an acceleration LoRA of the catalogue that is here. */
export interface LoraChoice {
  readonly kind: 'likeness' | 'acceleration';
  readonly id: string;
  /** 1 applies it as it was made. */
  readonly weight: number;
}

export interface GenerateRequest {
  readonly projectId: string;
  /** Whose pictures these are, as the gallery keeps it; the model it was learned with draws. Null: the built-in model. */
  readonly likenessId: string | null;
  /** Merged together, once for all orders. The likeness above is drawn with only if it is among them. */
  readonly loras: readonly LoraChoice[];
  readonly orders: readonly PictureOrder[];
  /** Null: the one of the model's own configuration. */
  readonly scheduler: string | null;
  readonly steps: number;
  /** Where the steps lie; null: where the model's own configuration puts them. */
  readonly timestepSpacing: 'leading' | 'trailing' | 'linspace' | null;
  /** Tell pictures while they form, if the model has, or shares, a decoder that is quick enough. */
  readonly previews: boolean;
  /** True for pictures that are only looked at, to compare settings: told as `trial`, never stored. */
  readonly isTrial?: boolean;
}

/** What drawing with a model can be offered, by what else is here. */
export interface DrawingOptions {
  /** Ids of the acceleration LoRAs that are here and fit the model, in the order of the catalogue. */
  readonly accelerations: readonly string[];
  /** True if pictures can be shown while they form. */
  readonly previews: boolean;
}

/** How a likeness file may be written: for A1111, ComfyUI and diffusers, or for diffusers and peft. */
export type LikenessLayout = 'kohya' | 'peft';

/** A likeness file of the person's. */
export interface LikenessImport {
  readonly projectId: string;
  /** The model in use: taken if the file fits several. */
  readonly modelId: string;
  /** A safetensors file. */
  readonly file: Blob;
  /** The text of peft's adapter_config.json, if it was given too. */
  readonly adapterConfig: string | null;
}

/**
 * The one owner of the graphics device. Calls queue one behind another; `pause` and `resume` act on the running job.
 *
 * Jobs tell how they ended by an event. They reject only with `device-lost`, after the event: this worker is then of no more use.
 */
export interface EngineApi {
  /** Takes effect with the next job; a device that was chosen otherwise is given up. */
  configure(options: EngineOptions): Promise<void>;
  /** Chooses the backend, runs the self-test and times one sample of each kind of work. Rejects if nothing can run here. */
  probe(): Promise<DeviceReport>;
  /** Trains the run with this id from the run store: its job, photos and, if there is one, its checkpoint. Resolves when the run ended in any way. */
  train(runId: string, onEvent: (event: TrainEvent) => void): Promise<void>;
  /** Draws the orders and writes each picture to the image store as it is done. */
  generate(request: GenerateRequest, onEvent: (event: GenerateEvent) => void): Promise<void>;
  /** What learning will take and be like: reads configurations only, and does not wait for a job. The job itself is planned again, in the same way. */
  planLearning(request: LearningRequest): Promise<LearningPlan>;
  /** What can be drawn with a model beside its likenesses. Reads configurations only; does not wait for a job. */
  drawingOptions(modelId: string): Promise<DrawingOptions>;
  /** Checks a likeness file against the models that are here and stores it; gives its id. Does not wait for a job. */
  importLikeness(request: LikenessImport): Promise<string>;
  /** A stored likeness as a safetensors file. Does not wait for a job. */
  exportLikeness(likenessId: string, layout: LikenessLayout): Promise<Blob>;
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Cancels every job of this kind, waiting or working; without a kind the one at work. A cancelled run keeps its checkpoint until the next run starts. */
  cancel(kind?: JobKind): Promise<void>;
}

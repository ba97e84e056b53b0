/** @file Records of runs and of what they produced. */
import type { PersonClass } from './person-records.ts';

export type RunStatus = 'queued' | 'running' | 'paused' | 'finished' | 'cancelled' | 'failed';

/** One point of the loss curve. */
export interface LossPoint {
  readonly samplesSeen: number;
  readonly loss: number;
  readonly smoothedLoss: number;
}

/** One print in the developer bath. */
export interface RunPreview {
  readonly samplesSeen: number;
  readonly png: Blob;
}

export interface StoredError {
  readonly code: string;
  readonly message: string;
  readonly help: string | null;
  readonly retryable: boolean;
}

/** One training run. Its checkpoint is in a store of its own, so that reading a run stays cheap. */
export interface RunRecord {
  readonly id: string;
  readonly projectId: string;
  /** A plain TrainJob; its schema is in `models/jobs`, which also validates it. */
  readonly job: unknown;
  readonly photoIds: readonly string[];
  readonly status: RunStatus;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly samplesSeen: number;
  readonly losses: readonly LossPoint[];
  readonly previews: readonly RunPreview[];
  readonly likenessId: string | null;
  readonly error: StoredError | null;
}

/** Everything needed to go on with a run: the bytes are the engine's own format. */
export interface CheckpointRecord {
  readonly runId: string;
  readonly samplesSeen: number;
  readonly savedAt: number;
  readonly bytes: ArrayBuffer;
}

/** What a run produced. The weights are in a store of their own. */
export interface LikenessRecord {
  readonly id: string;
  readonly projectId: string;
  readonly runId: string;
  readonly createdAt: number;
  readonly name: string;
  /** The words that call this person in a prompt, such as "photo of ohwx woman"; empty where an imported file does not tell them. */
  readonly triggerPrompt: string;
  /** Of a likeness that came as a file: the model it fits, and how its file says the person is called. Its `runId` is empty. */
  readonly imported?: { readonly modelId: string; readonly subject: { readonly token: string; readonly personClass: PersonClass } | null };
}

export interface LikenessFileRecord {
  readonly likenessId: string;
  readonly safetensors: ArrayBuffer;
}

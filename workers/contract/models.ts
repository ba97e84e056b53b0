/** @file What the page and the model worker say to each other. Progress goes to every tab over one channel, because every tab shows it. */
import type { EncodedError } from '#models/errors/error-codec.ts';

/** Where a model comes from; as in the model store. */
export type RemoteSource =
  { readonly kind: 'hub'; readonly base: string; readonly repo: string; readonly revision: string } | { readonly kind: 'address'; readonly folder: string };

/** The licence that was shown and accepted. */
export interface AcceptedLicence {
  readonly id: string;
  readonly name: string;
  readonly link: string;
  readonly restrictions: readonly string[];
  readonly acceptedAt: number;
}

/** What the person says that the model predicts, as in the model store; null: its files decide. */
export type SaidPrediction = 'epsilon' | 'v_prediction' | null;

/** A model to fetch. */
export interface ModelOrder {
  readonly id: string;
  readonly label: string;
  readonly source: RemoteSource;
  readonly licence: AcceptedLicence;
  /** Kept when the model is begun; later the store knows better. */
  readonly prediction: SaidPrediction;
  /** What the catalogue knows of its files; null for a model of the person's own, whose files are found at the source. */
  readonly files: readonly { readonly path: string; readonly sha256: string | null }[] | null;
}

/** A model that is copied from this computer. */
export interface LocalModelOrder {
  readonly id: string;
  readonly label: string;
  readonly licence: AcceptedLicence;
  /** As in `ModelOrder`. */
  readonly prediction: SaidPrediction;
  readonly files: readonly { readonly path: string; readonly file: File }[];
}

export type ModelPhase =
  /** Finding out which files there are, and how large. */
  | 'listing'
  | 'loading'
  /** Reading back what was stored and comparing it with its hash. */
  | 'checking'
  /** The line dropped; it is tried again by itself. */
  | 'waiting';

export interface ModelProgress {
  readonly kind: 'progress';
  readonly modelId: string;
  readonly phase: ModelPhase;
  readonly doneBytes: number;
  /** 0 until it is known. */
  readonly totalBytes: number;
  readonly bytesPerSecond: number;
  /** Null before there is a pace. */
  readonly secondsLeft: number | null;
}

export interface ModelEnded {
  readonly kind: 'ended';
  readonly modelId: string;
  /** Null: it is complete. `cancelled`: paused or removed by the person; what is here stays unless it was removed. */
  readonly error: EncodedError | null;
}

export type ModelEvent = ModelProgress | ModelEnded;

/** Asks the tab that fetches a model to stop; what is here stays. */
export interface ModelCommand {
  readonly kind: 'pause';
  readonly modelId: string;
}

export const modelChannelName = 'likeness-models';

/** One tab fetches a model at a time; the others see its progress, and one that asked takes over when that tab is closed. */
export const modelLockName = (modelId: string): string => `likeness-model-${modelId}`;

/** The model worker: fetches and copies models into storage. All of its methods reject with `AppError`s. */
export interface ModelApi {
  /** Fetches a model, or goes on with it from what is here. Resolves when it is complete, also if another tab did it. */
  fetchModel(order: ModelOrder): Promise<void>;
  /** Copies a model from files of this computer. */
  copyModel(order: LocalModelOrder): Promise<void>;
}

/** @file What is kept in the browser: every object store with its key and its record. `README.md` beside this file says why. */
import type { DBSchema } from 'idb';
import type { CheckId } from '#models/checks/finding.ts';
import type { PhotoEdit } from '#models/vision/photo-edit.ts';
import type { PhotoMeasures } from '#models/vision/photo-measures.ts';

/** How the person wants to be called in prompts. Null until they said so; they may skip it. */
export type PersonClass = 'woman' | 'man' | 'person';

/** The app's four steps and where they live. */
export type StepRoute = '/' | '/photos' | '/consent' | '/likeness' | '/studio' | '/gallery';

/** That the person agreed, to which words, and when. */
export interface ConsentRecord {
  readonly version: number;
  /** SHA-256 of the text that was shown, hex: the record stays meaningful when the text changes. */
  readonly textHash: string;
  /** Milliseconds since 1970. */
  readonly givenAt: number;
}

/** One person whose likeness is made. */
export interface ProjectRecord {
  readonly id: string;
  readonly name: string;
  readonly personClass: PersonClass | null;
  readonly consent: ConsentRecord | null;
  /** Where the person was when they left: they land there again. */
  readonly lastRoute: StepRoute;
  /** As the person chose them in the studio; absent until they did. */
  readonly likenessWeight?: number;
  readonly drawsSpares?: boolean;
  readonly createdAt: number;
}

/** One photo, upright, without metadata, at most 1024 px on its short side. What the checks say of it is not stored: it follows from the measures. */
export interface PhotoRecord {
  readonly id: string;
  readonly projectId: string;
  readonly fileName: string;
  readonly addedAt: number;
  /** What a run learns from: the original with the edit. */
  readonly picture: Blob;
  readonly thumbnail: Blob;
  readonly widthPx: number;
  readonly heightPx: number;
  /** The upright photo as it came; null while nothing is changed and `picture` is it. */
  readonly original: { readonly picture: Blob; readonly widthPx: number; readonly heightPx: number } | null;
  readonly edit: PhotoEdit;
  /** Of `picture`; null where nobody looked yet, or the nets could not run. */
  readonly measures: PhotoMeasures | null;
  /** Index into the faces of `measures`, where the person chose; null for the surest. */
  readonly chosenFace: number | null;
  /** Checks whose finding the person has seen and set aside. */
  readonly overridden: readonly CheckId[];
  /** Box of the face that counts, shares of the frame [x0, y0, x1, y1]; null where no face was found. */
  readonly faceBox: readonly [number, number, number, number] | null;
  /** Null where nobody looked: the face detector could not run. */
  readonly faceCount: number | null;
  /** SHA-256 of the bytes of the original, hex: the same photo twice is one photo, whatever was changed on it. */
  readonly digest: string;
}

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

/** A LoRA that a picture was drawn with. */
export interface DrawnWith {
  readonly kind: 'likeness' | 'acceleration';
  readonly id: string;
  readonly weight: number;
}

/** The order that a picture was drawn for, where more were drawn than asked for: of its pictures of one look the best `wanted` are shown. */
export interface PictureBatch {
  readonly id: string;
  readonly wanted: number;
}

/** One headshot. Its PNG is in a store of its own, so that listing stays cheap. */
export interface ImageRecord {
  readonly id: string;
  readonly projectId: string;
  /** Whose picture it is. */
  readonly likenessId: string | null;
  readonly styleId: string;
  readonly prompt: string;
  readonly negativePrompt: string;
  readonly scheduler: string;
  readonly seed: number;
  readonly steps: number;
  readonly guidance: number;
  /** With the fields above all that it takes to draw it again. Absent from pictures of older versions: their likeness alone, at a strength that nobody noted. */
  readonly modelId?: string;
  readonly loras?: readonly DrawnWith[];
  readonly timestepSpacing?: 'leading' | 'trailing' | 'linspace' | null;
  readonly createdAt: number;
  readonly favourite: boolean;
  /** Set aside by the person: out of the contact sheet, not yet deleted. */
  readonly setAside: boolean;
  /** What ranking goes by; absent where nobody looked yet. What follows from it is not stored. */
  readonly measures?: PhotoMeasures;
  /** True for one that the person took back after ranking had set it aside. */
  readonly isBroughtBack?: boolean;
  readonly batch?: PictureBatch;
  readonly widthPx: number;
  readonly heightPx: number;
}

export interface ImageFileRecord {
  readonly imageId: string;
  /** With the "made with AI" mark already inside. */
  readonly png: Blob;
}

/** Where a model came from. */
export type ModelSource =
  /** `base/<repo>/resolve/<revision>/<file>` */
  | { readonly kind: 'hub'; readonly base: string; readonly repo: string; readonly revision: string }
  /** Any other folder on the web; ends with a slash. */
  | { readonly kind: 'address'; readonly folder: string }
  /** Copied from this computer, or by an older version of the app. */
  | { readonly kind: 'local'; readonly name: string };

/** The licence of a model as it was shown and accepted; its restrictions travel with every likeness learned on it. */
export interface ModelLicenceRecord {
  readonly id: string;
  readonly name: string;
  readonly link: string;
  readonly restrictions: readonly string[];
  /** Milliseconds since 1970. */
  readonly acceptedAt: number;
}

/** What a model of the person's own may be said to predict, by the names of diffusers. */
export const modelPredictions = ['epsilon', 'v_prediction'] as const;
export type ModelPrediction = (typeof modelPredictions)[number];

/** One model that the person fetched or brought. Its files are in stores of their own. */
export interface ModelRecord {
  readonly id: string;
  readonly label: string;
  readonly source: ModelSource;
  /** Null for models of older versions of the app, which did not ask. */
  readonly licence: ModelLicenceRecord | null;
  readonly addedAt: number;
  /** What the person said that it predicts. Absent: its files decide. */
  readonly prediction?: ModelPrediction;
  /** True once every file is here and checked. */
  readonly isComplete: boolean;
}

/** One file of a model folder, wholly or partly here. */
export interface ModelFileRecord {
  readonly modelId: string;
  /** Relative, with forward slashes. */
  readonly path: string;
  /** Null until the place it comes from has told. */
  readonly sizeBytes: number | null;
  /** Hex, where it is known. */
  readonly sha256: string | null;
  /** What the server called this version of the file: a resumed download must be of the same one. */
  readonly entityTag: string | null;
  /** How many bytes from the start are here. */
  readonly storedBytes: number;
  /** True once the whole file was read back and agreed with its hash and header. */
  readonly isVerified: boolean;
}

/** `chunkBytes` of a file; the last one may be shorter. */
export interface ModelChunkRecord {
  readonly modelId: string;
  readonly path: string;
  /** From 0. */
  readonly index: number;
  readonly bytes: ArrayBuffer;
  /** SHA-256 of the bytes, hex; null for files of older versions of the app. */
  readonly digest: string | null;
}

export interface SettingRecord {
  readonly name: string;
  readonly value: unknown;
}

/** Version 3. A change here needs a new version and an upgrade step in `database.ts`. */
export interface LikenessSchema extends DBSchema {
  projects: { key: string; value: ProjectRecord };
  photos: { key: string; value: PhotoRecord; indexes: { byProject: string } };
  runs: { key: string; value: RunRecord; indexes: { byProject: string } };
  checkpoints: { key: string; value: CheckpointRecord };
  likenesses: { key: string; value: LikenessRecord; indexes: { byProject: string } };
  likenessFiles: { key: string; value: LikenessFileRecord };
  images: { key: string; value: ImageRecord; indexes: { byProject: string } };
  imageFiles: { key: string; value: ImageFileRecord };
  models: { key: string; value: ModelRecord };
  modelFiles: { key: [modelId: string, path: string]; value: ModelFileRecord };
  modelChunks: { key: [modelId: string, path: string, index: number]; value: ModelChunkRecord };
  settings: { key: string; value: SettingRecord };
}

/** Every store, once: deleting everything and counting what is left go through this list. */
export const storeNames = [
  'projects',
  'photos',
  'runs',
  'checkpoints',
  'likenesses',
  'likenessFiles',
  'images',
  'imageFiles',
  'models',
  'modelFiles',
  'modelChunks',
  'settings',
] as const;

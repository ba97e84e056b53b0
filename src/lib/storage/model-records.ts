/** @file Records of models that the person fetched or brought. */

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

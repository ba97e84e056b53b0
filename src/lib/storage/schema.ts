/** @file What is kept in the browser: every object store with its key and its record. `README.md` beside this file says why. */
import type { DBSchema } from 'idb';
import type { CheckpointRecord, LikenessFileRecord, LikenessRecord, RunRecord } from './likeness-records.ts';
import type { ModelChunkRecord, ModelFileRecord, ModelRecord } from './model-records.ts';
import type { PhotoRecord, ProjectRecord } from './person-records.ts';
import type { ImageFileRecord, ImageRecord } from './picture-records.ts';

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

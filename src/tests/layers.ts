/** @file Who may import what, as data. ESLint cannot see cycles, hence a test of our own; README files repeat none of it. */

export interface Layer {
  /** Folder from the root of the repository. */
  readonly folder: string;
  /** Folders it may import from, beside itself. */
  readonly mayImport: readonly string[];
}

/** What is measured on a photo and what a person changed on it: stored, shown, and sent between threads. */
const photoFacts = ['models/vision/photo-measures.ts', 'models/vision/photo-edit.ts'];

/** The facts of `models/` that pages may know: what menus, forms and stored records are made of. Not the arithmetic. */
const facts = [
  'models/errors',
  'models/jobs',
  'models/styles',
  'models/schedulers/index.ts',
  'models/catalog',
  'models/text/prompt.ts',
  'models/training/training-defaults.ts',
  'models/training/presets.ts',
  'models/checks',
  'models/ranking',
  ...photoFacts,
];

/** The most specific folder decides. */
export const layers: readonly Layer[] = [
  { folder: 'models', mayImport: [] },
  { folder: 'workers', mayImport: ['models', 'src/lib/storage'] },
  { folder: 'workers/contract', mayImport: ['models/errors', 'models/jobs', ...photoFacts] },
  { folder: 'workers/client', mayImport: ['workers/contract', 'models/errors'] },
  { folder: 'src', mayImport: ['workers/client', 'workers/contract', ...facts] },
  { folder: 'src/lib/storage', mayImport: ['models/errors', 'models/checks/finding.ts', ...photoFacts] },
  { folder: 'server', mayImport: ['models/errors', 'models/jobs', 'models/styles'] },
];

/** Packages with one doorway: only these files may import them. */
export const doorways: Readonly<Record<string, readonly string[]>> = {
  'onnxruntime-web': ['workers/runtime/'],
  'onnxruntime-node': ['workers/node/'],
  sharp: ['workers/node/'],
  idb: ['src/lib/storage/database.ts', 'src/lib/storage/migrations.ts', 'src/lib/storage/schema.ts'],
  '@noble/hashes': ['workers/models/', 'models/formats/sha256.ts'],
  comlink: ['workers/host/', 'workers/client/', 'workers/engine/', 'workers/photos/'],
  hono: ['server/'],
  '@hono/node-server': ['server/'],
  'client-zip': ['src/lib/flows/download.ts'],
  'workbox-window': ['src/lib/components/frame/UpdatePrompt.svelte'],
  'libheif-js': ['workers/photos/heic-decoder.ts', 'workers/node/photo-check/read-heic.ts'],
  mediabunny: ['workers/photos/video-frames.ts'],
  uplot: ['src/lib/components/likeness/LossCurve.svelte'],
};

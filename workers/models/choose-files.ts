/** @file Which files of a repository or folder make up a model: one set of weights for each part, the smallest there is. */
import { AppError } from '#models/errors/app-error.ts';

/** A file at its source. */
export interface RemoteFile {
  readonly path: string;
  /** Null where the source does not tell. */
  readonly sizeBytes: number | null;
  /** Hex, where the source tells. */
  readonly sha256: string | null;
}

/** Parts with weights, and what their weights may be called, best first: half the download where there is float16; one file rather than pieces. */
const parts = [
  { folder: 'unet', stem: 'diffusion_pytorch_model' },
  { folder: 'vae', stem: 'diffusion_pytorch_model' },
  { folder: 'text_encoder', stem: 'model' },
] as const;
const endings = ['.fp16.safetensors', '.safetensors', '.safetensors.index.fp16.json', '.safetensors.index.json'] as const;

/** Read if they are there. */
const textFiles = [
  'scheduler/scheduler_config.json',
  'tokenizer/vocab.json',
  'tokenizer/merges.txt',
  'tokenizer/tokenizer.json',
  'tokenizer/tokenizer_config.json',
  'tokenizer/special_tokens_map.json',
] as const;

/** Weights that can run code when they are opened. */
const pickleEndings = ['.bin', '.ckpt', '.pt', '.pth', '.pkl'];

/**
 * Paths that may be asked for at a place that cannot list its files, one group for each thing that is needed; the first of a group that is there is taken.
 * Sharded weights need the listing of a hub: their number is not known before.
 */
export const candidatePaths: readonly (readonly string[])[] = [
  ['model_index.json'],
  ...parts.flatMap(({ folder, stem }) => [[`${folder}/config.json`], [`${folder}/${stem}.fp16.safetensors`, `${folder}/${stem}.safetensors`]]),
  ...textFiles.map((path) => [path]),
];

/**
 * The files that the engine will read, out of everything at the source.
 *
 * @throws {AppError} model-file-missing or model-unknown, with the part that is missing
 */
export function chooseFiles(all: readonly RemoteFile[]): RemoteFile[] {
  const byPath = new Map(all.map((file) => [file.path, file]));
  if (!byPath.has('model_index.json')) return [chooseSingleFile(all)];
  const chosen = [byPath.get('model_index.json')];
  for (const { folder, stem } of parts) {
    chosen.push(demand(byPath, `${folder}/config.json`));
    const ending = endings.find((candidate) => byPath.has(`${folder}/${stem}${candidate}`));
    if (ending === undefined) throw weightsMissing(folder, all);
    chosen.push(byPath.get(`${folder}/${stem}${ending}`));
    if (ending.endsWith('.json')) {
      const variant = ending.includes('fp16');
      chosen.push(
        ...all.filter(({ path }) => path.startsWith(`${folder}/${stem}`) && /-\d+-of-\d+\.safetensors$/.test(path) && path.includes('.fp16') === variant),
      );
    }
  }
  for (const path of textFiles) chosen.push(byPath.get(path));
  return chosen.filter((file) => file !== undefined);
}

/** A checkpoint in one file, as Civitai and A1111 keep them. With several of them nobody can say which is meant. */
function chooseSingleFile(all: readonly RemoteFile[]): RemoteFile {
  const single = all.filter(({ path }) => !path.includes('/') && path.endsWith('.safetensors'));
  const [only] = single;
  if (only !== undefined && single.length === 1) return only;
  if (single.length > 1) {
    throw new AppError('model-unknown', {
      message: `there is no model_index.json, and ${single.length} safetensors files beside each other`,
      help: 'Give a folder with one model in it.',
    });
  }
  throw weightsMissing('the folder', all);
}

function demand(byPath: ReadonlyMap<string, RemoteFile>, path: string): RemoteFile {
  const file = byPath.get(path);
  if (file !== undefined) return file;
  throw new AppError('model-file-missing', {
    message: `${path} is not there`,
    help: 'Give a folder in diffusers format, with model_index.json and subfolders.',
  });
}

function weightsMissing(where: string, all: readonly RemoteFile[]): AppError {
  const pickle = all.find(({ path }) => (where === 'the folder' || path.startsWith(`${where}/`)) && pickleEndings.some((ending) => path.endsWith(ending)));
  if (pickle !== undefined) {
    return new AppError('model-unknown', {
      message: `${where} has its weights as a pickle only (${pickle.path}): such a file can run a program when it is opened, so it is refused`,
      help: 'Look for the same model with safetensors files.',
    });
  }
  return new AppError('model-file-missing', {
    message: `${where} has no safetensors file`,
    help: 'Give a folder in diffusers format, or one with a single safetensors checkpoint.',
  });
}

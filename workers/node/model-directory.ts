/** @file A model on this machine's disk: a folder, or a checkpoint in one file. */
import { statSync } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AppError } from '#models/errors/app-error.ts';
import type { ByteSource } from '#models/formats/byte-source.ts';
import type { ModelFile, ModelFolder } from '#models/formats/model-folder.ts';
import { withClipVocabulary } from '#models/text/clip-vocabulary.ts';

const builtinDirectory = fileURLToPath(new URL('../../models/builtin', import.meta.url));

/** Node refuses to read more than this at once. */
const maxReadBytes = 2 ** 30;

const vocabularyDirectory = fileURLToPath(new URL('../../models/text/clip-vocabulary', import.meta.url));

/**
 * The folder that a `--model` option means: a path, or `builtin`. The path of a file means that file and the `tokenizer/` beside it, not
 * the rest of the folder it happens to be in.
 */
export function openModelDirectory(nameOrPath: string): ModelFolder {
  const path = nameOrPath === 'builtin' ? builtinDirectory : nameOrPath;
  const file = statSync(path, { throwIfNoEntry: false })?.isFile() === true ? basename(path) : null;
  const directory = file === null ? path : dirname(path);
  return withClipVocabulary(directoryFolder(nameOrPath, directory, file), directoryFolder('clip-vocabulary', vocabularyDirectory, null));
}

/** @param onlyFile the one file of the directory itself that counts; null for all */
function directoryFolder(name: string, directory: string, onlyFile: string | null): ModelFolder {
  const openFile = (path: string): Promise<ByteSource> =>
    fileSource(join(directory, path)).catch((cause: unknown) => {
      throw missing(path, directory, cause);
    });
  return {
    name,
    list: async () => (await listFiles(directory)).filter(({ path }) => onlyFile === null || path === onlyFile || path.startsWith('tokenizer/')),
    open: openFile,
    readBytes: async (path) => {
      const source = await openFile(path);
      return source.read(0, source.sizeBytes);
    },
  };
}

/** A file on disk. It is opened for each read, so that nobody has to close it: 20 microseconds beside a read of megabytes. */
export async function fileSource(path: string): Promise<ByteSource> {
  const found = await stat(path);
  if (!found.isFile()) throw new Error(`${path} is not a file`);
  return { sizeBytes: found.size, read: (offset, length) => readRange(path, offset, length) };
}

/** Fewer bytes than asked for if the file ends before: the reader above says what that means. */
async function readRange(path: string, offset: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length);
  const handle = await open(path);
  try {
    let filled = 0;
    while (filled < length) {
      const { bytesRead } = await handle.read(bytes, filled, Math.min(length - filled, maxReadBytes), offset + filled);
      if (bytesRead === 0) return bytes.subarray(0, filled);
      filled += bytesRead;
    }
    return bytes;
  } finally {
    await handle.close();
  }
}

/** The files of a folder and of the folders in it: a model has no deeper ones, and someone may point at their home folder. */
async function listFiles(directory: string): Promise<ModelFile[]> {
  const files: ModelFile[] = [];
  const walk = async (path: string, depth: number): Promise<void> => {
    for (const name of await readdir(join(directory, path)).catch(() => [])) {
      const inside = join(path, name);
      const found = await stat(join(directory, inside)).catch(() => null); // a link to nowhere is no file
      if (found?.isDirectory() === true && depth > 0 && !name.startsWith('.')) await walk(inside, depth - 1);
      else if (found?.isFile() === true) files.push({ path: inside.split(sep).join('/'), sizeBytes: found.size });
    }
  };
  await walk('', 1);
  return files;
}

function missing(path: string, directory: string, cause: unknown): AppError {
  return new AppError('model-file-missing', {
    message: `${path} is not in ${directory}`,
    help: 'Point --model at a checkpoint in one .safetensors file, or at a folder in diffusers format: model_index.json beside unet/, vae/, text_encoder/, tokenizer/ and scheduler/.',
    cause,
  });
}

/** @file A model folder on this machine's disk. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AppError } from '#models/errors/app-error.ts';
import type { ModelFolder } from '#models/formats/model-folder.ts';

const builtinDirectory = fileURLToPath(new URL('../../models/builtin', import.meta.url));

/** The folder that a `--model` option means: a path, or `builtin`. */
export function openModelDirectory(nameOrPath: string): ModelFolder {
  const directory = nameOrPath === 'builtin' ? builtinDirectory : nameOrPath;
  return {
    name: nameOrPath,
    readBytes: async (path) => {
      try {
        return new Uint8Array(await readFile(join(directory, path)));
      } catch (cause) {
        throw new AppError('model-file-missing', {
          message: `${path} is not in ${directory}`,
          help: 'Point --model at a folder in diffusers format: model_index.json beside unet/, vae/, text_encoder/, tokenizer/ and scheduler/.',
          cause,
        });
      }
    },
  };
}

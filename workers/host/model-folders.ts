/** @file Where models are: the built-in one beside the app, others in this browser's storage. */
import { catalog } from '#models/catalog/index.ts';
import { AppError } from '#models/errors/app-error.ts';
import { bytesAsSource } from '#models/formats/byte-source.ts';
import type { ModelFolder } from '#models/formats/model-folder.ts';
import type { OpenModelOptions } from '#models/pipelines/open-model.ts';
import { withClipVocabulary } from '#models/text/clip-vocabulary.ts';
import { findModel, listModelFiles } from '#storage/model-store.ts';
import { openStoredFile } from '#storage/stored-file.ts';

/** The id of the model that comes with the app. */
export const builtinModelId = 'builtin';

/** The folder of a model: `builtin`, or the id under which its files are in the model store; a checkpoint in one file is lent CLIP's vocabulary. */
export function openModelFolder(modelId: string): ModelFolder {
  return modelId === builtinModelId
    ? siteFolder(
        builtinModelId,
        new URL('/models/builtin/', self.location.origin),
        catalog.builtin.files.map((file) => file.path),
      )
    : withClipVocabulary(
        storedFolder(modelId),
        siteFolder('clip-vocabulary', new URL('/models/clip-vocabulary/', self.location.origin), ['tokenizer/merges.txt']),
      );
}

/** How the person wants a model opened: what they said that it predicts wins over its files, as `--prediction` does. */
export async function openingOf(modelId: string): Promise<OpenModelOptions> {
  const prediction = (await findModel(modelId))?.prediction;
  return prediction === undefined ? {} : { prediction };
}

/**
 * Files of this app's own site, each fetched whole; offline they come from the service worker's cache.
 *
 * @param paths the files that are there: a static host cannot list them
 */
export function siteFolder(name: string, base: URL, paths: readonly string[]): ModelFolder {
  const readBytes: ModelFolder['readBytes'] = async (path) => {
    const response = await fetch(new URL(path, base)).catch((cause: unknown) => {
      throw missing(name, path, 'it could not be fetched', cause);
    });
    // A static host answers unknown paths with the app's start page.
    const isPage = response.headers.get('content-type')?.startsWith('text/html') === true;
    if (!response.ok || isPage) throw missing(name, path, isPage ? 'the site has no such file' : `status ${response.status}`);
    return new Uint8Array(await response.arrayBuffer());
  };
  return {
    name,
    list: async () => paths.map((path) => ({ path, sizeBytes: null })),
    open: async (path) => bytesAsSource(await readBytes(path)),
    readBytes,
  };
}

/** Files that were fetched or brought, read chunk by chunk from this browser's storage. Only those that are whole and checked are there. */
export function storedFolder(modelId: string): ModelFolder {
  const open: ModelFolder['open'] = async (path) => {
    const file = await openStoredFile({ modelId, path });
    if (file === undefined) throw missing(modelId, path, 'it is not in storage, or not wholly');
    return file;
  };
  return {
    name: modelId,
    list: async () => (await listModelFiles(modelId)).filter((file) => file.isVerified).map(({ path, storedBytes }) => ({ path, sizeBytes: storedBytes })),
    open,
    readBytes: async (path) => {
      const file = await open(path);
      return file.read(0, file.sizeBytes);
    },
  };
}

function missing(name: string, path: string, reason: string, cause?: unknown): AppError {
  return new AppError('model-file-missing', {
    message: `${path} of model ${name}: ${reason}`,
    help: 'Connect to the network once, then try again: the app needs this file.',
    retryable: true,
    ...(cause === undefined ? {} : { cause }),
  });
}

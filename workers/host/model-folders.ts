/** @file Where models are: the built-in one beside the app, others in this browser's storage. */
import { AppError } from '#models/errors/app-error.ts';
import type { ModelFolder } from '#models/formats/model-folder.ts';
import { findWeightFile } from '#storage/weight-store.ts';

/** The id of the model that comes with the app. */
export const builtinModelId = 'builtin';

/** The folder of a model: `builtin`, or the id under which its files are in the weight store. */
export function openModelFolder(modelId: string): ModelFolder {
  return modelId === builtinModelId ? siteFolder(builtinModelId, new URL('/models/builtin/', self.location.origin)) : storedFolder(modelId);
}

/** Files of this app's own site; offline they come from the service worker's cache. */
export function siteFolder(name: string, base: URL): ModelFolder {
  return {
    name,
    async readBytes(path) {
      const response = await fetch(new URL(path, base)).catch((cause: unknown) => {
        throw missing(name, path, 'it could not be fetched', cause);
      });
      // A static host answers unknown paths with the app's start page.
      const isPage = response.headers.get('content-type')?.startsWith('text/html') === true;
      if (!response.ok || isPage) throw missing(name, path, isPage ? 'the site has no such file' : `status ${response.status}`);
      return new Uint8Array(await response.arrayBuffer());
    },
  };
}

function storedFolder(modelId: string): ModelFolder {
  return {
    name: modelId,
    async readBytes(path) {
      const file = await findWeightFile(modelId, path);
      if (file === undefined) throw missing(modelId, path, 'it is not in storage');
      return new Uint8Array(file.bytes);
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

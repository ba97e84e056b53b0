/** @file The `inspect` command: what a model folder, a checkpoint, a likeness or another safetensors file holds, in lines. */
import { open, stat } from 'node:fs/promises';
import { AppError, isAppError } from '#models/errors/app-error.ts';
import { kindOfFile } from '#models/families/stable-diffusion/single-file/refuse.ts';
import { readHeader } from '#models/formats/safetensors.ts';
import { isPickle, isPickleName, pickled } from '#models/formats/weight-files.ts';
import { openModel, type OpenModelOptions } from '#models/pipelines/open-model.ts';
import { formatShape } from '#models/tensor/shape.ts';
import { describeModel, summarize } from './describe-model.ts';
import { isAdapterFolder, loraLines, readLoraFile } from './lora-files.ts';
import { fileSource, openModelDirectory } from './model-directory.ts';

/**
 * Describes a path.
 *
 * @throws {AppError} `usage` if there is nothing at the path, and what `openModel` throws: for a model that Likeness cannot use, the reason
 */
export async function inspect(path: string, options: OpenModelOptions = {}): Promise<readonly string[]> {
  if (path === 'builtin') return inspectModel(path, options);
  const found = await stat(path).catch((cause: unknown) => {
    throw new AppError('usage', { message: `there is nothing at ${path}`, help: 'Give a model folder, a safetensors file, or the word builtin.', cause });
  });
  if (!found.isDirectory()) return inspectFile(path, options);
  return (await isAdapterFolder(path)) ? inspectLora(path) : inspectModel(path, options);
}

async function inspectModel(path: string, options: OpenModelOptions): Promise<readonly string[]> {
  return describeModel(path, await openModel(openModelDirectory(path), options));
}

async function inspectFile(path: string, options: OpenModelOptions): Promise<readonly string[]> {
  if (isPickleName(path) || (await startsLikePickle(path))) throw pickled(path);
  const header = await readHeader(await fileSource(path)).catch((cause: unknown) => {
    throw isAppError(cause, 'weights-corrupt')
      ? new AppError(cause.code, { message: `${path}: ${cause.message}`, ...(cause.help === undefined ? {} : { help: cause.help }), cause })
      : cause;
  });
  const kind = kindOfFile(header);
  if (kind === 'lora') return inspectLora(path);
  // A checkpoint, of Stable Diffusion or of something that is refused with its name.
  if (kind !== null) return inspectModel(path, options);
  return [
    `${path}: a safetensors file, neither a whole model nor a likeness: ${summarize(header.entries.values())}`,
    ...metadataLines(header.metadata),
    ...[...header.entries.values()].map(({ name, storedType, shape }) => `  ${name} ${storedType}${formatShape(shape)}`),
  ];
}

async function inspectLora(path: string): Promise<readonly string[]> {
  const source = await readLoraFile(path);
  const { entries, metadata } = await readHeader({
    sizeBytes: source.bytes.length,
    read: async (offset, length) => source.bytes.subarray(offset, offset + length),
  });
  return [
    ...(loraLines(source) ?? [`${path}: a LoRA in a layout that Likeness does not know`]),
    `  ${summarize(entries.values())}`,
    ...metadataLines(metadata),
  ];
}

function metadataLines(metadata: Readonly<Record<string, string>>): readonly string[] {
  return Object.entries(metadata).map(([key, value]) => `  ${key}: ${value.length > 100 ? `${value.slice(0, 100)}...` : value}`);
}

/** A pickle may go by any name, `.safetensors` too. */
async function startsLikePickle(path: string): Promise<boolean> {
  const handle = await open(path);
  try {
    const { buffer, bytesRead } = await handle.read(new Uint8Array(4), 0, 4, 0);
    return isPickle(buffer.subarray(0, bytesRead));
  } finally {
    await handle.close();
  }
}

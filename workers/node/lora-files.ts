/** @file Likeness files on this machine's disk: one safetensors file, or a folder as peft saves it. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '#models/errors/app-error.ts';
import { describeLora } from '#models/lora/describe-lora.ts';
import { openLora, type LoraSource } from '#models/lora/lora-contents.ts';

/** What peft calls its two files. */
const adapterWeights = 'adapter_model.safetensors';
const adapterConfig = 'adapter_config.json';

/**
 * Reads a likeness file. A folder means its `adapter_model.safetensors` with `adapter_config.json`, or the only safetensors file in it;
 * beside `adapter_model.safetensors` the configuration is found too.
 *
 * @throws {AppError} `usage` if there is no such file
 */
export async function readLoraFile(path: string): Promise<LoraSource> {
  const file = await findFile(path);
  const bytes = new Uint8Array(await readFile(file));
  if (!file.endsWith(adapterWeights)) return { bytes };
  const config = await readFile(join(file, '..', adapterConfig), 'utf8').catch(() => undefined);
  return { bytes, adapterConfig: config };
}

async function findFile(path: string): Promise<string> {
  const found = await stat(path).catch((cause: unknown) => {
    throw new AppError('usage', {
      message: `there is no likeness file at ${path}`,
      help: 'Give a .safetensors file, or the folder in which peft saved one.',
      cause,
    });
  });
  if (!found.isDirectory()) return path;
  const files = (await readdir(path)).filter((name) => name.endsWith('.safetensors'));
  const [only] = files.includes(adapterWeights) ? [adapterWeights] : files;
  if (only !== undefined && (files.length === 1 || only === adapterWeights)) return join(path, only);
  throw new AppError('usage', { message: `${path} holds ${files.length} .safetensors files, one likeness is needed`, help: 'Name the file itself.' });
}

/** True for a folder in which peft saved an adapter, which `inspect` would else take for a model. */
export async function isAdapterFolder(path: string): Promise<boolean> {
  return readdir(path).then(
    (names) => names.includes(adapterWeights),
    () => false,
  );
}

/** What `inspect` prints of a likeness file; null if the file is something else. */
export function loraLines(source: LoraSource): readonly string[] | null {
  let contents;
  try {
    contents = openLora(source);
  } catch (error) {
    if (error instanceof AppError && error.code.startsWith('lora-')) return null;
    throw error;
  }
  const { layout, unetLayers, textEncoderLayers, convolutions, ranks, triggerPhrase, baseModel, restrictions } = describeLora(contents);
  return [
    `a LoRA in the layout of ${layout}`,
    `  changes ${unetLayers} layers of the UNet (${convolutions} convolutions) and ${textEncoderLayers} of the text encoder, rank ${ranks.join(', ')}`,
    ...(baseModel === null ? [] : [`  made with the model ${baseModel}`]),
    ...(triggerPhrase === null ? [] : [`  called by the words: ${triggerPhrase}`]),
    ...(restrictions === null ? [] : [`  the licence of that model forbids: ${restrictions}`]),
  ];
}

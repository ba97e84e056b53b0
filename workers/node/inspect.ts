/** @file The `inspect` command: what a model folder or a safetensors file holds, in lines. */
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '#models/errors/app-error.ts';
import { readJson } from '#models/formats/model-folder.ts';
import { parseSafetensors } from '#models/formats/safetensors.ts';
import { readStableDiffusion } from '#models/families/stable-diffusion/index.ts';
import { components } from '#models/families/stable-diffusion/weight-names.ts';
import { elementCount, formatShape } from '#models/tensor/shape.ts';
import { openModelDirectory } from './model-directory.ts';

/**
 * Describes a path.
 *
 * @throws {AppError} `usage` if there is nothing at the path, `weights-corrupt`, `model-unknown`, `model-file-missing`
 */
export async function inspect(path: string): Promise<readonly string[]> {
  if (path === 'builtin') return inspectModel(path);
  const found = await stat(path).catch((cause: unknown) => {
    throw new AppError('usage', { message: `there is nothing at ${path}`, help: 'Give a model folder, a safetensors file, or the word builtin.', cause });
  });
  return found.isDirectory() ? inspectModel(path) : inspectSafetensors(new Uint8Array(await readFile(path)));
}

async function inspectModel(path: string): Promise<readonly string[]> {
  const folder = openModelDirectory(path);
  const model = readStableDiffusion({
    modelIndex: await readJson(folder, 'model_index.json'),
    unet: await readJson(folder, 'unet/config.json'),
    textEncoder: await readJson(folder, 'text_encoder/config.json'),
    vae: await readJson(folder, 'vae/config.json'),
  });
  const { unet, textEncoder, vae } = model;
  const lines = [
    `${path}: a Stable Diffusion model`,
    `  draws ${unet.sampleSize[1] * vae.downscale} x ${unet.sampleSize[0] * vae.downscale} px from latents [${unet.inChannels}, ${unet.sampleSize.join(', ')}]`,
    `  UNet: channels ${unet.levels.map((level) => level.channels).join(', ')}; blocks ${unet.levels.map((level) => level.downType).join(', ')}`,
    `  text encoder: ${textEncoder.layers} layers of ${textEncoder.width}, ${textEncoder.positions} tokens, vocabulary of ${textEncoder.vocabularySize}`,
    `  autoencoder: ${vae.kind === 'tiny' ? 'AutoencoderTiny' : 'AutoencoderKL'}, factor ${vae.downscale}, scaling ${vae.scalingFactor}`,
  ];
  for (const component of components) {
    const file = component === 'text_encoder' ? 'model.safetensors' : 'diffusion_pytorch_model.safetensors';
    lines.push(`  ${join(component, file)}: ${summary(parseSafetensors(await folder.readBytes(`${component}/${file}`)).tensors)}`);
  }
  return lines;
}

function inspectSafetensors(bytes: Uint8Array): readonly string[] {
  const { tensors, metadata } = parseSafetensors(bytes);
  return [
    summary(tensors),
    ...Object.entries(metadata).map(([key, value]) => `  ${key}: ${value.length > 100 ? `${value.slice(0, 100)}...` : value}`),
    ...[...tensors].map(([name, { dtype, shape }]) => `  ${name} ${dtype}${formatShape(shape)}`),
  ];
}

function summary(tensors: ReturnType<typeof parseSafetensors>['tensors']): string {
  const parameters = [...tensors.values()].reduce((sum, { shape }) => sum + elementCount(shape), 0);
  const bytes = [...tensors.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
  return `${tensors.size} tensors, ${(parameters / 1e6).toFixed(2)} M numbers, ${(bytes / 2 ** 20).toFixed(1)} MiB`;
}

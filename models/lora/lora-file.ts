/** @file Likenesses as safetensors files: written in kohya's layout, read in kohya's and PEFT's. @see [Note: LoRA key layouts] */
import { AppError } from '../errors/app-error.ts';
import { parseSafetensors, writeSafetensors } from '../formats/safetensors.ts';
import { narrowToHalves, widenHalves } from '../tensor/float16.ts';
import { float32, tensor, type Tensor } from '../tensor/tensor.ts';
import type { LoraFactors, LoraWeights } from './lora-weights.ts';

/*
 * [Note: LoRA key layouts]
 * kohya: `lora_unet_<path with _ for .>.lora_down.weight`, `.lora_up.weight`, `.alpha`; a missing alpha means alpha = rank.
 * PEFT:  `unet.<path>.lora_A.weight` (down), `unet.<path>.lora_B.weight` (up); alpha = rank unless the metadata says otherwise.
 * kohya's underscores cannot be undone without knowing the model's layers, so reading needs the list of its module paths.
 */

const componentPrefixes = { unet: 'lora_unet_', text_encoder: 'lora_te_' } as const;

/** `unet.mid_block.attentions.0.proj_in` -> `lora_unet_mid_block_attentions_0_proj_in`. */
function kohyaName(path: string): string {
  const [component, ...rest] = path.split('.');
  const prefix = componentPrefixes[component as keyof typeof componentPrefixes];
  return `${prefix}${rest.join('_')}`;
}

/**
 * Writes a likeness as float16 in kohya's layout, which A1111, ComfyUI and diffusers read.
 *
 * @param metadata strings only; holds no file names or captions
 */
export function writeKohyaLora(weights: LoraWeights, metadata: Readonly<Record<string, string>> = {}): Uint8Array {
  const tensors = new Map<string, Tensor>();
  for (const [path, { down, up, scale }] of weights) {
    const name = kohyaName(path);
    tensors.set(`${name}.lora_down.weight`, asHalf(down));
    tensors.set(`${name}.lora_up.weight`, asHalf(up));
    tensors.set(`${name}.alpha`, float32([], [scale * down.shape[0]!]));
  }
  return writeSafetensors(tensors, metadata);
}

/**
 * Reads a likeness.
 *
 * @param modelPaths every module path of the model that has a weight, such as `unet.conv_in`
 * @throws {AppError} `weights-corrupt` for a broken file, `lora-incompatible` if a key belongs to no layer of this model
 */
export function readLora(file: Uint8Array, modelPaths: Iterable<string>): Map<string, LoraFactors> {
  const { tensors, metadata } = parseSafetensors(file);
  const pathOfKohyaName = new Map([...modelPaths].map((path) => [kohyaName(path), path]));
  const known = new Set(pathOfKohyaName.values());
  const alphaOfPeft = peftAlpha(metadata);
  const factors = new Map<string, LoraFactors>();
  for (const [key, down] of tensors) {
    const match = /^(.*)\.(lora_down|lora_A)\.weight$/.exec(key);
    if (match === null) continue;
    const [, name, side] = match as unknown as [string, string, string];
    const path = side === 'lora_A' ? name : pathOfKohyaName.get(name);
    if (path === undefined || !known.has(path)) throw incompatible(`it changes ${name}, which this model does not have`);
    const up = tensors.get(`${name}.${side === 'lora_A' ? 'lora_B' : 'lora_up'}.weight`);
    if (up === undefined) throw incompatible(`${name} has only one of its two factors`);
    const rank = down.shape[0]!;
    const alpha = side === 'lora_A' ? alphaOfPeft : scalarOf(tensors.get(`${name}.alpha`));
    factors.set(path, { down: asFloat32(down), up: asFloat32(up), scale: (alpha ?? rank) / rank });
  }
  if (factors.size === 0) throw incompatible('it holds no LoRA layers that we know the layout of');
  return factors;
}

/** `lora_alpha` from the adapter metadata that recent diffusers writes; null if there is none. */
function peftAlpha(metadata: Readonly<Record<string, string>>): number | null {
  const text = metadata['lora_adapter_metadata'];
  if (text === undefined) return null;
  const alpha: unknown = (JSON.parse(text) as Record<string, unknown>)['unet.lora_alpha'];
  return typeof alpha === 'number' ? alpha : null;
}

function scalarOf(value: Tensor | undefined): number | null {
  return value === undefined ? null : asFloat32(value).data[0]!;
}

function asFloat32(source: Tensor): Tensor<'float32'> {
  if (source.dtype === 'float32') return source as Tensor<'float32'>;
  if (source.dtype === 'float16') return tensor('float32', source.shape, widenHalves(source.data as Uint16Array));
  throw incompatible(`its numbers are ${source.dtype}`);
}

function asHalf({ shape, data }: Tensor<'float32'>): Tensor<'float16'> {
  return tensor('float16', shape, narrowToHalves(data));
}

function incompatible(reason: string): AppError {
  return new AppError('lora-incompatible', {
    message: `this likeness does not fit the model: ${reason}`,
    help: 'Use it with the model it was trained on.',
  });
}

/** @file A LoRA file, opened: its tensors, what it says of itself, and the layout it was recognized by. No model is needed for this. */
import { AppError, isAppError } from '../errors/app-error.ts';
import { parseSafetensors } from '../formats/safetensors.ts';
import type { Tensor } from '../tensor/tensor.ts';
import { refuseForeignKeys } from './foreign-keys.ts';
import { loraLayouts, type LoraLayoutId } from './layouts/index.ts';

/** A file as someone gave it. */
export interface LoraSource {
  /** A safetensors file. */
  readonly bytes: Uint8Array;
  /** The text of peft's `adapter_config.json`, where the file came with one. */
  readonly adapterConfig?: string | undefined;
}

export interface LoraContents {
  readonly layout: LoraLayoutId;
  readonly tensors: ReadonlyMap<string, Tensor>;
  readonly metadata: Readonly<Record<string, string>>;
  /** peft's own configuration as JSON, or null. */
  readonly adapterConfig: Readonly<Record<string, unknown>> | null;
  /** Layer, as this layout calls it -> its tensors. */
  readonly modules: ReadonlyMap<string, LoraParts>;
}

/** What a file holds for one layer. */
export interface LoraParts {
  readonly down: Tensor;
  readonly up: Tensor;
  /** LyCORIS puts a small kernel between the two factors of a convolution. */
  readonly mid?: Tensor;
  /** A scalar; the change is scaled by alpha / rank. */
  readonly alpha?: Tensor;
}

/**
 * Opens a LoRA file and sorts its tensors by layer. Every tensor must have a place: one that is passed over would change the picture in silence.
 *
 * @throws {AppError} `weights-pickled`, `lora-damaged` if it is not safetensors or one of a pair of factors is missing,
 *   `lora-unsupported` if it is something else than a LoRA for Stable Diffusion 1.x or 2.x
 */
export function openLora({ bytes, adapterConfig }: LoraSource): LoraContents {
  refusePickle(bytes);
  const { tensors, metadata } = parse(bytes);
  const keys = [...tensors.keys()];
  refuseForeignKeys(keys);
  const found = loraLayouts.find(([, layout]) => layout.recognizes(keys));
  if (found === undefined) {
    throw new AppError('lora-unsupported', {
      message: `none of its ${keys.length} tensors is named like a LoRA's; the first is ${keys[0] ?? 'missing'}`,
      help: 'Give a LoRA for Stable Diffusion 1.x or 2.x, as kohya, diffusers, peft or cloneofsimo write it.',
    });
  }
  const [id, layout] = found;
  const groups = new Map<string, Partial<Record<keyof LoraParts, Tensor>>>();
  for (const [key, tensor] of tensors) {
    const parsed = layout.parseKey(key);
    if (parsed === undefined)
      throw new AppError('lora-unsupported', {
        message: `it holds ${key}, which we do not know what to do with`,
        help: 'Leaving it out would change the pictures. Look for a plain LoRA of the same name.',
      });
    groups.set(parsed.module, { ...groups.get(parsed.module), [parsed.part]: tensor });
  }
  // peft takes alpha from a file beside the weights; guessing it would make the likeness too weak or too strong.
  if (keys[0]!.startsWith('base_model.model.') && adapterConfig === undefined && metadata['lora_adapter_metadata'] === undefined) {
    throw new AppError('lora-damaged', {
      message: 'its strength is in adapter_config.json, which is not with it',
      help: 'Give both files, or the folder they are in.',
    });
  }
  const modules = new Map([...groups].map(([module, parts]) => [module, complete(module, parts)]));
  return { layout: id, tensors, metadata, adapterConfig: parseConfig(adapterConfig), modules };
}

function complete(module: string, { down, up, ...rest }: Partial<Record<keyof LoraParts, Tensor>>): LoraParts {
  if (down === undefined || up === undefined) throw damaged(`${module} has only one of its two factors`);
  return { down, up, ...rest };
}

function parse(bytes: Uint8Array): ReturnType<typeof parseSafetensors> {
  try {
    return parseSafetensors(bytes);
  } catch (cause) {
    if (isAppError(cause, 'weights-corrupt')) throw damaged(cause.message, cause);
    throw cause;
  }
}

/** PyTorch's .pt and .ckpt are a ZIP with a pickle in it, or a bare one. */
function refusePickle(bytes: Uint8Array): void {
  const isZip = bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4;
  const isBarePickle = bytes[0] === 0x80 && bytes[1]! >= 2 && bytes[1]! <= 5 && bytes[7] !== 0;
  if (!isZip && !isBarePickle) return;
  throw new AppError('weights-pickled', {
    message:
      'the file is a Python pickle or an archive (.pt, .ckpt, .bin, .zip): opening a pickle can run any program hidden in it, so Likeness does not read them',
    help: 'Look for the same LoRA as .safetensors; most authors publish both.',
  });
}

function parseConfig(text: string | undefined): Record<string, unknown> | null {
  if (text === undefined) return null;
  try {
    const json: unknown = JSON.parse(text);
    if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json as Record<string, unknown>;
  } catch (cause) {
    throw damaged('adapter_config.json is not JSON', cause);
  }
  throw damaged('adapter_config.json is not a JSON object');
}

/** For a file that contradicts itself. */
export function damaged(message: string, cause?: unknown): AppError {
  const help = 'Download or export it again, as .safetensors.';
  return new AppError('lora-damaged', { message, help, ...(cause === undefined ? {} : { cause }) });
}

/** @file Whether a likeness was made on this model: by the layers it names, their sizes, what it leaves out, and the fingerprint it carries. */
import { AppError } from '../errors/app-error.ts';
import { elementCount, formatShape, type Shape } from '../tensor/shape.ts';
import type { LoraBase } from './lora-base.ts';
import type { LoraFactors } from './lora-weights.ts';
import { metadataNames } from './metadata-names.ts';

const help = 'Choose the model it was made with, or learn the likeness again with this one.';

/** The likeness names layers that the model lacks. */
export function unknownLayers(unknown: readonly string[], total: number): AppError {
  return incompatible(`${unknown.length} of the ${total} layers it changes are not in this model, the first is ${unknown[0]}`);
}

/** @throws {AppError} `lora-incompatible` if the product of the factors does not have the weight's size */
export function checkShapes(path: string, { down, up }: LoraFactors, weight: Shape): void {
  const [rank = 0] = down.shape;
  const [outputs = 0] = weight;
  const kernels = down.shape.length === 4 && weight.length === 4 ? down.shape.slice(2).join() === weight.slice(2).join() : true;
  if (elementCount(down.shape) * outputs === rank * elementCount(weight) && elementCount(up.shape) === outputs * rank && kernels) return;
  const [, textWidth] = down.shape;
  if (path.endsWith('.attn2.to_k') && up.shape[0] === outputs) {
    throw incompatible(`it was made for text of ${textWidth} numbers a word${familyOf(textWidth)}, this model reads ${weight[1]}${familyOf(weight[1])}`);
  }
  throw incompatible(`it changes ${path} by ${formatShape(up.shape)} x ${formatShape(down.shape)}, the model's weight is ${formatShape(weight)}`);
}

function familyOf(textWidth: number | undefined): string {
  return textWidth === 768 ? ' (Stable Diffusion 1.x)' : textWidth === 1024 ? ' (Stable Diffusion 2.x)' : '';
}

/**
 * A model with fewer layers a level, such as BK-SDM, names them as the full model does, so its likeness loads there and draws nonsense.
 * It is told by what is missing: at every level it changes the first layers only, never the last.
 *
 * @param paths the layers that the likeness changes, all of them in the model
 * @throws {AppError} `lora-incompatible`
 */
export function checkDepth(paths: Iterable<string>, { modules }: LoraBase): void {
  const inModel = layersByLevel(modules.keys());
  const changed = [...layersByLevel(paths)].filter(([level]) => inModel.get(level)!.size > 1);
  const isThinner = ([level, layers]: (typeof changed)[number]): boolean => layers.size < inModel.get(level)!.size && Math.max(...layers) === layers.size - 1;
  if (changed.length < 2 || !changed.every(isThinner)) return;
  const [level, layers] = changed[0]!;
  throw incompatible(
    `at every level it changes only the first layers (${layers.size} of ${inModel.get(level)!.size} of ${level}), as one made on a model with fewer layers does, such as BK-SDM`,
  );
}

/** `down_blocks.0.attentions` -> {0, 1} */
function layersByLevel(paths: Iterable<string>): Map<string, Set<number>> {
  const levels = new Map<string, Set<number>>();
  for (const path of paths) {
    const match = /^unet\.(.*(?:attentions|resnets))\.(\d+)\./.exec(path);
    if (match !== null) levels.set(match[1]!, (levels.get(match[1]!) ?? new Set<number>()).add(Number(match[2])));
  }
  return levels;
}

/** @throws {AppError} `lora-incompatible` if the likeness says which weights it was learned on and they are not this model's */
export function checkFingerprint(metadata: Readonly<Record<string, string>>, { fingerprint }: LoraBase): void {
  const learnedOn = metadata[metadataNames.baseFingerprint];
  if (learnedOn === undefined || fingerprint === null || learnedOn === fingerprint) return;
  const name = metadata[metadataNames.baseModel];
  throw incompatible(
    `it was learned on ${name === undefined ? 'a model' : `the model "${name}"`} with the fingerprint ${learnedOn}, this one has ${fingerprint}`,
  );
}

function incompatible(reason: string): AppError {
  return new AppError('lora-incompatible', { message: `this likeness does not fit the model: ${reason}`, help });
}

/** @file What a run starts from instead of nothing: a LoRA of a face in general, learned beforehand, that lies beside a model. */
import { AppError } from '../errors/app-error.ts';
import type { LoraFactors, LoraModule, LoraWeights } from '../lora/lora-weights.ts';
import { shapesEqual } from '../tensor/shape.ts';
import { copyFactors } from './hold-trials.ts';

/** Name of the file in a model's folder. Kohya's layout, like every likeness that this app writes. */
export const faceLoraFile = 'face-lora.safetensors';

/**
 * The factors to start from: a copy, since training writes into them.
 *
 * @param scale alpha / rank of the run; factors that were learned with another are scaled so that they change the model as they did
 * @throws {AppError} `lora-incompatible` unless it has exactly the layers and shapes of the run: a part of a face is no start
 */
export function startFromLora(initial: LoraWeights, modules: readonly LoraModule[], scale: number): Map<string, LoraFactors> {
  const wanted = new Set(modules.map(({ path }) => path));
  const missing = modules.find(({ path, downShape, upShape }) => {
    const factors = initial.get(path);
    return factors === undefined || !shapesEqual(factors.down.shape, downShape) || !shapesEqual(factors.up.shape, upShape);
  });
  const extra = [...initial.keys()].find((path) => !wanted.has(path));
  if (missing !== undefined || extra !== undefined) {
    throw new AppError('lora-incompatible', {
      message: `the LoRA to start from ${missing === undefined ? `has ${extra}, which is not learned` : `lacks ${missing.path} as it is learned, [${missing.downShape.join(', ')}]`}`,
      help: 'Start without it, or with the rank and the layers that it was made with.',
    });
  }
  const factors = copyFactors(initial);
  for (const [path, { down, up, scale: was }] of factors) {
    for (let i = 0; i < up.data.length; i++) up.data[i]! *= was / scale;
    factors.set(path, { down, up, scale });
  }
  return factors;
}

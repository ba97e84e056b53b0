/** @file A training run as bytes: everything to go on exactly where it stopped, as one safetensors file. */
import { AppError } from '../errors/app-error.ts';
import { parseSafetensors, writeSafetensors } from '../formats/safetensors.ts';
import { factorNames, type LoraFactors } from '../lora/lora-weights.ts';
import { tensor, type Tensor } from '../tensor/tensor.ts';
import { AdamW, defaultAdamWOptions, type AdamWOptions, type Moments } from './optimizers/adamw.ts';
import type { Trial } from './trials.ts';
import type { TrainingState } from './train-lora.ts';

const formatVersion = '1';

/** The whole state of a run. Sample choice is derived from the seed and the count, so no generator state is needed. */
export function encodeCheckpoint(state: TrainingState): Uint8Array {
  const tensors = new Map<string, Tensor>();
  const scales: Record<string, number> = {};
  for (const [path, { down, up, scale }] of state.factors) {
    scales[path] = scale;
    tensors.set(factorNames(path).down, down);
    tensors.set(factorNames(path).up, up);
  }
  for (const [path, { down, up }] of state.best ?? []) {
    tensors.set(`${factorNames(path).down}.best`, down);
    tensors.set(`${factorNames(path).up}.best`, up);
  }
  for (const [name, { first, second }] of state.optimizer.moments) {
    tensors.set(`${name}.first_moment`, tensor('float32', [first.length], first));
    tensors.set(`${name}.second_moment`, tensor('float32', [second.length], second));
  }
  return writeSafetensors(tensors, {
    likeness_checkpoint: formatVersion,
    samples_seen: String(state.samplesSeen),
    optimizer_steps: String(state.optimizer.steps),
    optimizer_options: JSON.stringify(state.optimizer.options),
    smoothed_loss: JSON.stringify(state.smoothedLoss),
    scales: JSON.stringify(scales),
    trials: JSON.stringify(state.trials),
  });
}

/**
 * The state that was encoded.
 *
 * @throws {AppError} `weights-corrupt` if the bytes are damaged or of another version
 */
export function decodeCheckpoint(bytes: Uint8Array): TrainingState {
  const { tensors, metadata } = parseSafetensors(bytes);
  if (metadata['likeness_checkpoint'] !== formatVersion) {
    throw new AppError('weights-corrupt', {
      message: `this checkpoint has version ${metadata['likeness_checkpoint'] ?? 'none'}, ${formatVersion} is needed`,
      help: 'Start the training again.',
    });
  }
  const take = (name: string): Tensor<'float32'> => {
    const found = tensors.get(name);
    if (found === undefined) throw new AppError('weights-corrupt', { message: `the checkpoint lacks ${name}`, help: 'Start the training again.' });
    // A copy: training writes into it, and the file's bytes belong to the caller.
    return tensor('float32', found.shape, (found.data as Float32Array).slice());
  };
  const factors = new Map<string, LoraFactors>();
  const moments = new Map<string, Moments>();
  const best = new Map<string, LoraFactors>();
  for (const [path, scale] of Object.entries(JSON.parse(metadata['scales']!) as Record<string, number>)) {
    const names = factorNames(path);
    if (tensors.has(`${names.down}.best`)) best.set(path, { down: take(`${names.down}.best`), up: take(`${names.up}.best`), scale });
    factors.set(path, { down: take(names.down), up: take(names.up), scale });
    for (const name of [names.down, names.up]) {
      if (tensors.has(`${name}.first_moment`)) moments.set(name, { first: take(`${name}.first_moment`).data, second: take(`${name}.second_moment`).data });
    }
  }
  return {
    samplesSeen: Number(metadata['samples_seen']),
    factors,
    optimizer: new AdamW(readOptimizerOptions(metadata['optimizer_options']), { moments, steps: Number(metadata['optimizer_steps']) }),
    smoothedLoss: JSON.parse(metadata['smoothed_loss']!) as number | null,
    trials: JSON.parse(metadata['trials'] ?? '[]') as Trial[], // Checkpoints from before trials have none.
    best: best.size === 0 ? null : best,
  };
}

/** Checkpoints from before the options were kept have none: PyTorch's were the only ones. */
function readOptimizerOptions(text: string | undefined): AdamWOptions {
  return text === undefined ? defaultAdamWOptions : (JSON.parse(text) as AdamWOptions);
}

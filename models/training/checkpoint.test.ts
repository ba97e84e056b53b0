import { describe, expect, it } from 'vitest';
import { parseSafetensors, writeSafetensors } from '../formats/safetensors.ts';
import type { LoraFactors } from '../lora/lora-weights.ts';
import { tensor } from '../tensor/tensor.ts';
import { decodeCheckpoint, encodeCheckpoint } from './checkpoint.ts';
import { AdamW, defaultAdamWOptions } from './optimizers/adamw.ts';
import type { TrainingState } from './train-lora.ts';

function stateOf(optimizer: AdamW): TrainingState {
  const factors = new Map<string, LoraFactors>([
    ['a', { down: tensor('float32', [1, 2], new Float32Array([1, 2])), up: tensor('float32', [2, 1], new Float32Array([3, 4])), scale: 1 }],
  ]);
  return { samplesSeen: 8, factors, optimizer, smoothedLoss: 0.5, trials: [], best: null };
}

const gradients = () => new Map([['w', new Float32Array([0.1, -0.2])]]);

describe('a checkpoint', () => {
  it('goes on with the optimizer that it began with, whatever the default has become', () => {
    const state = stateOf(new AdamW({ ...defaultAdamWOptions, beta2: 0.9 }));
    expect(decodeCheckpoint(encodeCheckpoint(state)).optimizer.options).toEqual({ ...defaultAdamWOptions, beta2: 0.9 });
  });

  it('of before the options were kept goes on with those of PyTorch', () => {
    const { tensors, metadata } = parseSafetensors(encodeCheckpoint(stateOf(new AdamW({ ...defaultAdamWOptions, beta2: 0.9 }))));
    const older = Object.fromEntries(Object.entries(metadata).filter(([name]) => name !== 'optimizer_options'));
    expect(decodeCheckpoint(writeSafetensors(tensors, older)).optimizer.options).toEqual(defaultAdamWOptions);
  });

  it('is refused with a sentence where its version is another', () => {
    const { tensors, metadata } = parseSafetensors(encodeCheckpoint(stateOf(new AdamW())));
    expect(() => decodeCheckpoint(writeSafetensors(tensors, { ...metadata, likeness_checkpoint: '9' }))).toThrow('this checkpoint has version 9');
  });
});

it('the second moment is over fewer updates where it is asked for', () => {
  const [quick, slow] = [new AdamW({ ...defaultAdamWOptions, beta2: 0.9 }), new AdamW(defaultAdamWOptions)];
  for (const optimizer of [quick, slow]) {
    const weights = new Map([['w', new Float32Array([0, 0])]]);
    for (let step = 0; step < 3; step++) optimizer.update(weights, gradients(), 1e-3);
  }
  expect(quick.moments.get('w')!.second[0]).toBeCloseTo(0.1 ** 2 * (1 - 0.9 ** 3), 6);
  expect(slow.moments.get('w')!.second[0]).toBeCloseTo(0.1 ** 2 * (1 - 0.999 ** 3), 6);
});

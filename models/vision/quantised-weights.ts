/** @file Weights kept as bytes: a quarter of the size, widened when they are loaded. */
import { AppError } from '../errors/app-error.ts';
import { widenHalves } from '../tensor/float16.ts';
import { float32, tensor, type Tensor } from '../tensor/tensor.ts';

/** Beside a weight `name` of bytes: what a step of each output channel is worth, and what the byte 0 stands for. Both [Cout]. */
export const stepName = (name: string): string => `${name}.step`;
export const zeroName = (name: string): string => `${name}.zero`;

/**
 * The weights as float32: bytes become `byte * step + zero` of their output channel, halves are widened, the rest is as it was.
 *
 * @param stored from a file; not changed
 * @returns without the steps and zeros; tensors that were float32 already share their data with `stored`
 * @throws {AppError} `weights-missing` if a weight of bytes has no steps
 */
export function widenQuantised(stored: ReadonlyMap<string, Tensor>): Map<string, Tensor> {
  const widened = new Map<string, Tensor>();
  const companions = new Set<string>();
  for (const [name, { dtype, shape, data }] of stored) {
    if (dtype === 'float16') widened.set(name, tensor('float32', shape, widenHalves(data as Uint16Array)));
    else if (dtype !== 'bool') widened.set(name, stored.get(name)!);
    else {
      const [step, zero] = [stepName(name), zeroName(name)].map((companion) => {
        companions.add(companion);
        const found = stored.get(companion);
        if (found === undefined) throw new AppError('weights-missing', { message: `${companion} is not beside the bytes of ${name}` });
        return found.data as Float32Array;
      });
      const perChannel = data.length / shape[0]!;
      const values = new Float32Array(data.length);
      for (let channel = 0, i = 0; channel < shape[0]!; channel++) {
        for (const end = i + perChannel; i < end; i++) values[i] = (data as Uint8Array)[i]! * step![channel]! + zero![channel]!;
      }
      widened.set(name, tensor('float32', shape, values));
    }
  }
  for (const name of companions) widened.delete(name);
  return widened;
}

/**
 * The step and zero of each channel, where all share one range and each is scaled by itself (a folded normalisation).
 *
 * @param scales one for each output channel; 1 for all where there is none
 */
export function channelSteps({ scale, min }: { readonly scale: number; readonly min: number }, scales: ArrayLike<number>): { step: Tensor; zero: Tensor } {
  return {
    step: float32(
      [scales.length],
      Array.from(scales, (own) => own * scale),
    ),
    zero: float32(
      [scales.length],
      Array.from(scales, (own) => own * min),
    ),
  };
}

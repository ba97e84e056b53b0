/** @file The timestep as a vector: sines and cosines, then a two-layer network. */
import type { Value } from '../graph/graph.ts';
import { zeros, type Tensor } from '../tensor/tensor.ts';
import { activate, type Activation } from './activations.ts';
import { linear } from './linear.ts';
import type { ModuleContext } from './module-context.ts';

export interface SinusoidOptions {
  /** Even. */
  readonly width: number;
  /** Cosines first. */
  readonly flipSinToCos: boolean;
  /** Subtracted from the number of frequencies before dividing the exponents. */
  readonly freqShift: number;
}

/**
 * Sines and cosines of timesteps at `width / 2` frequencies from 1 down to about 1 / 10000, computed on the host:
 * WGSL promises sin and cos only 2^-11 within +-pi and nothing beyond, and a timestep goes up to 1000.
 *
 * @param timesteps 0 to about 1000, may be fractional
 * @returns float32 [timesteps, width], owned by the caller
 * @see Ho et al. 2020, after Vaswani et al. 2017
 */
export function timestepSinusoid(timesteps: ArrayLike<number>, { width, flipSinToCos, freqShift }: SinusoidOptions): Tensor<'float32'> {
  const half = width / 2;
  const sinusoid = zeros('float32', [timesteps.length, width]);
  for (let row = 0; row < timesteps.length; row++) {
    for (let i = 0; i < half; i++) {
      // Rounded to float32 on the way as PyTorch does: at timestep 999 that moves the angle by up to 3e-5.
      const frequency = Math.fround(Math.exp(Math.fround((-Math.log(10000) * i) / (half - freqShift))));
      const angle = Math.fround(timesteps[row]! * frequency);
      sinusoid.data[row * width + i + (flipSinToCos ? half : 0)] = Math.sin(angle);
      sinusoid.data[row * width + i + (flipSinToCos ? 0 : half)] = Math.cos(angle);
    }
  }
  return sinusoid;
}

/** linear_2(act(linear_1(x))): [N, in] -> [N, width]. */
export function timestepMlp(context: ModuleContext, x: Value, width: number, activation: Activation): Value {
  return context.scoped(() => {
    const hidden = activate(context.builder, activation, linear(context.child('linear_1'), x, width));
    return linear(context.child('linear_2'), hidden, width);
  });
}

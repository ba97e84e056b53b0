/** @file The timestep as a vector: sines and cosines, then a two-layer network. */
import type { Value } from '../graph/graph.ts';
import { float32 } from '../tensor/tensor.ts';
import { activate, type Activation } from './activations.ts';
import { linear } from './linear.ts';
import type { ModuleContext } from './module-context.ts';
import { reshape } from './reshape.ts';

export interface SinusoidOptions {
  /** Even. */
  readonly width: number;
  /** Cosines first. */
  readonly flipSinToCos: boolean;
  /** Subtracted from the number of frequencies before dividing the exponents. */
  readonly freqShift: number;
}

/**
 * Sines and cosines of the timestep at `width / 2` frequencies from 1 down to about 1 / 10000.
 *
 * @param timestep float32 [N], 0 to about 1000, may be fractional
 * @returns [N, width]
 * @see Ho et al. 2020, after Vaswani et al. 2017
 */
export function timestepSinusoid(context: ModuleContext, timestep: Value, { width, flipSinToCos, freqShift }: SinusoidOptions): Value {
  const { builder } = context;
  const half = width / 2;
  const frequencies = Float32Array.from({ length: half }, (_, i) => Math.exp(Math.fround((-Math.log(10000) * i) / (half - freqShift))));
  const column = reshape(builder, timestep, [timestep.shape[0]!, 1]);
  const angles = builder.node('Mul', [column, builder.constant(float32([1, half], frequencies))]);
  const sine = builder.node('Sin', [angles]);
  const cosine = builder.node('Cos', [angles]);
  return builder.node('Concat', flipSinToCos ? [cosine, sine] : [sine, cosine], { axis: 1 });
}

/** linear_2(act(linear_1(x))): [N, in] -> [N, width]. */
export function timestepMlp(context: ModuleContext, x: Value, width: number, activation: Activation): Value {
  return context.scoped(() => {
    const hidden = activate(context.builder, activation, linear(context.child('linear_1'), x, width));
    return linear(context.child('linear_2'), hidden, width);
  });
}

/** @file Normalisations and softmax. Group norm is not here: no WebGPU kernel has it, `layers/` composes it. */
import { normalizeAxis } from '../../tensor/shape.ts';
import { defineOp, formatType, requireShape, sameAsFirst } from './op-definition.ts';

export const normalizationOps = {
  /** Softmax along one axis. */
  Softmax: defineOp<{ readonly axis: number }>({
    arity: [1, 1],
    infer: (inputs, { axis }) => {
      normalizeAxis(axis, inputs[0]!.shape.length);
      return [sameAsFirst(inputs)];
    },
  }),

  /** Normalises each channel of [N, C, ...] over its trailing axes; scale and bias are [C]. */
  InstanceNormalization: defineOp<{ readonly epsilon: number }>({
    arity: [3, 3],
    infer: (inputs) => {
      const [x, scale, bias] = inputs;
      const fits = x!.shape.length >= 3 && scale!.shape[0] === x!.shape[1] && bias!.shape[0] === x!.shape[1];
      requireShape(fits, () => `InstanceNormalization of ${formatType(x!)} with ${formatType(scale!)}`);
      return [sameAsFirst(inputs)];
    },
  }),

  /** Normalises over the last axis; outputs y, mean and 1 / standard deviation (the last two keep the axis with size 1). */
  LayerNormalization: defineOp<{ readonly epsilon: number }>({
    arity: [3, 3],
    infer: (inputs) => {
      const [x, scale, bias] = inputs;
      const width = x!.shape.at(-1);
      requireShape(scale!.shape[0] === width && bias!.shape[0] === width, () => `LayerNormalization of ${formatType(x!)} with ${formatType(scale!)}`);
      const statistics = { dtype: x!.dtype, shape: [...x!.shape.slice(0, -1), 1] };
      return [sameAsFirst(inputs), statistics, statistics];
    },
    onnx: ({ epsilon }) => ({ attributes: { axis: -1, epsilon } }),
  }),
} as const;

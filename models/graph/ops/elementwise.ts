/** @file Ops that treat each element by itself; binary ones broadcast as NumPy does. */
import type { DType } from '../../tensor/dtype.ts';
import { broadcastShapes } from '../../tensor/shape.ts';
import { scalar } from '../../tensor/tensor.ts';
import type { Value } from '../graph.ts';
import { defineOp, formatType, requireShape, sameAsFirst } from './op-definition.ts';

const unary = defineOp({ arity: [1, 1], infer: (inputs) => [sameAsFirst(inputs)] });

function requireSameDType(a: Value, b: Value): void {
  requireShape(a.dtype === b.dtype, () => `${formatType(a)} and ${formatType(b)} differ in dtype`);
}

const binary = defineOp({
  arity: [2, 2],
  infer: ([a, b]) => {
    requireSameDType(a!, b!);
    return [{ dtype: a!.dtype, shape: broadcastShapes(a!.shape, b!.shape) }];
  },
});

const comparison = defineOp({
  arity: [2, 2],
  infer: ([a, b]) => {
    requireSameDType(a!, b!);
    return [{ dtype: 'bool' as const, shape: broadcastShapes(a!.shape, b!.shape) }];
  },
});

/** Codes of onnx.TensorProto.DataType. */
export const onnxDataType: Readonly<Record<DType, number>> = { float32: 1, float16: 10, int32: 6, int64: 7, bool: 9 };

export const elementwiseOps = {
  Identity: unary,
  Neg: unary,
  Abs: unary,
  Exp: unary,
  Log: unary,
  Sqrt: unary,
  Reciprocal: unary,
  Sin: unary,
  Cos: unary,
  Tanh: unary,
  Sigmoid: unary,
  Erf: unary,
  Relu: unary,
  Floor: unary,
  Add: binary,
  Sub: binary,
  Mul: binary,
  Div: binary,
  Max: binary,
  Min: binary,
  Greater: comparison,
  GreaterOrEqual: comparison,
  Less: comparison,
  LessOrEqual: comparison,

  /** condition ? a : b, element by element. */
  Where: defineOp({
    arity: [3, 3],
    infer: ([condition, a, b]) => {
      requireSameDType(a!, b!);
      return [{ dtype: a!.dtype, shape: broadcastShapes(condition!.shape, broadcastShapes(a!.shape, b!.shape)) }];
    },
  }),

  /** Another dtype, same numbers as far as it can hold them. */
  Cast: defineOp<{ readonly to: DType }>({
    arity: [1, 1],
    infer: ([x], { to }) => [{ dtype: to, shape: x!.shape }],
    onnx: ({ to }) => ({ attributes: { to: onnxDataType[to] } }),
  }),

  /** Limits to [min, max]. float32 only. */
  Clip: defineOp<{ readonly min: number; readonly max: number }>({
    arity: [1, 1],
    infer: (inputs) => [sameAsFirst(inputs)],
    onnx: ({ min, max }) => ({ attributes: {}, extraInputs: [scalar(min), scalar(max)] }),
  }),

  /** x where positive, slope * x elsewhere; the slope broadcasts to x. */
  PRelu: defineOp({ arity: [2, 2], infer: (inputs) => [sameAsFirst(inputs)] }),

  /** x * Phi(x) with the exact error function. One kernel on every backend; the training graphs use its gradient rule. */
  Gelu: defineOp({ arity: [1, 1], infer: (inputs) => [sameAsFirst(inputs)], onnx: () => ({ attributes: { approximate: 'none' } }) }),

  /** x * sigmoid(alpha * x): SiLU at alpha 1, CLIP's activation at alpha 1.702. */
  QuickGelu: defineOp<{ readonly alpha: number }>({
    arity: [1, 1],
    infer: (inputs) => [sameAsFirst(inputs)],
    onnx: ({ alpha }) => ({ domain: 'com.microsoft', attributes: { alpha } }),
  }),
} as const;

/** @file What the graph knows of an operator: its name, its attributes' type, its shape rule, and how ONNX spells it. */
import { AppError } from '../../errors/app-error.ts';
import type { DType } from '../../tensor/dtype.ts';
import { formatShape, type Shape } from '../../tensor/shape.ts';
import type { Tensor } from '../../tensor/tensor.ts';
import type { Attributes, Value } from '../graph.ts';

/** Dtype and shape of one output. */
export interface ValueType {
  readonly dtype: DType;
  readonly shape: Shape;
}

/** How a node is written in ONNX where that differs from the graph: attributes that ONNX wants as trailing inputs, another type or domain. */
export interface OnnxForm {
  readonly opType?: string;
  readonly domain?: '' | 'com.microsoft';
  readonly attributes?: Attributes;
  /** Appended after the node's own inputs; null leaves an optional input empty. */
  readonly extraInputs?: readonly (Tensor | null)[];
}

export interface OpDefinition<A extends object> {
  /** Fewest and most inputs. */
  readonly arity: readonly [number, number];
  /**
   * Dtype and shape of every output.
   *
   * @throws {AppError} `shape-mismatch` if the inputs do not fit
   */
  readonly infer: (inputs: readonly Value[], attributes: A) => readonly ValueType[];
  /** Absent where the ONNX node has the same name, inputs and attributes. */
  readonly onnx?: (attributes: A, inputs: readonly Value[]) => OnnxForm;
}

/** Gives an op definition its attribute type. */
export function defineOp<A extends object = Record<never, never>>(definition: OpDefinition<A>): OpDefinition<A> {
  return definition;
}

/**
 * States a condition on shapes.
 *
 * @throws {AppError} `shape-mismatch` with `message` if it does not hold
 */
export function requireShape(condition: boolean, message: () => string): asserts condition {
  if (!condition) throw new AppError('shape-mismatch', { message: message() });
}

/** The first input's type: what most ops keep. */
export function sameAsFirst(inputs: readonly Value[]): ValueType {
  return { dtype: inputs[0]!.dtype, shape: inputs[0]!.shape };
}

/** `float32[2, 4]`, for messages. */
export function formatType(value: ValueType): string {
  return `${value.dtype}${formatShape(value.shape)}`;
}

/** @file The intermediate form: values, nodes, graphs. Read-only once built; only `GraphBuilder` makes them. */
import type { DType } from '../tensor/dtype.ts';
import type { Shape } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { OpName } from './ops/index.ts';

/** One edge of the graph. Identity matters, not the name: two values are the same only if they are the same object. */
export interface Value {
  readonly name: string;
  readonly dtype: DType;
  readonly shape: Shape;
}

/** What an op was told besides its inputs. Shapes, axes and sizes are static and live here, never in tensors. */
export type Attributes = Readonly<Record<string, number | string | boolean | readonly number[]>>;

/** One operation. */
export interface Node {
  readonly op: OpName;
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly attributes: Attributes;
}

/** A value that leaves the graph, under the name that the caller reads it by. */
export interface GraphOutput {
  readonly name: string;
  readonly value: Value;
}

/** A directed acyclic graph of operations; `nodes` are in an order in which they can run. */
export interface Graph {
  readonly name: string;
  /** Fed anew at each run. */
  readonly inputs: readonly Value[];
  /** Weights, bound once by name. Their bytes are never part of the graph: several graphs share them. */
  readonly parameters: readonly Value[];
  /** Small tensors that belong to the graph itself. */
  readonly constants: ReadonlyMap<Value, Tensor>;
  readonly nodes: readonly Node[];
  readonly outputs: readonly GraphOutput[];
}

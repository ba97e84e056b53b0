/** @file PyTorch's numbers for every op (`models/testing/golden/ops.json`), as one-node graphs that any runner can be held to. */
import type { Attributes, Graph } from '../graph/graph.ts';
import { GraphBuilder } from '../graph/graph-builder.ts';
import type { OpName } from '../graph/ops/index.ts';
import { allocate, type DType } from '../tensor/dtype.ts';
import { fromHalfBits, toHalfBits } from '../tensor/float16.ts';
import type { Tensor } from '../tensor/tensor.ts';

interface EncodedTensor {
  readonly dtype: DType;
  readonly shape: readonly number[];
  readonly values: readonly number[];
}

/** One case as the golden file holds it. */
export interface EncodedOpCase {
  readonly op: string;
  readonly note: string;
  readonly inputs: readonly EncodedTensor[];
  readonly attributes: Attributes;
  readonly outputs: readonly EncodedTensor[];
}

/** A one-node graph, what to feed it and what PyTorch gives. */
export interface OpCase {
  readonly name: string;
  readonly op: OpName;
  readonly graph: Graph;
  readonly feeds: Readonly<Record<string, Tensor>>;
  readonly expected: readonly Tensor[];
  readonly usesFloat16: boolean;
}

function decode({ dtype, shape, values }: EncodedTensor): Tensor {
  const data = allocate(dtype, values.length);
  values.forEach((value, i) => {
    data[i] = dtype === 'int64' ? BigInt(value) : dtype === 'float16' ? toHalfBits(value) : value;
  });
  return { dtype, shape, data };
}

/** Builds the graph of each case: inputs `x0`, `x1`, ..., outputs `y0`, `y1`, ... */
export function buildOpCases(encoded: readonly EncodedOpCase[]): OpCase[] {
  return encoded.map(({ op, note, inputs, attributes, outputs }) => {
    const builder = new GraphBuilder(op);
    const values = inputs.map(({ dtype, shape }, i) => builder.input(`x${i}`, dtype, shape));
    builder.rawNode(op as OpName, values, attributes).forEach((value, i) => builder.output(`y${i}`, value));
    return {
      name: note === '' ? op : `${op} (${note})`,
      op: op as OpName,
      graph: builder.build(),
      feeds: Object.fromEntries(inputs.map((input, i) => [`x${i}`, decode(input)])),
      expected: outputs.map(decode),
      usesFloat16: [...inputs, ...outputs].some(({ dtype }) => dtype === 'float16'),
    };
  });
}

/** Largest absolute difference of two tensors of one shape; NaN if either has one where the other does not. */
export function largestDifference(a: Tensor, b: Tensor): number {
  const at = (tensor: Tensor, i: number): number => (tensor.dtype === 'float16' ? fromHalfBits(Number(tensor.data[i])) : Number(tensor.data[i]));
  let largest = 0;
  for (let i = 0; i < a.data.length; i++) {
    const difference = Math.abs(at(a, i) - at(b, i));
    if (!(difference <= largest)) largest = difference;
    if (Number.isNaN(difference)) return NaN;
  }
  return largest;
}

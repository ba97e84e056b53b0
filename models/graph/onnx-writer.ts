/** @file Writes a graph as an ONNX file in memory. Weights are named, never copied: they are graph inputs, or references into other bytes. */
import { bytesPerElement, type DType } from '../tensor/dtype.ts';
import type { Shape } from '../tensor/shape.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { Graph, Node, Value } from './graph.ts';
import { nameValues, type OnnxNames } from './onnx-names.ts';
import { onnxDataType } from './ops/elementwise.ts';
import { opDefinition } from './ops/index.ts';
import { ProtobufWriter } from './protobuf.ts';

const irVersion = 10;
/** Gelu came with 20, Cast and Pad of today with 21; onnxruntime 1.30 has WebGPU kernels for all of ours at 21. */
export const onnxOpset = 21;

/** Where a weight's bytes are: a range of what the runtime knows as `location`. */
export interface ExternalRange {
  readonly location: string;
  readonly offset: number;
  readonly length: number;
}

export interface OnnxModel {
  readonly bytes: Uint8Array;
  /** Name in the graph -> name in the file. */
  readonly inputNames: ReadonlyMap<string, string>;
  readonly parameterNames: ReadonlyMap<string, string>;
  readonly outputNames: ReadonlyMap<string, string>;
}

export interface OnnxOptions {
  /** `inputs` (default): weights are fed. A function: weights are initializers, and this tells where the bytes of each lie. */
  readonly parametersAs?: 'inputs' | ((parameter: Value) => ExternalRange);
}

/** ONNX attributes that are floats; every other number is an integer. */
const floatAttributes = new Set(['alpha', 'beta', 'epsilon', 'scale']);
const attributeType = { float: 1, int: 2, string: 3, ints: 7 } as const;

/**
 * The graph as ONNX bytes, opset 21 and com.microsoft 1.
 *
 * @returns bytes owned by the caller, and how names were mapped
 */
export function writeOnnx(graph: Graph, { parametersAs = 'inputs' }: OnnxOptions = {}): OnnxModel {
  const names = nameValues(graph);
  const nameOf = (value: Value): string => names.ofValue.get(value)!;
  const constants = new ConstantPool(names);

  const body = new ProtobufWriter();
  const used = new Set<Value>([...graph.nodes.flatMap((node) => node.inputs), ...graph.outputs.map(({ value }) => value)]);
  for (const node of graph.nodes) body.message(1, (writer) => writeNode(writer, node, nameOf, constants, used));
  graph.outputs.forEach(({ value }, i) => {
    const output = names.ofOutput[i]!;
    if (nameOf(value) !== output) body.message(1, (writer) => writer.string(1, nameOf(value)).string(2, output).string(4, 'Identity'));
  });
  body.string(2, graph.name);
  for (const [value, tensor] of graph.constants) body.message(5, (writer) => writeTensor(writer, nameOf(value), tensor));
  for (const [name, tensor] of constants.entries()) body.message(5, (writer) => writeTensor(writer, name, tensor));
  for (const value of graph.inputs) body.message(11, (writer) => writeValueInfo(writer, nameOf(value), value));
  for (const value of graph.parameters) {
    if (parametersAs === 'inputs') body.message(11, (writer) => writeValueInfo(writer, nameOf(value), value));
    else body.message(5, (writer) => writeReference(writer, nameOf(value), value, parametersAs(value)));
  }
  graph.outputs.forEach(({ value }, i) => body.message(12, (writer) => writeValueInfo(writer, names.ofOutput[i]!, value)));

  const model = new ProtobufWriter().int(1, irVersion).string(2, 'likeness').bytes(7, body.finish());
  model.message(8, (writer) => writer.string(1, '').int(2, onnxOpset));
  model.message(8, (writer) => writer.string(1, 'com.microsoft').int(2, 1));
  const mapNames = (values: readonly Value[]): Map<string, string> => new Map(values.map((value) => [value.name, nameOf(value)]));
  return {
    bytes: model.finish(),
    inputNames: mapNames(graph.inputs),
    parameterNames: mapNames(graph.parameters),
    outputNames: new Map(graph.outputs.map(({ name }, i) => [name, names.ofOutput[i]!])),
  };
}

/** Small tensors that ONNX wants as inputs where the graph has attributes; equal ones are written once. */
class ConstantPool {
  readonly #byContent = new Map<string, string>();
  readonly #tensors = new Map<string, Tensor>();
  readonly #names: OnnxNames;

  constructor(names: OnnxNames) {
    this.#names = names;
  }

  nameOf(tensor: Tensor): string {
    const content = `${tensor.dtype}[${tensor.shape.join()}]${tensor.data.join()}`;
    const known = this.#byContent.get(content);
    if (known !== undefined) return known;
    const name = this.#names.fresh('static');
    this.#byContent.set(content, name);
    this.#tensors.set(name, tensor);
    return name;
  }

  entries(): Iterable<[string, Tensor]> {
    return this.#tensors;
  }
}

function writeNode(writer: ProtobufWriter, node: Node, nameOf: (value: Value) => string, constants: ConstantPool, used: ReadonlySet<Value>): void {
  const form = opDefinition(node.op).onnx?.(node.attributes, node.inputs) ?? {};
  for (const input of node.inputs) writer.string(1, nameOf(input));
  for (const tensor of form.extraInputs ?? []) writer.string(1, tensor === null ? '' : constants.nameOf(tensor));
  // Statistics that nobody reads are left out, so that no kernel writes them. Split must name every piece.
  const outputs = node.op === 'LayerNormalization' ? node.outputs.slice(0, 1 + node.outputs.findLastIndex((output) => used.has(output))) : node.outputs;
  for (const output of outputs) writer.string(2, nameOf(output));
  writer.string(3, nameOf(node.outputs[0]!)).string(4, form.opType ?? node.op);
  for (const [name, value] of Object.entries(form.attributes ?? node.attributes)) writer.message(5, (nested) => writeAttribute(nested, name, value));
  if (form.domain !== undefined && form.domain !== '') writer.string(7, form.domain);
}

function writeAttribute(writer: ProtobufWriter, name: string, value: number | string | boolean | readonly number[]): void {
  writer.string(1, name);
  if (typeof value === 'string') writer.bytes(4, new TextEncoder().encode(value)).int(20, attributeType.string);
  else if (typeof value === 'object') writer.ints(8, value).int(20, attributeType.ints);
  else if (floatAttributes.has(name)) writer.float(2, Number(value)).int(20, attributeType.float);
  else writer.int(3, Number(value)).int(20, attributeType.int);
}

function writeTensor(writer: ProtobufWriter, name: string, { dtype, shape, data }: Tensor): void {
  writer.ints(1, shape).int(2, onnxDataType[dtype]).string(8, name);
  writer.bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.length * bytesPerElement[dtype]));
}

function writeReference(writer: ProtobufWriter, name: string, { dtype, shape }: Value, range: ExternalRange): void {
  writer.ints(1, shape).int(2, onnxDataType[dtype]).string(8, name);
  const entries = { location: range.location, offset: String(range.offset), length: String(range.length) };
  for (const [key, value] of Object.entries(entries)) writer.message(13, (nested) => nested.string(1, key).string(2, value));
  writer.int(14, 1);
}

function writeValueInfo(writer: ProtobufWriter, name: string, { dtype, shape }: { readonly dtype: DType; readonly shape: Shape }): void {
  writer.string(1, name).message(2, (type) =>
    type.message(1, (tensorType) =>
      tensorType.int(1, onnxDataType[dtype]).message(2, (dims) => {
        for (const size of shape) dims.message(1, (dim) => dim.int(1, size));
      }),
    ),
  );
}

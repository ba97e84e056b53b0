/**
 * @file How much memory onnxruntime asks for at once when it runs a graph on a processor: a model of its allocation planner.
 *
 * [Note: buffers that wait] The planner gives a buffer that is free again to a later tensor of the same shape, and until then the buffer
 * is kept. So more is held than `live-bytes.ts` counts: for one training sample of BK-SDM-tiny at 256 px that counts 390 MiB, this 463, and
 * onnxruntime 1.30's profiler 466.
 */
import { dataflowOf, type Dataflow } from './dataflow.ts';
import type { Graph, Node, Value } from './graph.ts';
import { sizeBytes } from './live-bytes.ts';
import type { ConvTransposeAttributes } from './ops/convolution.ts';
import { orderOf } from './runtime-order.ts';

/** Kernels that may write their result over an input of the same shape that nobody needs afterwards. */
const inPlace: ReadonlySet<string> = new Set([
  'Add', 'Sub', 'Mul', 'Div', 'Neg', 'Exp', 'Erf', 'Sqrt', 'Reciprocal', 'Sigmoid', 'Tanh', 'Relu', 'Clip', 'Sin', 'Cos', 'Log', 'Abs', 'Softmax', 'Softplus',
]); // prettier-ignore

/** What a transposed convolution unfolds: [channels * window, pixels] in full. Plain ones work in strips. */
function scratchBytes({ op, inputs, outputs, attributes }: Node): number {
  if (op !== 'ConvTranspose') return 0;
  const [x, weight] = inputs as [Value, Value];
  const { group } = attributes as unknown as ConvTransposeAttributes;
  const window = weight.shape.slice(2).reduce((product, size) => product * size, 1);
  if (window === 1) return 0;
  const pixels = x.shape.slice(2).reduce((product, size) => product * size, 1);
  return 4 * (outputs[0]!.shape[1]! / group) * window * pixels;
}

/** Buffers by number: how large, and from which to which position of the order they are held. `Infinity`: to the end. */
interface Buffers {
  readonly bytes: readonly number[];
  readonly from: readonly number[];
  readonly to: readonly number[];
}

/** A number for each dtype and shape. */
function numberShapes(values: readonly Value[]): { readonly shapeOf: Int32Array; readonly count: number } {
  const known = new Map<string, number>();
  const shapeOf = Int32Array.from(values, ({ dtype, shape }) => {
    const key = `${dtype}${shape.join('x')}`;
    const number = known.get(key) ?? known.size;
    known.set(key, number);
    return number;
  });
  return { shapeOf, count: known.size };
}

/** Gives every computed value a buffer, as the planner does. */
function assignBuffers({ nodes, outputs }: Graph, { values, firstOutput, firstInput, inputs, numberOf }: Dataflow, order: Int32Array): Buffers {
  const isKept = new Uint8Array(values.length);
  for (const { value } of outputs) isKept[numberOf.get(value)!] = 1;
  const readers = new Int32Array(values.length);
  for (const input of inputs) if (input >= 0) readers[input] = readers[input]! + 1;
  const { shapeOf, count } = numberShapes(values);
  const bufferOf = new Int32Array(values.length).fill(-1);
  const [bytes, from, to, uses]: [number[], number[], number[], number[]] = [[], [], [], []];
  // By shape, the one that was freed last on top.
  const waiting = Array.from({ length: count }, (): number[] => []);

  /** The buffer that an output takes over from an input, or from a tensor that is done with; -1 for none. */
  const reusable = (n: number, output: number): number => {
    const { op } = nodes[n]!;
    const first = firstInput[n]!;
    if (op === 'Reshape') return inputs[first]! < 0 ? -1 : bufferOf[inputs[first]!]!;
    if (isKept[output] === 1) return -1;
    const shape = shapeOf[output]!;
    for (let i = first; inPlace.has(op) && i < firstInput[n + 1]!; i++) {
      const input = inputs[i]!;
      if (input >= 0 && shapeOf[input] === shape && uses[bufferOf[input]!] === 1) return bufferOf[input]!;
    }
    return waiting[shape]!.pop() ?? -1;
  };
  const finish = (value: number, position: number): void => {
    const buffer = bufferOf[value]!;
    to[buffer] = Math.max(to[buffer]!, position);
    const left = uses[buffer]! - (readers[value]! > 0 ? 1 : 0);
    uses[buffer] = left;
    if (left <= 0) waiting[shapeOf[value]!]!.push(buffer);
  };
  order.forEach((n, position) => {
    for (let output = firstOutput[n]!; output < firstOutput[n + 1]!; output++) {
      let buffer = reusable(n, output);
      if (buffer < 0) {
        buffer = bytes.push(sizeBytes(values[output]!)) - 1;
        from.push(position);
        to.push(position);
        uses.push(0);
      }
      bufferOf[output] = buffer;
      uses[buffer] = uses[buffer]! + readers[output]! + (isKept[output] === 1 ? Infinity : 0);
      to[buffer] = isKept[output] === 1 ? Infinity : Math.max(to[buffer]!, position);
    }
    for (let i = firstInput[n]!; i < firstInput[n + 1]!; i++) if (inputs[i]! >= 0) finish(inputs[i]!, position);
    for (let output = firstOutput[n]!; output < firstOutput[n + 1]!; output++) if (readers[output] === 0) finish(output, position);
  });
  return { bytes, from, to };
}

/** Peak bytes of a run, the kernels' own working memory included. Inputs, weights and constants are not counted. */
export function plannedPeakBytes(graph: Graph): number {
  const dataflow = dataflowOf(graph);
  const order = orderOf(dataflow);
  const { bytes, from, to } = assignBuffers(graph, dataflow, order);
  const change = new Float64Array(order.length + 1);
  bytes.forEach((size, i) => {
    change[from[i]!] = change[from[i]!]! + size;
    if (to[i]! < order.length) change[to[i]! + 1] = change[to[i]! + 1]! - size;
  });
  let [live, peak] = [0, 0];
  order.forEach((n, position) => {
    live += change[position]!;
    peak = Math.max(peak, live + scratchBytes(graph.nodes[n]!));
  });
  return peak;
}

/**
 * @file How much memory onnxruntime asks for at once when it runs a graph on a processor: a model of its allocation planner.
 *
 * [Note: buffers that wait] The planner gives a buffer that is free again to a later tensor of the same shape, and until then the buffer
 * is kept. So more is held than `live-bytes.ts` counts: for one training sample of BK-SDM-tiny at 256 px that counts 390 MiB, this 463, and
 * onnxruntime 1.30's profiler 466.
 */
import type { Graph, Node, Value } from './graph.ts';
import { sizeBytes } from './live-bytes.ts';
import type { ConvTransposeAttributes } from './ops/convolution.ts';
import { runtimeOrder } from './runtime-order.ts';

/** Kernels that may write their result over an input of the same shape that nobody needs afterwards. */
const inPlace: ReadonlySet<string> = new Set([
  'Add', 'Sub', 'Mul', 'Div', 'Neg', 'Exp', 'Erf', 'Sqrt', 'Reciprocal', 'Sigmoid', 'Tanh', 'Relu', 'Clip', 'Sin', 'Cos', 'Log', 'Abs', 'Softmax', 'Softplus',
]); // prettier-ignore

interface Buffer {
  readonly bytes: number;
  readonly from: number;
  to: number;
}

const shapeKey = ({ dtype, shape }: Value): string => `${dtype}${shape.join('x')}`;

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

/** Gives every computed value a buffer, as the planner does. */
function assignBuffers(nodes: readonly Node[], { outputs: graphOutputs }: Graph): readonly Buffer[] {
  const kept = new Set<Value>(graphOutputs.map(({ value }) => value));
  const uses = new Map<Buffer, number>();
  const readers = new Map<Value, number>();
  for (const { inputs } of nodes) for (const input of inputs) readers.set(input, (readers.get(input) ?? 0) + 1);
  const bufferOf = new Map<Value, Buffer>();
  // By shape, the one that was freed last on top.
  const waiting = new Map<string, Buffer[]>();
  const buffers: Buffer[] = [];

  /** The buffer that an output takes over from an input, or from a tensor that is done with. */
  const reusable = (node: Node, output: Value): Buffer | undefined => {
    if (node.op === 'Reshape') return bufferOf.get(node.inputs[0]!);
    if (kept.has(output)) return undefined;
    const key = shapeKey(output);
    const overwritten = inPlace.has(node.op) ? node.inputs.find((input) => uses.get(bufferOf.get(input)!) === 1 && shapeKey(input) === key) : undefined;
    return overwritten === undefined ? waiting.get(key)?.pop() : bufferOf.get(overwritten);
  };
  const finish = (value: Value, position: number): void => {
    const buffer = bufferOf.get(value);
    if (buffer === undefined) return; // an input or a weight
    buffer.to = Math.max(buffer.to, position);
    const left = uses.get(buffer)! - (readers.has(value) ? 1 : 0);
    uses.set(buffer, left);
    if (left > 0) return;
    const key = shapeKey(value);
    const free = waiting.get(key);
    if (free === undefined) waiting.set(key, [buffer]);
    else free.push(buffer);
  };
  nodes.forEach((node, position) => {
    for (const output of node.outputs) {
      const reused = reusable(node, output);
      const buffer = reused ?? { bytes: sizeBytes(output), from: position, to: position };
      if (reused === undefined) buffers.push(buffer);
      bufferOf.set(output, buffer);
      uses.set(buffer, (uses.get(buffer) ?? 0) + (readers.get(output) ?? 0) + (kept.has(output) ? Infinity : 0));
      buffer.to = kept.has(output) ? Infinity : Math.max(buffer.to, position);
    }
    for (const input of node.inputs) finish(input, position);
    for (const output of node.outputs) if (!readers.has(output)) finish(output, position);
  });
  return buffers;
}

/** Peak bytes of a run, the kernels' own working memory included. Inputs, weights and constants are not counted. */
export function plannedPeakBytes(graph: Graph): number {
  const nodes = runtimeOrder(graph);
  const buffers = assignBuffers(nodes, graph);
  const change = new Float64Array(nodes.length + 1);
  for (const { bytes, from, to } of buffers) {
    change[from] = change[from]! + bytes;
    if (to < nodes.length) change[to + 1] = change[to + 1]! - bytes;
  }
  let [live, peak] = [0, 0];
  nodes.forEach((node, position) => {
    live += change[position]!;
    peak = Math.max(peak, live + scratchBytes(node));
  });
  return peak;
}

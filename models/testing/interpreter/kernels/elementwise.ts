/** @file Reference kernels of ops that treat each element by itself. */
import type { AttributesOf } from '../../../graph/ops/index.ts';
import type { elementwiseOps } from '../../../graph/ops/elementwise.ts';
import { broadcastTo, type Kernel } from '../kernel.ts';

const unary =
  (apply: (x: number) => number): Kernel<object> =>
  ([x]) => [x!.data.map(apply)];

const binary =
  (apply: (a: number, b: number) => number): Kernel<object> =>
  ([a, b], _, [shape]) => {
    const [left, right] = [broadcastTo(a!, shape!), broadcastTo(b!, shape!)];
    return [left.map((element, i) => apply(element, right[i]!))];
  };

/** The error function to double precision: 2 / sqrt(pi) * exp(-x^2) * sum of 2^n x^(2n+1) / (2n+1)!!, all terms of one sign. */
export function errorFunction(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x);
  let [term, sum] = [x, x];
  for (let n = 1; Math.abs(term) > 1e-18 * Math.abs(sum); n++) {
    term *= (2 * x * x) / (2 * n + 1);
    sum += term;
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

export const elementwiseKernels: { readonly [Op in keyof typeof elementwiseOps]: Kernel<AttributesOf<Op>> } = {
  Identity: unary((x) => x),
  Neg: unary((x) => -x),
  Abs: unary(Math.abs),
  Exp: unary(Math.exp),
  Log: unary(Math.log),
  Sqrt: unary(Math.sqrt),
  Reciprocal: unary((x) => 1 / x),
  Sin: unary(Math.sin),
  Cos: unary(Math.cos),
  Tanh: unary(Math.tanh),
  Sigmoid: unary(sigmoid),
  Erf: unary(errorFunction),
  Relu: unary((x) => Math.max(x, 0)),
  Floor: unary(Math.floor),
  Add: binary((a, b) => a + b),
  Sub: binary((a, b) => a - b),
  Mul: binary((a, b) => a * b),
  Div: binary((a, b) => a / b),
  Max: binary(Math.max),
  Min: binary(Math.min),
  Greater: binary((a, b) => (a > b ? 1 : 0)),
  GreaterOrEqual: binary((a, b) => (a >= b ? 1 : 0)),
  Less: binary((a, b) => (a < b ? 1 : 0)),
  LessOrEqual: binary((a, b) => (a <= b ? 1 : 0)),

  Where: ([condition, a, b], _, [shape]) => {
    const [left, right] = [broadcastTo(a!, shape!), broadcastTo(b!, shape!)];
    return [Float64Array.from(broadcastTo(condition!, shape!), (holds, i) => (holds ? left[i]! : right[i]!))];
  },
  Cast: ([x], { to }) => {
    if (to === 'bool') return [x!.data.map((element) => (element === 0 ? 0 : 1))];
    return [to === 'int32' || to === 'int64' ? x!.data.map(Math.trunc) : x!.data.slice()];
  },
  Clip: ([x], { min, max }) => [x!.data.map((element) => Math.min(Math.max(element, min), max))],
  PRelu: ([x, slope], _, [shape]) => {
    const slopes = broadcastTo(slope!, shape!);
    return [x!.data.map((element, i) => (element > 0 ? element : slopes[i]! * element))];
  },
  Gelu: unary((x) => 0.5 * x * (1 + errorFunction(x / Math.SQRT2))),
  QuickGelu: ([x], { alpha }) => [x!.data.map((element) => element * sigmoid(alpha * element))],
};

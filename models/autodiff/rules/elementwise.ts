/** @file Gradients of ops that treat each element by itself. Kinks follow PyTorch except ties of Max and Min, which go to the first operand. */
import type { AttributesOf, OpName } from '../../graph/ops/index.ts';
import type { elementwiseOps } from '../../graph/ops/elementwise.ts';
import type { TableEntry } from '../gradient-rule.ts';

export const elementwiseRules: { readonly [Op in keyof typeof elementwiseOps & OpName]: TableEntry<AttributesOf<Op>> } = {
  Identity: ({ gradient }) => [() => gradient],
  Neg: ({ math, gradient }) => [() => math.neg(gradient)],
  Abs: ({ math, gradient, inputs: [x] }) => [
    () => {
      const zero = math.builder.scalar(0);
      const side = (op: 'Greater' | 'Less') => math.builder.node('Cast', [math.builder.node(op, [x!, zero])], { to: x!.dtype });
      return math.mul(gradient, math.sub(side('Greater'), side('Less')));
    },
  ],
  Exp: ({ math, gradient, outputs: [y] }) => [() => math.mul(gradient, y!)],
  Log: ({ math, gradient, inputs: [x] }) => [() => math.div(gradient, x!)],
  Sqrt: ({ math, gradient, outputs: [y] }) => [() => math.div(math.scale(gradient, 0.5), y!)],
  Reciprocal: ({ math, gradient, outputs: [y] }) => [() => math.neg(math.mul(math.mul(gradient, y!), y!))],
  Sin: ({ math, gradient, inputs: [x] }) => [() => math.mul(gradient, math.builder.node('Cos', [x!]))],
  Cos: ({ math, gradient, inputs: [x] }) => [() => math.neg(math.mul(gradient, math.builder.node('Sin', [x!])))],
  Tanh: ({ math, gradient, outputs: [y] }) => [() => math.mul(gradient, math.oneMinus(math.mul(y!, y!)))],
  Sigmoid: ({ math, gradient, outputs: [y] }) => [() => math.mul(math.mul(gradient, y!), math.oneMinus(y!))],
  Erf: ({ math, gradient, inputs: [x] }) => [
    () => math.mul(gradient, math.scale(math.builder.node('Exp', [math.neg(math.mul(x!, x!))]), 2 / Math.sqrt(Math.PI))),
  ],
  Relu: ({ math, gradient, outputs: [y] }) => [() => math.keepWhere(math.builder.node('Greater', [y!, math.builder.scalar(0)]), gradient)],
  Floor: 'flat',

  Add: ({ math, gradient, inputs: [a, b] }) => [() => math.sumTo(gradient, a!.shape), () => math.sumTo(gradient, b!.shape)],
  Sub: ({ math, gradient, inputs: [a, b] }) => [() => math.sumTo(gradient, a!.shape), () => math.neg(math.sumTo(gradient, b!.shape))],
  Mul: ({ math, gradient, inputs: [a, b] }) => {
    if (a === b) return [() => math.mul(gradient, math.scale(a!, 2)), undefined];
    return [() => math.sumTo(math.mul(gradient, b!), a!.shape), () => math.sumTo(math.mul(gradient, a!), b!.shape)];
  },
  Div: ({ math, gradient, inputs: [a, b], outputs: [y] }) => [
    () => math.sumTo(math.div(gradient, b!), a!.shape),
    () => math.neg(math.sumTo(math.div(math.mul(gradient, y!), b!), b!.shape)),
  ],
  Max: ({ math, gradient, inputs: [a, b] }) => {
    const first = () => math.builder.node('GreaterOrEqual', [a!, b!]);
    return [() => math.sumTo(math.keepWhere(first(), gradient), a!.shape), () => math.sumTo(math.dropWhere(first(), gradient), b!.shape)];
  },
  Min: ({ math, gradient, inputs: [a, b] }) => {
    const first = () => math.builder.node('LessOrEqual', [a!, b!]);
    return [() => math.sumTo(math.keepWhere(first(), gradient), a!.shape), () => math.sumTo(math.dropWhere(first(), gradient), b!.shape)];
  },
  Greater: 'flat',
  GreaterOrEqual: 'flat',
  Less: 'flat',
  LessOrEqual: 'flat',
  Where: ({ math, gradient, inputs: [condition, a, b] }) => [
    undefined,
    () => math.sumTo(math.keepWhere(condition!, gradient), a!.shape),
    () => math.sumTo(math.dropWhere(condition!, gradient), b!.shape),
  ],

  Cast: ({ math, gradient, inputs: [x] }) => [() => math.builder.node('Cast', [gradient], { to: x!.dtype })],
  Clip: ({ math, gradient, inputs: [x], attributes: { min, max } }) => [
    () => {
      const above = math.builder.node('GreaterOrEqual', [x!, math.builder.scalar(min)]);
      const below = math.builder.node('LessOrEqual', [x!, math.builder.scalar(max)]);
      return math.keepWhere(above, math.keepWhere(below, gradient));
    },
  ],
  PRelu: ({ math, gradient, inputs: [x, slope] }) => {
    const positive = () => math.builder.node('Greater', [x!, math.builder.scalar(0)]);
    return [
      () => math.builder.node('Where', [positive(), gradient, math.mul(gradient, slope!)]),
      () => math.sumTo(math.dropWhere(positive(), math.mul(gradient, x!)), slope!.shape),
    ];
  },

  // With u = x / sqrt(2): (1 + erf(u) + 2 / sqrt(pi) * u * exp(-u^2)) / 2; the factor of the exponential goes into its exponent.
  Gelu: ({ math, gradient, inputs: [x] }) => [
    () => {
      const u = math.scale(x!, Math.SQRT1_2);
      const density = math.builder.node('Exp', [math.sub(math.builder.scalar(Math.log(2 / Math.sqrt(Math.PI))), math.mul(u, u))]);
      const twice = math.add(math.add(math.builder.node('Erf', [u]), math.mul(u, density)), math.builder.scalar(1));
      return math.mul(gradient, math.scale(twice, 0.5));
    },
  ],
  // s + alpha * y * (1 - s) with s = sigmoid(alpha * x): the output y = x * s saves one product.
  QuickGelu: ({ math, gradient, inputs: [x], outputs: [y], attributes: { alpha } }) => [
    () => {
      const sigmoid = math.builder.node('Sigmoid', [math.scale(x!, alpha)]);
      return math.mul(gradient, math.add(sigmoid, math.mul(math.scale(y!, alpha), math.oneMinus(sigmoid))));
    },
  ],
};

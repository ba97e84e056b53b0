import { expect, test } from 'vitest';
import { GraphBuilder } from '../graph/graph-builder.ts';
import type { Value } from '../graph/graph.ts';
import type { ValueType } from '../graph/ops/op-definition.ts';
import { verifyGraph } from '../graph/verify-graph.ts';
import { relativeError } from '../testing/finite-differences/finite-differences.ts';
import { createInterpreter } from '../testing/interpreter/interpreter-runner.ts';
import { TorchRandom } from '../tensor/random.ts';
import { elementCount } from '../tensor/shape.ts';
import { float32, type Tensor } from '../tensor/tensor.ts';
import { planTraining, type TrainingPlan, type TrainingRequest } from './checkpointing.ts';
import { compilePlan } from './run-plan.ts';
import { buildForward, foldStages } from './stage-graphs.ts';
import type { Stage } from './stage.ts';

const same = { strides: [1, 1], pads: [1, 1, 1, 1], dilations: [1, 1], group: 1 } as const;

/** Convolution, SiLU, and an adapter on it; in U form: the last block reads the first one's output as a skip. */
function block(name: string, reads: readonly string[], makes: string, adapter?: string): Stage {
  return {
    name,
    inputs: [...reads, ...(adapter === undefined ? [] : [adapter])],
    outputs: [makes],
    build: (builder, values) => {
      const parts = reads.map((input) => values.get(input)!);
      const x = parts.length === 1 ? parts[0]! : builder.node('Concat', parts, { axis: 1 });
      const weight = builder.parameter(`${name}.weight`, 'float32', [3, x.shape[1]!, 3, 3]);
      let y = builder.node('Conv', [x, weight], same);
      if (adapter !== undefined) y = builder.node('Add', [y, builder.node('Conv', [x, values.get(adapter)!], same)]);
      return new Map([[makes, builder.node('QuickGelu', [y], { alpha: 1 })]]);
    },
  };
}

/** Self-attention of the pixels, around a residual. */
const attend = (name: string, reads: string, makes: string): Stage => ({
  name,
  inputs: [reads],
  outputs: [makes],
  build: (builder, values) => {
    const x = values.get(reads)!;
    const columns = builder.node('Reshape', [x], { shape: [1, 3, elementCount(x.shape) / 3] });
    const rows = builder.node('Transpose', [columns], { perm: [0, 2, 1] });
    const weights = builder.node('Softmax', [builder.node('MatMul', [rows, columns])], { axis: 2 });
    const mixed = builder.node('Transpose', [builder.node('MatMul', [weights, rows])], { perm: [0, 2, 1] });
    return new Map([[makes, builder.node('Add', [builder.node('Reshape', [mixed], { shape: x.shape }), x])]]);
  },
});

const lossStage: Stage = {
  name: 'loss',
  inputs: ['prediction', 'target'],
  outputs: ['loss'],
  build: (builder, values) => {
    const difference = builder.node('Sub', [values.get('prediction')!, values.get('target')!]);
    return new Map([['loss', builder.node('ReduceMean', [builder.node('Mul', [difference, difference])], { axes: [0, 1, 2, 3], keepDims: false })]]);
  },
};

const picture = { dtype: 'float32', shape: [1, 3, 5, 4] } as const;
const request: TrainingRequest = {
  stages: [
    block('input', ['sample'], 'skip.0'),
    block('down', ['skip.0'], 'skip.1', 'shared'),
    block('mid', ['skip.1'], 'mid', 'own'),
    attend('attend', 'mid', 'attended'),
    block('up', ['attended', 'skip.1', 'skip.0'], 'prediction', 'wide'),
    lossStage,
  ],
  fed: new Map<string, ValueType>([
    ['sample', picture],
    ['target', picture],
    ['shared', { dtype: 'float32', shape: [3, 3, 3, 3] }],
    ['own', { dtype: 'float32', shape: [3, 3, 3, 3] }],
    ['wide', { dtype: 'float32', shape: [3, 9, 3, 3] }],
  ]),
  trained: ['shared', 'own', 'wide'],
  loss: 'loss',
};

function draw(seed: number, shape: readonly number[], scale: number): Tensor {
  return float32(
    shape,
    new TorchRandom(seed).normal(elementCount(shape)).map((element) => element * scale),
  );
}

const weights = new Map(
  request.stages
    .filter(({ name }) => name !== 'attend' && name !== 'loss')
    .map(({ name }, i) => [`${name}.weight`, draw(i + 1, [3, name === 'up' ? 9 : 3, 3, 3], 0.3)]),
);
const feeds = Object.fromEntries([...request.fed].map(([name, { shape }], i) => [name, draw(10 + i, shape, 0.5)]));

/** Loss and gradients by trained name. */
async function execute(plan: TrainingPlan): Promise<Map<string, Float64Array>> {
  for (const { graph } of plan.runs) verifyGraph(graph);
  const runner = createInterpreter('float64');
  const compiled = await compilePlan(runner, plan, [await runner.upload(weights)]);
  const results = await compiled.run(feeds);
  expect(Object.keys(results).sort(), 'nothing but results is left on the device').toEqual(['loss', ...plan.gradients.values()].sort());
  const read = async (name: string) => Float64Array.from((await results[name]!.read()).data as Float32Array);
  return new Map([
    ['loss', await read('loss')],
    ...(await Promise.all([...plan.gradients].map(async ([name, gradient]) => [name, await read(gradient)] as const))),
  ]);
}

test('an unlimited budget gives one run without recomputation', () => {
  const plan = planTraining(request, Infinity);
  expect(plan.runs).toHaveLength(1);
  expect(plan.runs[0]!.graph.nodes.filter(({ op, outputs }) => op === 'Conv' && !outputs[0]!.name.startsWith('gradient'))).toHaveLength(7);
});

test('block-wise gradients equal those of one graph, whatever the budget', async () => {
  const whole = await execute(planTraining(request, Infinity));
  const seen = new Set<string>();
  for (const budget of [0, 2500, 4000, 6000, 8000, 12000]) {
    const plan = planTraining(request, budget);
    seen.add(plan.groupSizes.join());
    for (const [name, gradient] of await execute(plan))
      expect(relativeError(gradient, whole.get(name)!), `${name}, groups ${plan.groupSizes.join()}`).toBeLessThan(1e-6);
  }
  expect(seen.size, `the budgets lead to different groups: ${[...seen].join(' | ')}`).toBeGreaterThan(2);
});

test('the gradient of one graph agrees with finite differences of the loss', async () => {
  const whole = await execute(planTraining(request, Infinity));
  const builder = new GraphBuilder('forward');
  const declared = new Map<string, Value>([...request.fed].map(([name, { dtype, shape }]) => [name, builder.input(name, dtype, shape)]));
  builder.output('loss', foldStages(builder, request.stages, declared).get('loss')!);
  const runner = createInterpreter('float64');
  const forward = await runner.compile(builder.build(), [await runner.upload(weights)]);
  const lossWith = async (element: number, step: number): Promise<number> => {
    const moved = Float32Array.from(feeds['own']!.data as Float32Array);
    moved[element]! += step;
    return (await forward.run({ ...feeds, own: float32([3, 3, 3, 3], moved) })).loss!.data[0] as number;
  };
  for (const element of [0, 40, 80]) {
    const slope = ((await lossWith(element, 0.01)) - (await lossWith(element, -0.01))) / 0.02;
    expect(whole.get('own')![element]).toBeCloseTo(slope, 4);
  }
});

test('a smaller budget lowers the estimated peak, down to single stages', () => {
  const [small, large] = [planTraining(request, 0), planTraining(request, Infinity)];
  expect(small.groupSizes).toEqual([1, 1, 1, 1, 1, 1]);
  expect(small.peakBytes).toBeLessThan(large.peakBytes);
});

test('attention weights are computed twice before the graph is cut', () => {
  const large = { dtype: 'float32', shape: [1, 3, 16, 16] } as const;
  const twice: TrainingRequest = {
    ...request,
    stages: request.stages.flatMap((stage) =>
      stage.name === 'attend' ? [attend('attend', 'mid', 'once'), attend('attend again', 'once', 'attended')] : [stage],
    ),
    fed: new Map([...request.fed, ['sample', large], ['target', large]]),
  };
  const whole = planTraining(twice, Infinity);
  const plan = planTraining(twice, whole.peakBytes * 0.95);
  expect([plan.runs.length, plan.peakBytes < whole.peakBytes * 0.85]).toEqual([1, true]);
  const count = ({ runs }: TrainingPlan): number => runs[0]!.graph.nodes.filter(({ op }) => op === 'Softmax').length;
  expect([count(whole), count(plan)]).toEqual([2, 4]);
});

test('a stage that no trained tensor reaches is not differentiated', () => {
  const plan = planTraining(request, 0);
  expect(plan.runs.map(({ graph }) => graph.name)).toEqual([
    'input, forward',
    'down, forward',
    'mid, forward',
    'attend, forward',
    'up, forward',
    'loss, backward',
    'up, backward',
    'attend, backward',
    'mid, backward',
    'down, backward',
  ]);
  expect(plan.runs.at(-1)!.graph.outputs.map(({ name }) => name)).toEqual(['shared.gradient']);
});

test('a trained tensor that two stages share gets the sum of both gradients', async () => {
  const sharing = {
    ...request,
    stages: request.stages.map((stage) => (stage.name === 'mid' ? block('mid', ['skip.1'], 'mid', 'shared') : stage)),
    trained: ['shared', 'wide'],
  };
  const whole = await execute(planTraining(sharing, Infinity));
  const staged = await execute(planTraining(sharing, 0));
  for (const [name, gradient] of staged) expect(relativeError(gradient, whole.get(name)!), name).toBeLessThan(1e-6);
});

test('a trained tensor that the loss does not depend on is an error, not a zero', () => {
  const unused: TrainingRequest = { ...request, fed: new Map([...request.fed, ['idle', picture]]), trained: [...request.trained, 'idle'] };
  expect(() => planTraining(unused, Infinity)).toThrow('loss does not depend on idle');
});

test('a stage that reads what nobody made is named', () => {
  expect(() => buildForward(block('lonely', ['nowhere'], 'y'), new Map())).toThrow('stage lonely needs nowhere');
});

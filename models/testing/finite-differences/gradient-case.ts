/** @file A piece of graph with inputs to draw at random: what a gradient rule is tried on, here and on every backend. */
import { appendGradients } from '../../autodiff/differentiate.ts';
import { GraphBuilder } from '../../graph/graph-builder.ts';
import type { Graph, Value } from '../../graph/graph.ts';
import { verifyGraph } from '../../graph/verify-graph.ts';
import type { DType } from '../../tensor/dtype.ts';
import { TorchRandom } from '../../tensor/random.ts';
import { elementCount, type Shape } from '../../tensor/shape.ts';
import type { Numbers } from '../interpreter/numbers.ts';

/** How an input is drawn: standard normal; uniform in [0.5, 2] for ops with a narrower domain; whole numbers from 0 below a limit. */
export type Domain = 'normal' | 'positive' | { readonly below: number };

/** One input: a shape alone is float32 and normal. */
export type CaseInput = Shape | { readonly shape: Shape; readonly dtype?: DType; readonly domain?: Domain };

export interface GradientCase {
  readonly name: string;
  readonly inputs: Readonly<Record<string, { readonly shape: Shape; readonly dtype: DType; readonly domain: Domain }>>;
  /** Adds the nodes; every output gets a random gradient. */
  readonly build: (builder: GraphBuilder, values: Readonly<Record<string, Value>>) => readonly Value[];
}

/** States a case; the compiler knows the inputs' names. */
export function gradientCase<Name extends string>(
  name: string,
  inputs: Readonly<Record<Name, CaseInput>>,
  build: (builder: GraphBuilder, values: Readonly<Record<Name, Value>>) => Value | readonly Value[],
): GradientCase {
  const complete = Object.entries<CaseInput>(inputs).map(([input, given]) => {
    const { shape, dtype = 'float32', domain = 'normal' } = 'shape' in given ? given : { shape: given };
    return [input, { shape, dtype, domain }] as const;
  });
  return {
    name,
    inputs: Object.fromEntries(complete),
    build: (builder, values) => {
      const built = build(builder, values as Readonly<Record<Name, Value>>);
      return 'name' in built ? [built] : built;
    },
  };
}

/** A case as two verified graphs over the same inputs. */
export interface CaseGraphs {
  /** Outputs `output0`, `output1`, ... */
  readonly forward: Graph;
  /** Takes the inputs and `seed0`, `seed1`, ...; outputs the gradient of each float32 input `x` as `d_x`. */
  readonly backward: Graph;
}

/**
 * Builds both graphs of a case.
 *
 * @throws {AppError} whatever differentiation throws
 */
export function caseGraphs(gradientCase: GradientCase): CaseGraphs {
  const start = (suffix: string) => {
    const builder = new GraphBuilder(`${gradientCase.name}${suffix}`);
    const values = Object.fromEntries(Object.entries(gradientCase.inputs).map(([name, { dtype, shape }]) => [name, builder.input(name, dtype, shape)]));
    return { builder, values, outputs: gradientCase.build(builder, values) };
  };
  const forward = start('');
  forward.outputs.forEach((output, i) => forward.builder.output(`output${i}`, output));

  const { builder, values, outputs } = start(', backward');
  const seeds = new Map(outputs.map((output, i) => [output, builder.input(`seed${i}`, output.dtype, output.shape)]));
  const wanted = Object.values(values).filter(({ dtype }) => dtype === 'float32');
  appendGradients(builder, seeds, wanted).forEach((gradient, { name }) => builder.output(`d_${name}`, gradient));

  const graphs = { forward: forward.builder.build(), backward: builder.build() };
  verifyGraph(graphs.forward);
  verifyGraph(graphs.backward);
  return graphs;
}

/** Draws a float32-exact value for each input of a case and for the gradient of each output; always the same ones. */
export function drawValues({ inputs }: GradientCase, { forward }: CaseGraphs): Map<string, Numbers> {
  const random = new TorchRandom(7);
  const draw = (shape: Shape, domain: Domain): Numbers => {
    const count = elementCount(shape);
    if (domain === 'normal') return { shape, data: Float64Array.from(random.normal(count)) };
    if (domain === 'positive') return { shape, data: Float64Array.from(random.uniform(count), (u) => Math.fround(0.5 + 1.5 * u)) };
    return { shape, data: Float64Array.from(random.integers(domain.below, count)) };
  };
  return new Map([
    ...Object.entries(inputs).map(([name, { shape, domain }]) => [name, draw(shape, domain)] as const),
    ...forward.outputs.map(({ value }, i) => [`seed${i}`, draw(value.shape, 'normal')] as const),
  ]);
}

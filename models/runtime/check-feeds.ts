/** @file Checks that every runner makes alike, so that a wrong feed is the same error everywhere. */
import { AppError } from '../errors/app-error.ts';
import type { Graph, Value } from '../graph/graph.ts';
import { formatType } from '../graph/ops/op-definition.ts';
import { elementCount, shapesEqual } from '../tensor/shape.ts';
import { isDeviceTensor, type Feed, type WeightSet } from './graph-runner.ts';

/**
 * The feed of every declared input, in the graph's order.
 *
 * @throws {AppError} `shape-mismatch` naming the graph and the input that is missing, of another dtype or shape, or not filled
 */
export function checkFeeds(graph: Graph, feeds: Readonly<Record<string, Feed>>): [Value, Feed][] {
  return graph.inputs.map((input) => {
    const feed = Object.hasOwn(feeds, input.name) ? feeds[input.name] : undefined;
    if (feed === undefined) throw new AppError('shape-mismatch', { message: `${graph.name} needs ${input.name}: ${formatType(input)}, and got nothing` });
    if (feed.dtype !== input.dtype || !shapesEqual(feed.shape, input.shape)) {
      throw new AppError('shape-mismatch', { message: `${graph.name} needs ${input.name}: ${formatType(input)}, and got ${formatType(feed)}` });
    }
    if (!isDeviceTensor(feed) && feed.data.length !== elementCount(input.shape)) {
      throw new AppError('shape-mismatch', { message: `${input.name} of ${graph.name} is ${formatType(input)} and has ${feed.data.length} elements` });
    }
    return [input, feed];
  });
}

/**
 * The first weight set that has each parameter of the graph.
 *
 * @throws {AppError} `weights-missing` naming up to three parameters that are in none
 */
export function resolveWeights<Set extends WeightSet>(graph: Graph, sets: readonly Set[]): Map<Value, Set> {
  const found = new Map<Value, Set>();
  const missing: string[] = [];
  for (const parameter of graph.parameters) {
    const owner = sets.find((set) => set.has(parameter.name));
    if (owner === undefined) missing.push(parameter.name);
    else found.set(parameter, owner);
  }
  if (missing.length > 0) {
    const more = missing.length > 3 ? ` and ${missing.length - 3} more` : '';
    throw new AppError('weights-missing', { message: `${graph.name} needs ${missing.slice(0, 3).join(', ')}${more}, and no weights have them` });
  }
  return found;
}

/**
 * Says that a weight has the dtype and shape its parameter declares.
 *
 * @throws {AppError} `shape-mismatch` naming the weight and both types
 */
export function checkWeight(graph: Graph, parameter: Value, weight: Pick<Value, 'dtype' | 'shape'>): void {
  if (weight.dtype !== parameter.dtype || !shapesEqual(weight.shape, parameter.shape)) {
    throw new AppError('shape-mismatch', {
      message: `${graph.name} takes ${parameter.name} as ${formatType(parameter)}, and the weights have ${formatType(weight)}`,
    });
  }
}

/** @file A model cut in pieces: the unit of block-wise training, tied to its neighbours only by the names of boundary tensors. */
import type { GraphBuilder } from '../graph/graph-builder.ts';
import type { Value } from '../graph/graph.ts';

/**
 * One piece of a model, such as a UNet block.
 *
 * Weights are asked of the builder by name (`builder.parameter`); trained tensors and everything that changes between runs
 * are named in `inputs`. A tensor that a later stage needs (a skip connection) is an output here and an input there, under
 * the same name. A name is made by one stage only.
 */
export interface Stage {
  readonly name: string;
  /** Names of the tensors that `build` reads from `values`: graph inputs, LoRA matrices, outputs of earlier stages. */
  readonly inputs: readonly string[];
  /** Names of the tensors that `build` returns. */
  readonly outputs: readonly string[];
  /** Adds the nodes of this stage to `builder`; returns exactly the values named in `outputs`. */
  build(builder: GraphBuilder, values: ReadonlyMap<string, Value>): ReadonlyMap<string, Value>;
}

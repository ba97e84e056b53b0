/** @file The op registry. Its keys are the `OpName` type: the gradient table and the interpreter must answer for each of them. */
import { convolutionOps } from './convolution.ts';
import { elementwiseOps } from './elementwise.ts';
import { matmulOps } from './matmul.ts';
import { movementOps } from './movement.ts';
import { normalizationOps } from './normalization.ts';
import type { OpDefinition } from './op-definition.ts';
import { reductionOps } from './reduction.ts';

export const ops = {
  ...elementwiseOps,
  ...matmulOps,
  ...convolutionOps,
  ...normalizationOps,
  ...reductionOps,
  ...movementOps,
} as const;

export type OpName = keyof typeof ops;

/** The attributes that an op takes. */
export type AttributesOf<Op extends OpName> = (typeof ops)[Op] extends OpDefinition<infer A> ? A : never;

/** The definition of an op whose attribute type is not known statically. */
export function opDefinition(op: OpName): OpDefinition<object> {
  return ops[op] as unknown as OpDefinition<object>;
}

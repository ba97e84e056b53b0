/** @file The table: one entry for each op of `graph/ops`. An op without an entry does not compile. */
import type { AttributesOf, OpName } from '../graph/ops/index.ts';
import type { TableEntry } from './gradient-rule.ts';
import { convolutionRules } from './rules/convolution.ts';
import { elementwiseRules } from './rules/elementwise.ts';
import { matmulRules } from './rules/matmul.ts';
import { movementRules } from './rules/movement.ts';
import { normalizationRules } from './rules/normalization.ts';
import { reductionRules } from './rules/reduction.ts';

export const gradientRules: { readonly [Op in OpName]: TableEntry<AttributesOf<Op>> } = {
  ...elementwiseRules,
  ...matmulRules,
  ...convolutionRules,
  ...normalizationRules,
  ...reductionRules,
  ...movementRules,
};

/** The entry of an op whose attribute type is not known statically. */
export function gradientRule(op: OpName): TableEntry<object> {
  return gradientRules[op] as TableEntry<object>;
}

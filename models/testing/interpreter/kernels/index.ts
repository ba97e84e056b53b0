/** @file The interpreter's kernels, one for each op of `graph/ops`. An op without a kernel does not compile. */
import type { AttributesOf, OpName } from '../../../graph/ops/index.ts';
import type { Kernel } from '../kernel.ts';
import { convolutionKernels } from './convolution.ts';
import { elementwiseKernels } from './elementwise.ts';
import { matmulKernels } from './matmul.ts';
import { movementKernels } from './movement.ts';
import { normalizationKernels } from './normalization.ts';
import { reductionKernels } from './reduction.ts';

const kernels: { readonly [Op in OpName]: Kernel<AttributesOf<Op>> } = {
  ...elementwiseKernels,
  ...matmulKernels,
  ...convolutionKernels,
  ...normalizationKernels,
  ...reductionKernels,
  ...movementKernels,
};

/** The kernel of an op whose attribute type is not known statically. */
export function kernelOf(op: OpName): Kernel<object> {
  return kernels[op] as Kernel<object>;
}

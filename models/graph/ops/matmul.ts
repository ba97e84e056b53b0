/** @file Matrix products, plain and batched, and attention as one kernel. */
import { broadcastShapes } from '../../tensor/shape.ts';
import { defineOp, formatType, requireShape } from './op-definition.ts';

export interface GemmAttributes {
  readonly transA: boolean;
  readonly transB: boolean;
  readonly alpha: number;
  readonly beta: number;
}

export const matmulOps = {
  /** [..., M, K] x [..., K, N] -> [..., M, N], leading axes broadcast. */
  MatMul: defineOp({
    arity: [2, 2],
    infer: ([a, b]) => {
      const fits = a!.shape.length >= 2 && b!.shape.length >= 2 && a!.shape.at(-1) === b!.shape.at(-2);
      requireShape(fits, () => `MatMul of ${formatType(a!)} and ${formatType(b!)}`);
      const batch = broadcastShapes(a!.shape.slice(0, -2), b!.shape.slice(0, -2));
      return [{ dtype: a!.dtype, shape: [...batch, a!.shape.at(-2)!, b!.shape.at(-1)!] }];
    },
  }),

  /** alpha * op(A) op(B) + beta * C on matrices; C is optional and broadcasts. */
  Gemm: defineOp<GemmAttributes>({
    arity: [2, 3],
    infer: ([a, b, c], { transA, transB }) => {
      requireShape(a!.shape.length === 2 && b!.shape.length === 2, () => `Gemm of ${formatType(a!)} and ${formatType(b!)}`);
      const [rows, innerA] = transA ? [a!.shape[1]!, a!.shape[0]!] : [a!.shape[0]!, a!.shape[1]!];
      const [innerB, columns] = transB ? [b!.shape[1]!, b!.shape[0]!] : [b!.shape[0]!, b!.shape[1]!];
      requireShape(innerA === innerB, () => `Gemm of ${formatType(a!)} and ${formatType(b!)}: inner sizes differ`);
      if (c !== undefined) {
        const [m, n] = broadcastShapes([rows, columns], c.shape);
        requireShape(m === rows && n === columns, () => `Gemm bias ${formatType(c)} is larger than [${rows}, ${columns}]`);
      }
      return [{ dtype: a!.dtype, shape: [rows, columns] }];
    },
    onnx: ({ transA, transB, alpha, beta }) => ({ attributes: { transA: transA ? 1 : 0, transB: transB ? 1 : 0, alpha, beta } }),
  }),

  /** softmax(Q K^T * scale) V per head, fused; inputs [N, L, heads * headDim]. Inference only: it has no gradient rule. */
  MultiHeadAttention: defineOp<{ readonly numHeads: number; readonly scale: number }>({
    arity: [3, 3],
    infer: ([query, key, value], { numHeads }) => {
      const [n, queryLength, width] = query!.shape;
      const fits = query!.shape.length === 3 && key!.shape[2] === width && width! % numHeads === 0 && key!.shape[1] === value!.shape[1];
      requireShape(fits, () => `attention of ${formatType(query!)}, ${formatType(key!)}, ${formatType(value!)}`);
      return [{ dtype: query!.dtype, shape: [n!, queryLength!, value!.shape[2]!] }];
    },
    onnx: ({ numHeads, scale }) => ({ domain: 'com.microsoft', attributes: { num_heads: numHeads, scale } }),
  }),
} as const;

/** @file What this machine has for a job in Node, and what Node and onnxruntime take beside the model. */
import { freemem } from 'node:os';
import type { MemoryPlatform } from '#models/budget/memory-need.ts';

/**
 * Node with onnxruntime on the CPU. Neither number was measured by itself: the runtime's is rounded, and the share was chosen so that the
 * sum agrees with the one run that was measured; see the README of `models/budget`.
 */
export const nodeMemory: MemoryPlatform = { runtimeBytes: 200 * 2 ** 20, allocatorShare: 1.1 };

/** Bytes that this process may still take: what is free, or what its container leaves it. */
export function availableMemoryBytes(): number {
  return process.availableMemory?.() ?? freemem();
}

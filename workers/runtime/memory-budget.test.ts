import { expect, test } from 'vitest';
import { MemoryBudget } from './memory-budget.ts';

test('the ledger counts what is in use and the most there was, and refuses what would pass the limit', () => {
  const budget = new MemoryBudget(100);
  budget.take(60);
  expect(() => budget.take(41)).toThrow(expect.objectContaining({ code: 'device-out-of-memory' }) as Error);
  budget.take(40);
  budget.give(60);
  expect([budget.usedBytes, budget.peakBytes]).toEqual([40, 100]);
});

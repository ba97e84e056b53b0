import { expect, test } from 'vitest';
import { median, resultsTable, type Result } from './results-table.ts';

const turn = (seconds: number) => ({ seconds, cpuSeconds: seconds / 2 });

function result(name: string, train: number, denoise: number, isReference: boolean): Result {
  return {
    name,
    batchSize: 4,
    isReference,
    turns: { train: [turn(train), turn(9 * train), turn(train)], denoise: [turn(denoise)], frame: [turn(1)], encode: [] },
  };
}

test('the median ignores one slow turn and takes the middle of two', () => {
  expect([median([3, 1, 50]), median([1, 2]), median([])]).toEqual([3, 1.5, null]);
});

test('ratios are to the fastest reference of each column, and clocks are kept apart', () => {
  const table = resultsTable([result('ours', 1, 0.05, false), result('slow', 4, 0.2, true), result('fast', 2, 0.45, true)], 20);
  const cells = table
    .split('\n')
    .slice(2)
    .map((row) =>
      row
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  // Ours: 0.25 s a sample against 0.5; a picture is 20 x 0.05 + 1 = 2 s against 20 x 0.2 + 1 = 5.
  expect(cells[0]).toEqual(['ours', '2.00 ×', '2.50 ×', '2.00 ×', '2.50 ×', '4.00', '30.00', '0.125', '1.00']);
  expect(cells[1]!.slice(0, 3)).toEqual(['slow', '0.50 ×', '1.00 ×']);
});

test('what was not measured is a dash', () => {
  const partial: Result = { ...result('gpu', 1, 1, false), turns: { train: [{ seconds: 1, cpuSeconds: null }], denoise: [], frame: [], encode: [] } };
  expect(resultsTable([partial], 20).split('\n')[2]).toBe('| gpu | – | – | – | – | 4.00 | – | – | – |');
});

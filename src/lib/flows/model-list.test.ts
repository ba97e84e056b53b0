import { expect, test } from 'vitest';
import type { ModelRecord } from '#storage/model-store.ts';
import { isBase, listEntries, listHelpers, sumUp, type StoredModel } from './model-list.ts';

const stored = (id: string): StoredModel => {
  const record: ModelRecord = { id, label: id, source: { kind: 'local', name: id }, licence: null, addedAt: 0, isComplete: true };
  return sumUp(record, []);
};
const helperIds = (models: readonly StoredModel[]): string[] => listHelpers(listEntries(models)).map(({ id }) => id);

test('with the built-in model alone no helper is offered: none fits it', () => {
  expect(helperIds([])).toEqual([]);
});

test('helpers are offered beside a model of the list or of the person’s own', () => {
  expect(helperIds([stored('dreamshaper-8')])).toEqual(['taesd', 'lcm-lora-sd15', 'hyper-sd15-8']);
  expect(helperIds([stored('own-1')])).toHaveLength(3);
});

test('a helper whose models were removed stays listed, so that it can be removed', () => {
  expect(helperIds([stored('taesd')])).toEqual(['taesd']);
});

test('helpers are no models to draw with', () => {
  const entries = listEntries([stored('taesd'), stored('own-1')]);
  expect(entries.filter(isBase).map(({ id }) => id)).toEqual([
    'builtin',
    'bk-sdm-tiny',
    'bk-sdm-small',
    'dreamshaper-8',
    'realistic-vision-5.1',
    'sdxs-dreamshaper',
    'own-1',
  ]);
});

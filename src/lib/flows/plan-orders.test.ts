/** @file The plan of the studio as orders. */
import { expect, test } from 'vitest';
import { looks } from './looks.ts';
import { drawnIn, planOrders, withSpares } from './plan-orders.ts';

const [first, second] = looks;
const subject = { token: 'ohwx', personClass: 'woman' } as const;

test('there are at least six looks, each with a name and a hint in both languages', () => {
  expect(looks.length).toBeGreaterThanOrEqual(6);
  for (const look of looks) for (const text of [...Object.values(look.names), ...Object.values(look.hints)]) expect(text).not.toBe('');
});

test('looks take turns, so that each shows up early', () => {
  if (first === undefined || second === undefined) throw new Error('two looks are needed');
  const orders = planOrders(
    [
      { look: first, count: 3 },
      { look: second, count: 1 },
    ],
    subject,
    null,
    7,
  );
  expect(orders.map((order) => order.styleId)).toEqual([first.id, second.id, first.id, first.id]);
});

test('seeds count up and wrap at 2^32, so that a plan can be drawn again', () => {
  if (first === undefined) throw new Error('a look is needed');
  expect(planOrders([{ look: first, count: 3 }], subject, null, 2 ** 32 - 2).map((order) => order.seed)).toEqual([2 ** 32 - 2, 2 ** 32 - 1, 0]);
});

test('the words of an order call the person by the likeness’s own token', () => {
  if (first === undefined) throw new Error('a look is needed');
  const [order] = planOrders([{ look: first, count: 1 }], subject, null, 0);
  expect(order?.prompt).toContain('ohwx woman');
  expect(order?.negativePrompt).not.toBe('');
});

test('each look keeps its own guidance, unless the person set one for all', () => {
  // The looks that are there happen to agree, which could not tell; so each gets a number of its own.
  const plan = looks.map((look, index) => ({ look: { ...look, guidance: 4 + index / 2 }, count: 1 }));
  expect(planOrders(plan, subject, null, 0).map((order) => order.guidance)).toEqual(plan.map(({ look }) => look.guidance));
  expect(new Set(planOrders(plan, subject, 7.5, 0).map((order) => order.guidance))).toEqual(new Set([7.5]));
});

test('an empty plan has no orders', () => {
  expect(planOrders([], subject, null, 0)).toEqual([]);
});

test('half as many again are drawn where the measured pace allows; each order says how many of its look are wanted', () => {
  if (first === undefined || second === undefined) throw new Error('two looks are needed');
  const plan = [
    { look: first, count: 4 },
    { look: second, count: 1 },
  ];
  expect(drawnIn(withSpares(plan, 10))).toBe(7); // 4 become 6; of one there is nothing to choose.
  for (const pace of [null, 451]) expect(drawnIn(withSpares(plan, pace))).toBe(5); // not known; two spares of 451 s are over a quarter of an hour
  const orders = planOrders(withSpares(plan, 10), subject, null, 0, 'today');
  expect(orders.filter(({ styleId }) => styleId === first.id).map(({ batch }) => batch)).toEqual(Array(6).fill({ id: 'today', wanted: 4 }));
  expect(orders.find(({ styleId }) => styleId === second.id)).not.toHaveProperty('batch');
});

/** @file Times the whole job as a visitor does it: the sample person, default learning, 24 pictures, on wasm. A measurement for `npm run bench:job`, skipped otherwise. */
import { expect, test } from 'vitest';
import { missing, Stage } from './harness.ts';

const pictures = 24;
const looks = 4;
const minutes = (count: number): number => count * 60_000;
const isAsked = process.env['WHOLE_JOB'] !== undefined;

test.skipIf(missing !== null || !isAsked)(
  'the whole job: 16 photos, default learning, 24 pictures',
  async () => {
    const stage = await Stage.open();
    const visitor = await stage.newVisitor();
    const { page } = visitor;
    page.setDefaultTimeout(minutes(2));
    await visitor.visit('/');
    await page.getByRole('button', { name: 'Try it with a sample person' }).click();
    await page.getByRole('link', { name: 'Go on to your likeness' }).click();
    await page.getByRole('link', { name: 'Go on' }).click();
    await page.getByText(/^1\d photos to learn from/).waitFor();

    const learning = await secondsOf(async () => {
      await page.getByRole('button', { name: 'Start learning' }).click();
      await page.getByRole('link', { name: 'Go to the studio' }).waitFor({ timeout: minutes(20) });
    });
    await visitor.visit('/studio');
    for (let index = 0; index < pictures; index++)
      await page
        .getByRole('button', { name: /^One more of/ })
        .nth(index % looks)
        .click();
    const drawing = await secondsOf(async () => {
      await page.getByRole('button', { name: `Make ${pictures} pictures` }).click();
      await page
        .getByTestId('queue-progress')
        .getByText(`${pictures} pictures made.`)
        .waitFor({ timeout: minutes(20) });
    });
    console.log(`learning ${learning.toFixed(0)} s + pictures ${drawing.toFixed(0)} s = ${(learning + drawing).toFixed(0)} s`);
    expect(visitor.foreignRequests).toEqual([]);
    await visitor.leave();
    await stage.close();
  },
  minutes(45),
);

async function secondsOf(work: () => Promise<void>): Promise<number> {
  const began = performance.now();
  await work();
  return (performance.now() - began) / 1000;
}

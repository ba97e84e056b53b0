/** @file A browser that never ran the engine: one visit, then no network; learning begins and draws its first print all the same. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { root } from '../imports.ts';
import { missing } from './harness.ts';
import { visitorForEach } from './visitors.ts';

const workerFolder = '_app/immutable/workers';

describe.skipIf(missing !== null)('offline after the first visit', () => {
  const journeys = visitorForEach();

  test('everything is stored without being asked for, and the sample person is learned and drawn without a network', async () => {
    const { visitor } = journeys;
    const { page } = visitor;
    await visitor.visit('/settings');
    await page.getByText('The app, the model and the runtime are stored').waitFor();
    await visitor.context.setOffline(true);

    const built = readdirSync(join(root, 'build', workerFolder), { recursive: true, encoding: 'utf8' }).filter((name) => /\.\w+$/.test(name));
    expect(built.filter((name) => name.endsWith('.wasm'))).toHaveLength(2);
    const answers = await page.evaluate(
      (addresses) => Promise.all(addresses.map(async (address) => (await fetch(address)).status)),
      built.map((name) => `/${workerFolder}/${name}`),
    );
    expect(answers).toEqual(built.map(() => 200));

    await visitor.visit('/');
    await page.getByRole('button', { name: 'Try it with a sample person' }).click();
    await page.getByRole('link', { name: 'Go on to your likeness' }).click();
    await page.getByRole('link', { name: 'Go on' }).click();
    await page.getByText(/^1\d photos to learn from/).waitFor();
    await page.getByText('Quick', { exact: true }).click();
    await page.getByRole('button', { name: 'Start learning' }).click();
    const timeout = 300_000;
    await page
      .getByRole('img', { name: /Test print after/ })
      .first()
      .waitFor({ timeout });
    await expect.poll(async () => Number(await page.getByRole('progressbar').getAttribute('aria-valuenow')), { timeout }).toBeGreaterThan(0);
  });
});

/** @file The whole job with the sample person: photos, likeness with a reload in the middle, studio, gallery; then offline, and pictures again. */
import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { missing, Stage, type Visitor } from './harness.ts';

const minutes = (count: number): number => count * 60_000;

describe.skipIf(missing !== null)('the whole job on one machine', () => {
  let stage: Stage;
  let visitor: Visitor;
  let page: Page;

  beforeAll(async () => {
    stage = await Stage.open();
    visitor = await stage.newVisitor();
    page = visitor.page;
    page.setDefaultTimeout(minutes(2));
  });

  afterAll(async () => {
    await visitor.leave();
    await stage.close();
  });

  /** Samples seen, as the progress bar tells assistive technology; null before the first. */
  const samplesSeen = async (): Promise<number> => Number((await page.getByRole('progressbar').getAttribute('aria-valuenow')) ?? 0);

  test('sixteen photos of the sample person come in, and she needs no consent', async () => {
    await visitor.visit('/');
    await page.getByRole('button', { name: 'Try it with a sample person' }).click();
    await page.getByRole('link', { name: 'Go on to your likeness' }).click();
    await page.getByRole('link', { name: 'Go on' }).click();
    await page.getByText(/^1\d photos to learn from/).waitFor();
  });

  test('learning starts, shows a first print, and goes on after a reload from where it was', async () => {
    await page.getByText('Quick', { exact: true }).click();
    await page.getByRole('button', { name: 'Start learning' }).click();
    await page
      .getByRole('img', { name: /Test print after/ })
      .first()
      .waitFor({ timeout: minutes(5) });
    await expect.poll(samplesSeen, { timeout: minutes(5) }).toBeGreaterThan(0);

    await page.getByRole('button', { name: 'Pause' }).click();
    await page.getByTestId('progress').getByText('Paused').waitFor();
    const seen = await samplesSeen();
    await page.reload();
    await visitor.ready();
    await page.getByTestId('progress').getByText('Nothing is lost').waitFor();
    const kept = await samplesSeen();
    expect(kept).toBeGreaterThan(0);
    expect(kept).toBeLessThanOrEqual(seen);
    await page.getByRole('button', { name: 'Go on learning' }).click();
    await expect.poll(samplesSeen, { timeout: minutes(3) }).toBeGreaterThan(kept);
  });

  test('a second tab is told that the first is at work, and nothing is lost', async () => {
    const second = await visitor.context.newPage();
    await visitor.visit('/likeness', second);
    await second.getByText('Another tab is at work').waitFor();
    await second.getByRole('button', { name: 'Go on here instead' }).waitFor();
    await second.close();
    const seen = await samplesSeen();
    await expect.poll(samplesSeen, { timeout: minutes(3) }).toBeGreaterThan(seen);
  });

  test(
    'the likeness is finished',
    async () => {
      await page.getByRole('link', { name: 'Go to the studio' }).waitFor({ timeout: minutes(12) });
      expect(await page.getByRole('img', { name: /Test print after/ }).count()).toBeGreaterThan(3);
    },
    minutes(13),
  );

  /** Orders one more picture of each of the first two looks and waits for both. */
  async function makeTwo(): Promise<void> {
    await visitor.visit('/studio');
    for (const index of [0, 1])
      await page
        .getByRole('button', { name: /^One more of/ })
        .nth(index)
        .click();
    await page.getByRole('button', { name: 'Make 2 pictures' }).click();
    await page
      .getByTestId('queue-progress')
      .getByText('2 pictures made.')
      .waitFor({ timeout: minutes(6) });
  }

  /** Pictures of the gallery, those that ranking set aside included: how well a quick likeness draws is not for this journey to say. */
  async function kept(): Promise<number> {
    await page.getByTestId('looking').waitFor({ state: 'detached' });
    const counts = await page.locator('label:has(input[name=filter]) span').allTextContents();
    return Number(counts[0]) + Number(counts[2]);
  }

  test('the studio makes two pictures, and the gallery keeps them over a reload, marked as made with AI', async () => {
    await makeTwo();
    await visitor.visit('/gallery');
    const pictures = page.locator('button[data-picture]');
    await expect.poll(kept, { timeout: minutes(1) }).toBe(2);
    await page.reload();
    await visitor.ready();
    await expect.poll(kept).toBe(2);
    if ((await pictures.count()) === 0) await page.getByRole('button', { name: 'Look at them' }).click();
    await pictures.first().click();
    await page.getByTestId('likeness-word').waitFor();
    const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('button', { name: 'Download', exact: true }).click()]);
    expect(readFileSync(await file.path()).toString('latin1')).toContain('trainedAlgorithmicMedia');
  });

  test('offline, after a reload, it makes pictures again', async () => {
    await visitor.waitForOffline();
    await visitor.context.setOffline(true);
    await makeTwo();
    await visitor.visit('/gallery');
    await expect.poll(kept, { timeout: minutes(1) }).toBe(4);
    expect(await page.getByTestId('ribbon').textContent()).toBe('0 bytes of you have left this device');
    await visitor.context.setOffline(false);
  });

  test('in all of this no request left the origin or carried anything, and no page reported an error', () => {
    expect(visitor.requests.some((address) => address.includes('/models/builtin/unet/'))).toBe(true);
    expect(visitor.foreignRequests).toEqual([]);
    expect(visitor.sent).toEqual([]);
    expect(visitor.errors).toEqual([]);
  });
});

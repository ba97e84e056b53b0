/** @file The promise in one journey: the sample person's photos in, headshots out, on wasm; then a reload, no network, and more headshots. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { missing, Stage, type Visitor } from './harness.ts';

const minute = 60_000;

describe.skipIf(missing !== null)('the whole job', () => {
  let stage: Stage;
  let visitor: Visitor;

  beforeAll(async () => {
    stage = await Stage.open();
    visitor = await stage.newVisitor();
  });

  afterAll(async () => {
    await stage.close();
  });

  const button = (name: string | RegExp) => visitor.page.getByRole('button', { name });
  const pictures = () => visitor.page.locator('button[data-picture]');

  async function chooseSamplePerson(): Promise<void> {
    await visitor.visit('/');
    await button('Try it with a sample person').click();
    await visitor.page.waitForURL('**/photos');
    await visitor.page.waitForFunction(() => document.querySelectorAll('main ul li img').length === 16, null, { timeout: 3 * minute });
    await visitor.page.getByRole('link', { name: 'Go on to your likeness' }).click({ timeout: 3 * minute });
    await visitor.page.waitForURL('**/consent');
    await visitor.page.getByRole('link', { name: 'Go on' }).click();
    await visitor.page.waitForURL('**/likeness');
  }

  /** Draws `count` pictures of one look in the studio. */
  async function draw(count: number): Promise<void> {
    await visitor.page.waitForURL('**/studio');
    const more = button(/^One more of /).first();
    for (let i = 0; i < count; i++) await more.click();
    await button(new RegExp(`^Make ${count} picture`)).click();
    await visitor.page.getByText(new RegExp(`${count} pictures? made\\.`)).waitFor({ timeout: 5 * minute });
  }

  test('sixteen photos become a likeness and the likeness two pictures; after a reload and without a network it draws another', async () => {
    await chooseSamplePerson();
    await visitor.page.getByText('Quick').click();
    await button('Start learning').click();
    await visitor.page.getByText(/Learning your face\. [\d,]+ of 400 samples/).waitFor({ timeout: 4 * minute });
    await visitor.page.getByRole('link', { name: 'Go to the studio' }).click({ timeout: 12 * minute });
    await draw(2);

    await visitor.visit('/gallery');
    expect(await pictures().count()).toBe(2);
    await visitor.page.reload();
    await visitor.ready();
    expect(await pictures().count()).toBe(2);

    await visitor.waitForOffline();
    await visitor.context.setOffline(true);
    await visitor.visit('/studio');
    await draw(1);
    await visitor.visit('/gallery');
    await expect.poll(() => pictures().count(), { timeout: minute }).toBe(3);

    await visitor.page.getByText('0 bytes of you have left this device').waitFor();
    expect(visitor.foreignRequests).toEqual([]);
    expect(visitor.sent).toEqual([]);
  }, 25 * minute);
});

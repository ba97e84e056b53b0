/** @file The last step: the contact sheet by keyboard, marks that survive a reload, undo, downloads, and deleting everything. */
import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, test } from 'vitest';
import { auditBothLights } from './audit.ts';
import { missing } from './harness.ts';
import { fitMeasures, seedPictures } from './seed.ts';
import { visitorForEach } from './visitors.ts';

describe.skipIf(missing !== null)('the gallery', () => {
  const journeys = visitorForEach();

  beforeEach(async () => {
    await journeys.visitor.visit('/gallery');
    await seedPictures(journeys.visitor.page, 6);
    await journeys.visitor.page.reload();
    await journeys.visitor.ready();
  });

  const pictures = () => journeys.visitor.page.locator('button[data-picture]');
  const press = (key: string) => journeys.visitor.page.keyboard.press(key);
  const focused = () =>
    journeys.visitor.page.evaluate(() => (document.activeElement instanceof HTMLElement ? document.activeElement.dataset['picture'] : undefined));

  test('arrows move, F marks, X sets aside, Z takes back; a reload keeps it', async () => {
    await pictures().first().focus();
    await press('ArrowRight');
    expect(await focused()).toBe('picture-1');
    await press('f');
    await press('ArrowRight');
    await press('x');
    await expect.poll(() => pictures().count()).toBe(5);
    expect(await focused()).toBe('picture-3');
    await journeys.visitor.page.reload();
    await journeys.visitor.ready();
    expect(await pictures().count()).toBe(5);
    await journeys.visitor.page.getByText('Favourites').click();
    await expect.poll(() => pictures().count()).toBe(1);
    await journeys.visitor.page.getByText('Set aside', { exact: false }).first().click();
    await expect.poll(() => pictures().count()).toBe(1);
    await press('x');
    await expect.poll(() => pictures().count()).toBe(0);
    await press('z');
    await expect.poll(() => pictures().count()).toBe(1);
  });

  test('Enter opens the large view, arrows go on in it, Escape comes back to the same picture', async () => {
    await pictures().first().focus();
    await press('Enter');
    const dialog = journeys.visitor.page.getByRole('dialog');
    await dialog.waitFor();
    await press('ArrowRight');
    await dialog.getByText('02 / 06').waitFor();
    await press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await expect.poll(focused).toBe('picture-1');
  });

  test('a favourite that is none any more closes the large view, and it stays closed', async () => {
    const { page } = journeys.visitor;
    await pictures().first().focus();
    await press('f');
    await page.getByText('Favourites').click();
    await expect.poll(() => pictures().count()).toBe(1);
    await pictures().first().click();
    await page.getByRole('dialog').getByRole('button', { name: 'Favourite' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.locator('label', { hasText: /^\s*All/ }).click();
    await expect.poll(() => pictures().count()).toBe(6);
    expect(await page.getByRole('dialog').count()).toBe(0);
  });

  test('letters typed into the choice of an order mark no picture', async () => {
    await journeys.visitor.page.getByLabel('Order').focus();
    await press('x');
    await press('n'); // Newest.
    await journeys.visitor.page.waitForTimeout(300);
    expect(await pictures().count()).toBe(6);
  });

  test('a picture deleted for good comes back with Undo, bytes and all', async () => {
    await pictures().first().click();
    await journeys.visitor.page.getByRole('button', { name: 'Delete for good' }).click();
    await expect.poll(() => pictures().count()).toBe(5);
    await journeys.visitor.page.getByRole('button', { name: 'Undo' }).click();
    await expect.poll(() => pictures().count()).toBe(6);
  });

  test('near-duplicates lie in a stack that opens; a picture without a face is set aside with its reason and can be brought back', async () => {
    const { page } = journeys.visitor;
    await seedPictures(page, 6, (index) => (index === 1 ? { ...fitMeasures(1), faces: [] } : fitMeasures(index === 4 ? 3 : index)));
    await page.reload();
    await journeys.visitor.ready();
    await expect.poll(() => pictures().count()).toBe(4); // One of the six is set aside, one lies under another.
    // By keyboard: Tab goes from the picture to its stack, which says what it did.
    await page.getByRole('button', { name: /^Open picture \d, .*, 1 more like this$/ }).focus();
    await press('Tab');
    await press('Enter');
    await expect.poll(() => pictures().count()).toBe(5);
    await page.getByTestId('announcement').getByText('The stack is open: 1 more picture.').waitFor();
    await page.getByRole('button', { name: 'Close the stack' }).press('Enter');
    await page.getByTestId('announcement').getByText('The stack is closed.').waitFor();
    await expect.poll(() => pictures().count()).toBe(4);
    await page.getByRole('button', { name: '1 more like this', exact: true }).click();
    await expect.poll(() => pictures().count()).toBe(5);
    await page.getByTestId('aside-line').getByText('1 without a face').waitFor();
    await page.getByRole('button', { name: 'Look at them' }).click();
    await expect.poll(() => pictures().count()).toBe(1);
    await pictures().first().click();
    await page.getByTestId('aside-reason').getByText('No face was found in it.').waitFor();
    await page.getByRole('dialog').getByRole('button', { name: 'Take back' }).click();
    await expect.poll(() => pictures().count()).toBe(0);
    await page.reload();
    await journeys.visitor.ready();
    await expect.poll(() => pictures().count()).toBe(5);
    await page.getByTestId('aside-line').waitFor({ state: 'detached' });
  });

  test('open stacks, what is set aside and the large view have no accessibility violation, and nothing scrolls sideways', async () => {
    const { page } = journeys.visitor;
    await seedPictures(page, 6, (index) => (index === 1 ? { ...fitMeasures(1), nudity: 0.99 } : fitMeasures(index === 4 ? 3 : index)));
    await page.reload();
    await journeys.visitor.ready();
    const sideways = (): Promise<number> => page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
    for (const width of [390, 900, 1280]) {
      await page.setViewportSize({ width, height: 844 });
      expect(await sideways(), `${width} px`).toBeLessThanOrEqual(0);
    }
    expect(await auditBothLights(page), 'a closed stack').toEqual([]);
    await page.getByRole('button', { name: '1 more like this', exact: true }).click();
    expect(await auditBothLights(page), 'an open stack').toEqual([]);
    await page.getByRole('button', { name: 'Look at them' }).press('Enter');
    await expect.poll(focused).toBe('picture-1'); // The first of those that are set aside.
    await page.getByText('Hidden. Open it to see it.').waitFor();
    expect(await auditBothLights(page), 'set aside').toEqual([]);
    await press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.waitFor();
    expect(await auditBothLights(page), 'the large view').toEqual([]);
    for (const width of [390, 900, 1280]) {
      await page.setViewportSize({ width, height: 1000 });
      const [picture, title] = await Promise.all([
        dialog.locator('img').boundingBox(),
        dialog.getByRole('heading', { name: 'Boardroom', exact: true }).boundingBox(),
      ]);
      if (picture === null || title === null) throw new Error('The large view shows a picture and its look.');
      expect(picture.y + picture.height <= title.y || picture.x + picture.width <= title.x, `the picture covers its title at ${width} px`).toBe(true);
    }
  });

  test('pictures of an older version are looked at when the gallery opens: plain squares have no face', async () => {
    const { page } = journeys.visitor;
    await seedPictures(page, 2, () => undefined);
    await page.reload();
    await journeys.visitor.ready();
    await page.getByTestId('aside-line').getByText('2 without a face').waitFor({ timeout: 60_000 });
    await expect.poll(() => pictures().count()).toBe(4);
  }, 90_000);

  test('? shows all keys', async () => {
    await press('?');
    await journeys.visitor.page.getByRole('dialog', { name: 'Keys' }).waitFor();
    await journeys.visitor.page.getByText('favourite, or no longer').waitFor();
  });

  test('one picture downloads as PNG, all as a ZIP with sane names', async () => {
    await pictures().first().click();
    const [png] = await Promise.all([
      journeys.visitor.page.waitForEvent('download'),
      journeys.visitor.page.getByRole('button', { name: 'Download', exact: true }).click(),
    ]);
    expect(png.suggestedFilename()).toBe('likeness-boardroom-001.png');
    expect(
      readFileSync(await png.path())
        .subarray(1, 4)
        .toString(),
    ).toBe('PNG');
    await press('Escape');
    const [zip] = await Promise.all([
      journeys.visitor.page.waitForEvent('download'),
      journeys.visitor.page.getByRole('button', { name: 'Download 6 pictures as a ZIP' }).click(),
    ]);
    const bytes = readFileSync(await zip.path());
    expect(bytes.subarray(0, 2).toString()).toBe('PK');
    expect(bytes.toString('latin1').match(/likeness-boardroom-00\d\.png/g)).toHaveLength(12); // Each name once before its file, once in the directory.
  });

  test('deleting everything asks for the word, then leaves every store empty', async () => {
    await journeys.visitor.visit('/settings');
    await journeys.visitor.page.getByTestId('count-images').waitFor();
    expect(await journeys.visitor.page.getByTestId('count-images').textContent()).toBe('6');
    await journeys.visitor.page.getByRole('button', { name: 'Delete everything…' }).click();
    const confirm = journeys.visitor.page.getByRole('button', { name: 'Delete everything', exact: true });
    expect(await confirm.isDisabled()).toBe(true);
    await journeys.visitor.page.getByRole('textbox').fill('delete');
    await confirm.click();
    await journeys.visitor.page.getByText('All stores are empty').waitFor();
    expect(await journeys.visitor.page.getByTestId('count-images').textContent()).toBe('0');
    await journeys.visitor.visit('/gallery');
    await journeys.visitor.page.getByText('No pictures yet.').waitFor();
  });
});

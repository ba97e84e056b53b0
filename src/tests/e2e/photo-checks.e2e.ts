/** @file Photos one can trust: reasons and ways to mend them, a stranger, and the editing dialog. Nothing leaves the origin. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { root } from '../imports.ts';
import { auditBothLights } from './audit.ts';
import { missing } from './harness.ts';
import { visitorForEach } from './visitors.ts';

const people = join(root, '../shared/data/people');
const hasPeople = existsSync(people);
if (!hasPeople) console.warn('The journey with bad photos is skipped: ../shared/data/people is absent.');

interface FilePayload {
  readonly name: string;
  readonly mimeType: string;
  readonly buffer: Buffer;
}
const file = (path: string, name: string): FilePayload => ({ name, mimeType: 'image/jpeg', buffer: readFileSync(path) });
const sample = (number: number): FilePayload => file(join(root, `static/samples/ada/${String(number).padStart(2, '0')}.jpg`), `me ${number}.jpg`);

describe.skipIf(missing !== null)('photos one can trust', () => {
  const journeys = visitorForEach();

  async function add(files: FilePayload[], count: number): Promise<void> {
    const { page } = journeys.visitor;
    await page.getByTestId('files').setInputFiles(files);
    await page.waitForFunction((wanted) => document.querySelectorAll('[data-photo]').length === wanted, count, { timeout: 300_000 });
    await page.waitForFunction(() => document.querySelector('[data-testid=intake]') === null, null, { timeout: 60_000 });
  }
  const photo = (name: string) => journeys.visitor.page.locator(`[data-photo="${name}"]`);
  const stateOf = (name: string): Promise<string | null> => photo(name).getAttribute('data-state');

  const focusedPhoto = (): Promise<string | null> =>
    journeys.visitor.page.evaluate(() => document.activeElement?.closest('[data-photo]')?.getAttribute('data-photo') ?? null);

  test.skipIf(!hasPeople)('bad photos and a stranger are left out with their reasons; one is mended, one overridden, and the set is ready', async () => {
    const { page } = journeys.visitor;
    const bad = (name: string): FilePayload => file(join(people, 'ada/bad', name), name);
    const good = Array.from({ length: 8 }, (_, index) => file(join(people, `ada/${String(index + 1).padStart(2, '0')}.jpg`), `me ${index + 1}.jpg`));
    await journeys.visitor.visit('/photos');
    await add(
      [
        ...good,
        bad('02-very-dark.jpg'),
        bad('08-two-people.jpg'),
        bad('09-low-resolution.jpg'),
        bad('12-upside-down.jpg'),
        file(join(people, 'ben/01.jpg'), 'stranger.jpg'),
      ],
      13,
    );
    for (let index = 1; index <= 8; index += 1) expect(await stateOf(`me ${index}.jpg`), `me ${index}`).toBe('good');
    for (const [name, mark] of [
      ['02-very-dark.jpg', 'Too dark'],
      ['08-two-people.jpg', 'Several faces'],
      ['09-low-resolution.jpg', 'Blurred'],
      ['12-upside-down.jpg', 'Not upright'],
      ['stranger.jpg', 'Someone else?'],
    ] as const) {
      expect(await stateOf(name), name).toBe('left-out');
      await photo(name).getByText(mark, { exact: true }).waitFor();
    }
    expect(await auditBothLights(page)).toEqual([]);

    // A filter shows one reason only.
    await page.getByRole('button', { name: 'Too dark 1' }).click();
    expect(await page.getByTestId('left-out').locator('[data-photo]').count()).toBe(1);
    await page.getByRole('button', { name: 'All 5' }).click();

    // Mended by keyboard: the dialog opens on the turn button, twice turned is upright.
    await page.getByRole('button', { name: 'Turn it: 12-upside-down.jpg' }).press('Enter');
    await page.getByRole('button', { name: 'Turn left' }).press('Enter');
    await page.getByRole('button', { name: 'Turn left' }).press('Enter');
    expect(await auditBothLights(page)).toEqual([]);
    await page.getByRole('button', { name: 'Save' }).press('Enter');
    await page.getByRole('dialog').waitFor({ state: 'detached', timeout: 60_000 });
    await expect.poll(() => photo('12-upside-down.jpg').getByText('Not upright').count()).toBe(0);

    // The face is chosen, which settles who of the two is meant.
    await page.getByRole('button', { name: 'Choose the face: 08-two-people.jpg' }).click();
    await page.getByRole('radio', { name: 'Face 1' }).check();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await page.getByText('08-two-people.jpg is good now and in use.').waitFor();
    await expect.poll(focusedPhoto).toBe('08-two-people.jpg');
    expect(await stateOf('08-two-people.jpg')).toBe('good');

    // One is used anyway, and the reason stays beside it; this is remembered.
    // By keyboard, which then stands at the next photo that is left out.
    await page.getByRole('button', { name: 'Use 09-low-resolution.jpg anyway' }).press('Enter');
    await expect.poll(() => stateOf('09-low-resolution.jpg')).toBe('used-anyway');
    await expect.poll(focusedPhoto).not.toBe(null);
    expect(await stateOf((await focusedPhoto()) ?? '')).toBe('left-out');
    await page.reload();
    await journeys.visitor.ready();
    expect(await stateOf('09-low-resolution.jpg')).toBe('used-anyway');
    expect(await stateOf('08-two-people.jpg')).toBe('good');
    expect(await stateOf('stranger.jpg')).toBe('left-out');

    const inUse = await page.getByTestId('sheet').locator('[data-photo]').count();
    expect(inUse).toBeGreaterThanOrEqual(10);
    await page.getByRole('link', { name: 'Go on to your likeness' }).waitFor();
    await journeys.visitor.visit('/likeness');
    await page.getByText('Before learning we need your agreement.').waitFor();
  });

  test('a photo is cropped, lit and mirrored, undone and redone, saved, and comes back to its original', async () => {
    const { page } = journeys.visitor;
    await journeys.visitor.visit('/photos');
    await add([sample(1)], 1);
    const sizeOf = (): Promise<{ width: number; height: number; original: boolean }> =>
      page.evaluate(
        () =>
          new Promise((resolve, reject) => {
            const opening = indexedDB.open('likeness');
            opening.onerror = () => {
              reject(new Error('The database could not be opened.'));
            };
            opening.onsuccess = () => {
              const reading = opening.result.transaction('photos').objectStore('photos').getAll();
              reading.onsuccess = () => {
                const [record] = reading.result as { widthPx: number; heightPx: number; original: unknown }[];
                opening.result.close();
                resolve({ width: record?.widthPx ?? 0, height: record?.heightPx ?? 0, original: record?.original !== null });
              };
            };
          }),
      );
    const before = await sizeOf();
    expect(before.original).toBe(false);

    await page.getByRole('button', { name: 'Edit me 1.jpg' }).press('Enter');
    const corner = page.getByRole('button', { name: /^Top left corner/ });
    for (let step = 0; step < 2; step += 1) await corner.press('Shift+ArrowRight');
    await page.getByRole('button', { name: 'Mirror' }).click();
    await page.getByRole('slider', { name: 'Light' }).press('ArrowRight');
    const undo = page.getByRole('button', { name: 'Undo' });
    for (let step = 0; step < 4; step += 1) await undo.click();
    expect(await undo.isDisabled()).toBe(true);
    expect(await page.getByRole('button', { name: 'Save' }).isDisabled()).toBe(true);
    for (let step = 0; step < 4; step += 1) await page.getByRole('button', { name: 'Redo' }).click();
    // Closed without saving, by a slip: nothing is lost.
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    expect(await sizeOf()).toEqual(before);
    await page.getByRole('button', { name: 'Go on editing' }).click();
    expect(await undo.isEnabled()).toBe(true);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached', timeout: 60_000 });
    expect(await sizeOf()).toEqual({ width: Math.round(before.width * 0.9), height: before.height, original: true });

    await page.getByRole('button', { name: 'Edit me 1.jpg' }).press('Enter');
    await page.getByRole('button', { name: 'Back to the original' }).click();
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('dialog').waitFor({ state: 'detached', timeout: 60_000 });
    expect(await sizeOf()).toEqual(before);
  });
});

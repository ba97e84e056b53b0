/** @file A person's first minutes with what they have: a folder with a ZIP, a HEIC, a video and a torn file, without a network; and photos of an older version of the app. */
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { zip } from '../../../workers/photos/zip-fixture.ts';
import { root } from '../imports.ts';
import { missing } from './harness.ts';
import { recordVideo } from './record-video.ts';
import { storeVersion2 } from './seed-version-2.ts';
import { visitorForEach } from './visitors.ts';

const heic = join(root, '../shared/data/heic/example.heic');
const hasHeic = existsSync(heic);
if (!hasHeic) console.warn('The journey through the folder goes without a HEIC: ../shared/data/heic is absent.');
const sampleName = (number: number): string => `${String(number).padStart(2, '0')}.jpg`;
const samplePath = (number: number): string => join(root, 'static/samples/ada', sampleName(number));

describe.skipIf(missing !== null)('first minutes', () => {
  const journeys = visitorForEach({ mayLogErrors: true }); // The browser's own decoder is tried with the HEIC and the torn file first.
  const names = async (): Promise<string[]> =>
    journeys.visitor.page.locator('[data-photo]').evaluateAll((cells) => cells.map((cell) => cell.getAttribute('data-photo') ?? '').sort());
  const isThrough = () => journeys.visitor.page.waitForFunction(() => document.querySelector('[data-testid=intake]') === null, null, { timeout: 240_000 });

  test('after one visit, without a network: a dropped folder gives its photos, those of its ZIP, a HEIC and the chosen frames of a video; a torn file harms no other', async () => {
    const { visitor } = journeys;
    const { page } = visitor;
    await visitor.visit('/photos');
    const folder = mkdtempSync(join(tmpdir(), 'likeness-folder-'));
    mkdirSync(join(folder, 'day 2'));
    copyFileSync(samplePath(1), join(folder, 'a.jpg'));
    writeFileSync(join(folder, 'b torn.jpg'), readFileSync(samplePath(2)).subarray(0, 9_000));
    if (hasHeic) copyFileSync(heic, join(folder, 'c.HEIC'));
    copyFileSync(samplePath(3), join(folder, 'day 2', 'd.jpg'));
    writeFileSync(join(folder, 'day 2', '.DS_Store'), 'Bud1');
    const inZip = (name: string, bytes: Uint8Array): { name: string; bytes: Uint8Array } => ({ name, bytes });
    const zipped = [
      inZip('album/e.jpg', readFileSync(samplePath(4))),
      inZip('album/torn.jpg', readFileSync(samplePath(2)).subarray(0, 9_000)),
      inZip('album/notes.txt', Buffer.from('nothing to see '.repeat(20))),
      inZip('album/f.jpg', readFileSync(samplePath(11))),
    ];
    writeFileSync(join(folder, 'e.zip'), zip(zipped));
    writeFileSync(
      join(folder, 'g.webm'),
      await recordVideo(
        page,
        [5, 6, 7].map((number) => `/samples/ada/${sampleName(number)}`),
      ),
    );

    await visitor.waitForOffline();
    await visitor.context.setOffline(true);
    await page.reload();
    await visitor.ready();
    await visitor.drop([folder]);

    // The frames are proposed; one is taken out by mouse, one by keyboard and in again.
    const frames = page.getByRole('dialog').getByRole('checkbox');
    await frames.first().waitFor({ state: 'attached', timeout: 240_000 });
    const count = await frames.count();
    expect(count).toBeGreaterThanOrEqual(2);
    await page.getByRole('dialog').locator('label').first().click();
    await frames.last().press('Space');
    await frames.last().press('Space');
    await page.getByRole('button', { name: count === 2 ? 'Take 1 frame' : `Take ${count - 1} frames` }).click();
    await isThrough();
    const photos = await names();
    expect(photos.filter((name) => !name.startsWith('g-0m'))).toEqual(['a.jpg', ...(hasHeic ? ['c.HEIC'] : []), 'd.jpg', 'e.jpg', 'f.jpg']);
    expect(photos.filter((name) => name.startsWith('g-0m'))).toHaveLength(count - 1);
    // A lake has no face: the picture was read, and looked at.
    if (hasHeic) expect(await page.locator('[data-photo="c.HEIC"]').getAttribute('data-state')).toBe('left-out');
    for (const name of ['a.jpg', 'd.jpg', 'e.jpg', 'f.jpg']) expect(await page.locator(`[data-photo="${name}"]`).getAttribute('data-state'), name).toBe('good');
    for (const line of ['b torn.jpg: The file could not be read', 'e.zip: one file inside is no picture', 'torn.jpg: The file could not be read'])
      await page.getByText(line).first().waitFor();
    rmSync(folder, { recursive: true });
  });

  test('photos that an older version stored are looked at in the background, and one that can no longer be read harms no other', async () => {
    const { visitor } = journeys;
    const { page } = visitor;
    await page.goto(`${visitor.origin}/manifest.webmanifest`); // The origin without the app.
    await storeVersion2(
      page,
      [1, null, 3].map((number) => (number === null ? null : readFileSync(samplePath(number)).toString('base64'))),
    );
    await visitor.visit('/photos');
    await page.getByText(/^Looking at \d photos?/).waitFor();
    const stateOf = (number: number): Promise<string | null> => page.locator(`[data-photo="old ${number}.jpg"]`).getAttribute('data-state');
    await expect.poll(() => stateOf(3), { timeout: 120_000 }).toBe('good');
    expect(await stateOf(1)).toBe('good');
    expect(await stateOf(2)).toBe('unchecked');
    await page.getByText('The file could not be read as a picture').waitFor();
    await page.getByRole('link', { name: 'Go on to your likeness' }).waitFor();
    await page.getByRole('button', { name: 'Remove old 2.jpg' }).click();
    await expect.poll(names).toEqual(['old 1.jpg', 'old 3.jpg']);
    await page.reload();
    await visitor.ready();
    expect([await stateOf(1), await stateOf(3)]).toEqual(['good', 'good']);
  });
});

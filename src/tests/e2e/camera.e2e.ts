/** @file The guided camera with a real video device, played from a film: what it says fits what is shown, and what it takes is in the sheet. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from '../imports.ts';
import { sceneShown, writeFilm } from './fake-camera.ts';
import { missing, Stage } from './harness.ts';

const picture = (number: string): string => join(root, `static/samples/ada/${number}.jpg`);

/** What is shown, and what should be said of it when she is asked to look ahead, to her left and to her right. How far she is turned is what the labels of the renders say. */
const scenes = [
  { picture: null, front: 'no-face', left: 'no-face', right: 'no-face' },
  { picture: picture('15'), size: 0.4, front: 'closer', left: 'closer', right: 'closer' },
  { picture: picture('15'), light: 0.22, front: 'more-light', left: 'more-light', right: 'more-light' },
  { picture: picture('05'), front: 'look-ahead', left: 'good', right: 'turn-right' }, // 35 degrees to her left.
  { picture: picture('12'), front: 'look-ahead', left: 'turn-left', right: 'good' }, // 26 degrees to her right.
  { picture: picture('15'), front: 'good', left: 'turn-left', right: 'turn-right' }, // Ahead.
] as const;
const secondsEach = 5;

/** One scene from its beginning on, while one pose is asked for. */
interface Visit {
  readonly scene: number;
  readonly shots: number;
  readonly isWhole: boolean;
  hint: string | null;
}

describe.skipIf(missing !== null)('the guided camera', () => {
  let stage: Stage;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'likeness-camera-'));
    await writeFilm(join(folder, 'film.y4m'), scenes, secondsEach);
    stage = await Stage.open([
      '--use-fake-device-for-media-stream',
      '--use-fake-ui-for-media-stream',
      `--use-file-for-fake-video-capture=${join(folder, 'film.y4m')}`,
    ]);
  });
  afterAll(async () => {
    await stage.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test('says what each scene asks for, takes what is good, and puts it in the sheet', async () => {
    const visitor = await stage.newVisitor({ permissions: ['camera'] });
    const { page } = visitor;
    await visitor.visit('/photos');
    await page.getByRole('button', { name: 'Use the camera' }).click();
    await page.getByRole('button', { name: 'Take it now' }).waitFor();
    const guide = page.getByTestId('guide');
    const taken = page.getByText(/photos? taken$/);
    const shotsNow = async (): Promise<number> => ((await taken.count()) === 0 ? 0 : Number.parseInt((await taken.textContent()) ?? '0', 10));
    await expect.poll(() => guide.getAttribute('data-hint'), { timeout: 120_000 }).not.toBeNull(); // The nets are loaded with the first look.
    const visits: Visit[] = [];
    const deadline = Date.now() + 180_000;
    const isEnough = (): boolean => visits.length > 5 && (visits.at(-1)?.shots ?? 0) >= 2;
    while (!isEnough() && Date.now() < deadline) {
      const [scene, shots, hint] = [await page.locator('video').evaluate(sceneShown), await shotsNow(), await guide.getAttribute('data-hint')];
      const last = visits.at(-1);
      if (last?.scene === scene && last.shots === shots) last.hint = hint;
      else visits.push({ scene, shots, hint, isWhole: last !== undefined && last.shots === shots });
      await page.waitForTimeout(150);
    }
    // What was said last of a scene counts: a look takes its time on a busy computer. Of the first one the beginning was not seen, and the last is not over.
    const poses = ['front', 'left', 'right'] as const;
    const wholes = visits
      .slice(1, -1)
      .filter(({ isWhole, scene, shots }, index) => isWhole && visits[index + 2]?.shots === shots && scenes[scene] !== undefined);
    const said = wholes.map(({ scene, shots, hint }) => ({ scene, shots, hint, wanted: scenes[scene]?.[poses[shots % 3] ?? 'front'] }));
    expect(said.filter(({ hint, wanted }) => wanted !== 'good' && hint !== wanted)).toEqual([]);
    expect(said.filter(({ hint, wanted }) => hint === wanted).length).toBeGreaterThanOrEqual(3);
    const shots = await shotsNow();
    expect(shots).toBeGreaterThanOrEqual(2);
    await page.getByRole('button', { name: 'Done' }).click();
    await page.waitForFunction((wanted) => document.querySelectorAll('[data-photo][data-state=good]').length === wanted, shots, { timeout: 60_000 });
    expect(visitor.foreignRequests).toEqual([]);
    expect(visitor.sent).toEqual([]);
    expect(visitor.errors).toEqual([]);
    await visitor.leave();
  });
});

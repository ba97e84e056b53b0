/** @file Every page, by keyboard and for screen readers, in both languages and both lights; nothing leaves the origin. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { auditBothLights } from './audit.ts';
import { missing, Stage, type Visitor } from './harness.ts';

const paths = ['/', '/photos', '/consent', '/likeness', '/studio', '/gallery', '/models', '/settings', '/privacy', '/about'];

if (missing !== null) console.warn(`Journeys are skipped: ${missing}`);

describe.skipIf(missing !== null)('the pages', () => {
  let stage: Stage;
  let visitor: Visitor;

  beforeAll(async () => {
    stage = await Stage.open();
    visitor = await stage.newVisitor();
  });

  afterAll(async () => {
    await visitor.leave();
    await stage.close();
  });

  test.each(paths)('%s has no accessibility violation in the studio or the darkroom', async (path) => {
    await visitor.visit(path);
    expect(await auditBothLights(visitor.page)).toEqual([]);
  });

  test('nothing scrolls sideways from 390 px up', async () => {
    for (const width of [390, 768, 1024, 1440]) {
      await visitor.page.setViewportSize({ width, height: 844 });
      for (const path of paths) {
        await visitor.visit(path);
        expect(await visitor.page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth), `${path} at ${width}`).toBeLessThanOrEqual(0);
      }
    }
    await visitor.page.setViewportSize({ width: 1280, height: 900 });
  });

  test('language and light are remembered', async () => {
    await visitor.visit('/settings');
    await visitor.page.getByText('한국어', { exact: true }).last().click();
    await visitor.page.reload();
    await visitor.ready();
    expect(await visitor.page.locator('h1').textContent()).toBe('설정');
    expect(await visitor.page.locator('html').getAttribute('lang')).toBe('ko');
    await visitor.page.getByText('English', { exact: true }).last().click();
    await visitor.page.getByText('Darkroom (dark)').click();
    await visitor.page.reload();
    await visitor.ready();
    expect(await visitor.page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)).toBe('rgb(21, 19, 17)');
    await visitor.page.getByText('As the system').click();
  });

  test('what does the work is chosen beside what the machine offers, and remembered', async () => {
    await visitor.visit('/settings');
    await visitor.page.getByTestId('offer').getByText('Processor: WebAssembly on').waitFor();
    const choice = (name: RegExp) => visitor.page.getByRole('radio', { name });
    expect(await choice(/^Automatic/).isChecked()).toBe(true);
    await choice(/^Processor/).check();
    await visitor.page.reload();
    await visitor.ready();
    expect(await choice(/^Processor/).isChecked()).toBe(true);
    await choice(/^Automatic/).check();
  });

  test('a step that is not ready says what is missing and links to it', async () => {
    for (const [path, target] of [
      ['/likeness', '/photos'],
      ['/studio', '/likeness'],
      ['/gallery', '/studio'],
      ['/consent', '/photos'],
    ] as const) {
      await visitor.visit(path);
      await visitor.page.locator('main a.button-main').click();
      await visitor.page.waitForURL(`**${target}`);
    }
  });

  test('the first Tab reaches “skip to the content”, and Enter goes there', async () => {
    await visitor.visit('/photos');
    await visitor.page.keyboard.press('Tab');
    expect(await visitor.page.evaluate(() => document.activeElement?.textContent)).toBe('Skip to the content');
    await visitor.page.keyboard.press('Enter');
    expect(await visitor.page.evaluate(() => document.activeElement?.id)).toBe('content');
  });

  test('an unknown address says so and leads back', async () => {
    await visitor.page.goto(`${stage.origin}/no-such-page`);
    await visitor.page.getByText('There is no such page').waitFor();
    visitor.errors.splice(0); // The browser reports the 404 itself.
  });

  test('after the first visit every page opens offline', async () => {
    await visitor.visit('/');
    await visitor.waitForOffline();
    await visitor.context.setOffline(true);
    for (const path of paths) await visitor.visit(path);
    expect(await visitor.page.getByTestId('ribbon').textContent()).toBe('0 bytes of you have left this device');
    await visitor.context.setOffline(false);
  });

  test('the page is isolated, so that wasm may use threads', async () => {
    await visitor.visit('/');
    expect(await visitor.page.evaluate(() => crossOriginIsolated)).toBe(true);
  });

  test('the ribbon counts what a page sends, and no less', async () => {
    const other = await stage.newVisitor();
    await other.visit('/privacy');
    const ribbon = other.page.getByTestId('ribbon');
    expect(await ribbon.textContent()).toBe('0 bytes of you have left this device');
    await other.page.evaluate(async () => {
      await fetch('/photos', { method: 'POST', body: 'x'.repeat(100) });
    });
    expect(await ribbon.textContent()).toBe('100 bytes of you have left this device');
    await other.page.evaluate(() => navigator.sendBeacon('/photos', 'y'.repeat(20)));
    expect(await ribbon.textContent()).toBe('120 bytes of you have left this device');
    await other.page.reload();
    await other.ready();
    expect(await ribbon.textContent()).toBe('120 bytes of you have left this device');
    await other.leave();
  });

  test('another origin is out of reach: the policy refuses it', async () => {
    const other = await stage.newVisitor();
    await other.visit('/privacy');
    const outcome = await other.page.evaluate(() =>
      fetch('https://example.org/collect', { method: 'POST', body: 'face' }).then(
        () => 'sent',
        () => 'refused',
      ),
    );
    expect(outcome).toBe('refused');
    expect(other.foreignRequests).toEqual([]);
    await other.leave();
  });

  test('no request left the origin or carried anything, and no page reported an error', () => {
    expect(visitor.requests.length).toBeGreaterThan(50);
    expect(visitor.foreignRequests).toEqual([]);
    expect(visitor.sent).toEqual([]);
    expect(visitor.errors).toEqual([]);
  });
});

/** @file A model from elsewhere: licence, a dropped line in the middle, likeness and picture with it, offline. Its host is a real server on another origin that the site allows. */
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { LoggedRequest, ModelServer } from '../model-server.ts';
import { startModelServer } from '../model-server.ts';
import { missing, Stage, type Visitor } from './harness.ts';

const minutes = (count: number): number => count * 60_000;

describe.skipIf(missing !== null)('a model of one’s own', () => {
  let host: ModelServer;
  let stage: Stage;
  let visitor: Visitor;
  let page: Page;

  beforeAll(async () => {
    host = await startModelServer();
    process.env['MODEL_ORIGINS'] = host.origin;
    stage = await Stage.open();
    delete process.env['MODEL_ORIGINS'];
    visitor = await stage.newVisitor();
    page = visitor.page;
    page.setDefaultTimeout(minutes(2));
  });

  afterAll(async () => {
    await visitor.leave();
    await stage.close();
    host.close();
  });

  const own = () => page.locator('[data-model^="own-"]');

  test('the licence is read before anything is asked for', async () => {
    await visitor.visit('/models');
    await visitor.waitForOffline();
    await page.getByText('Where models come from').click();
    await page.getByLabel('Address of the hub').fill(`${host.origin}/journey~cut=30000`);
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByLabel('Name on the hub, or web address of its folder').fill('test/tiny');
    await page.getByRole('button', { name: 'Load from there' }).click();
    const dialog = page.getByRole('alertdialog');
    await dialog.getByText('To defame, disparage or otherwise harass others').waitFor();
    await dialog.getByText(new URL(host.origin).host).waitFor();
    expect(visitor.foreignRequests).toEqual([]);
  });

  test('its line drops in the middle of the weights, and it arrives whole all the same', async () => {
    await page.getByRole('button', { name: 'I accept, load it' }).click();
    await own().and(page.locator('[data-status="ready"]')).waitFor();
    const log = (await (await fetch(`${host.origin}/log/journey~cut=30000`)).json()) as LoggedRequest[];
    const weights = log.filter((entry) => entry.path.endsWith('unet/diffusion_pytorch_model.safetensors'));
    expect(weights.map((entry) => entry.status)).toEqual([200, 206]);
    expect(await page.getByTestId('ribbon').textContent()).toBe('0 bytes of you have left this device');
  });

  test('its host was asked for files only: no body, no cookie, nothing else', () => {
    expect(visitor.sent).toEqual([]);
    const beginning = `${host.origin}/journey~cut=30000/`;
    for (const address of visitor.foreignRequests)
      expect(address).toMatch(new RegExp(`^${beginning}(test/tiny/resolve/main/|api/models/test/tiny/tree/main\\?recursive=true$)`));
    expect(visitor.foreignRequests.length).toBeGreaterThan(9);
  });

  test('a page cannot ask that host: of all that the site sends, only the script of the worker that loads models comes with its name', async () => {
    const other = await stage.newVisitor();
    await other.visit('/models');
    const address = `${host.origin}/page/test/tiny/resolve/main/model_index.json`;
    const outcome = await other.page.evaluate(async (asked) => {
      const refusal = new Promise<string>((resolve) => {
        document.addEventListener('securitypolicyviolation', ({ effectiveDirective, blockedURI }) => {
          resolve(`${effectiveDirective} ${blockedURI}`);
        });
      });
      const answer = await fetch(asked).then(
        () => 'answered',
        () => 'refused',
      );
      return { answer, refusal: answer === 'refused' ? await refusal : null };
    }, address);
    expect(outcome).toEqual({ answer: 'refused', refusal: `connect-src ${address}` });
    expect(await (await fetch(`${host.origin}/log/page`)).json()).toEqual([]);
    await other.leave();

    const scripts = [...new Set(visitor.requests)].filter((request) => request.startsWith(stage.origin) && !/\.(html|wasm|safetensors)$/.test(request));
    const naming: string[] = [];
    for (const script of scripts) {
      const policy = (await fetch(script)).headers.get('content-security-policy');
      if (policy?.includes(host.origin) !== false) naming.push(new URL(script).pathname.replace(/-[\w-]+\.js$/, ''));
    }
    expect(naming).toEqual(['/_app/immutable/workers/model.worker']);
  });

  test('what it predicts can be said on its card, stays said, and can be taken back', async () => {
    const said = own().getByLabel('What it predicts');
    await said.selectOption('Velocity (v-prediction)');
    await page.getByText('should be learned again').waitFor();
    await visitor.visit('/models');
    expect(await said.inputValue()).toBe('v_prediction');
    await said.selectOption('Decided by the file');
    await visitor.visit('/models');
    expect(await said.inputValue()).toBe('');
  });

  test(
    'a likeness is learned with it, and offline one picture is drawn',
    async () => {
      await own().getByRole('button', { name: 'Use this one' }).click();
      await own().getByText('In use').waitFor();
      await visitor.visit('/');
      await page.getByRole('button', { name: 'Try it with a sample person' }).click();
      await page.getByRole('link', { name: 'Go on to your likeness' }).click();
      await page.getByRole('link', { name: 'Go on' }).click();
      await page.getByText('Model: test/tiny').waitFor();
      await page.getByText('Quick', { exact: true }).click();
      await page.getByRole('button', { name: 'Start learning' }).click();
      await page.getByRole('link', { name: 'Go to the studio' }).waitFor({ timeout: minutes(5) });
      await page.getByText('This likeness was learned with test/tiny').waitFor();
      await visitor.context.setOffline(true);
      await visitor.visit('/studio');
      await page
        .getByRole('button', { name: /^One more of/ })
        .first()
        .click();
      await page.getByRole('button', { name: 'Make 1 picture' }).click();
      await page
        .getByTestId('queue-progress')
        .getByText('1 picture made.')
        .waitFor({ timeout: minutes(4) });
      await visitor.visit('/gallery');
      await expect.poll(() => page.locator('button[data-picture]').count()).toBe(1);
    },
    minutes(14),
  );

  test('a host that the site does not allow is refused by the browser, and the card says what to do', async () => {
    await visitor.context.setOffline(false);
    await visitor.visit('/models');
    visitor.errors.splice(0); // Requests that failed while it was offline.
    await page.getByLabel('Name on the hub, or web address of its folder').fill('https://models.example.org/m');
    await page.getByRole('button', { name: 'Load from there' }).click();
    await page.getByRole('button', { name: 'I accept, load it' }).click();
    await page.getByText('may not ask that host').waitFor();
    expect(visitor.requests.filter((address) => address.includes('example.org'))).toEqual([]);
    visitor.errors.splice(0); // The browser reports the refusal itself.
  });

  test('removed, it is gone, and the likeness says which model it needs', async () => {
    await visitor.visit('/models');
    await own().first().getByRole('button', { name: 'Remove' }).click();
    await page.getByRole('alertdialog').getByRole('button', { name: 'Remove' }).click();
    await page.getByText('test/tiny was removed').waitFor();
    await visitor.visit('/studio');
    await page.getByText('which is not on this computer any more').waitFor();
    expect(visitor.errors).toEqual([]);
  });
});

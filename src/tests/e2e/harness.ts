/** @file What every journey stands on: the built app served on a free port, Chromium, and a record of every request, none of which may leave the origin. */
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { chromiumArguments, findChromium } from '../chromium.ts';
import { root } from '../imports.ts';

/** Why journeys cannot run here, or null. Pass to `describe.skipIf`, and say it. */
export const missing: string | null =
  findChromium() === null
    ? 'no Chromium found: install it or name it in CHROMIUM_PATH'
    : existsSync(join(root, 'build/200.html'))
      ? null
      : 'the app is not built: npm run build';

/** A served app and a browser. Close it. */
export class Stage {
  readonly origin: string;
  readonly #server: ChildProcess;
  readonly #browser: Browser;

  private constructor(origin: string, server: ChildProcess, browser: Browser) {
    this.origin = origin;
    this.#server = server;
    this.#browser = browser;
  }

  /**
   * Starts the real server on a free port and a headless Chromium.
   *
   * @param browserArguments beside those that all tests use
   */
  static async open(browserArguments: readonly string[] = []): Promise<Stage> {
    const { origin, server } = await startServer();
    const executablePath = findChromium();
    const browser = await chromium.launch({ args: [...chromiumArguments, ...browserArguments], ...(executablePath === null ? {} : { executablePath }) });
    return new Stage(origin, server, browser);
  }

  /** A person at a fresh browser: empty storage, own service worker. */
  async newVisitor(options: BrowserContextOptions = {}): Promise<Visitor> {
    const context = await this.#browser.newContext({ viewport: { width: 1280, height: 900 }, locale: 'en-GB', acceptDownloads: true, ...options });
    return Visitor.arrive(this.origin, context);
  }

  async close(): Promise<void> {
    await this.#browser.close();
    this.#server.kill();
  }
}

/** One browser profile; its pages share storage. Records requests and page errors of all of them, workers included. */
export class Visitor {
  readonly context: BrowserContext;
  readonly origin: string;
  /** Addresses of all requests, in order. */
  readonly requests: string[] = [];
  /** Requests that carried a body. */
  readonly sent: string[] = [];
  readonly errors: string[] = [];
  readonly page: Page;

  private constructor(origin: string, context: BrowserContext, page: Page) {
    this.origin = origin;
    this.context = context;
    this.page = page;
    context.on('request', (request) => {
      this.requests.push(request.url());
      if (request.postDataBuffer() !== null) this.sent.push(request.url());
    });
    context.on('page', (other) => {
      this.#listen(other);
    });
    this.#listen(page);
  }

  static async arrive(origin: string, context: BrowserContext): Promise<Visitor> {
    return new Visitor(origin, context, await context.newPage());
  }

  /** Opens a page of the app and waits until its stored state is there. */
  async visit(path: string, page: Page = this.page): Promise<void> {
    await page.goto(this.origin + path);
    await this.ready(page);
  }

  async ready(page: Page = this.page): Promise<void> {
    await page.waitForSelector('[data-ready]');
  }

  /** Waits until the service worker is in charge and has stored everything for offline work. */
  async waitForOffline(timeoutMs = 120_000): Promise<void> {
    await this.page.waitForFunction(() => navigator.serviceWorker.controller !== null, null, { timeout: timeoutMs });
    await this.page.evaluate(
      () =>
        new Promise<void>((resolve, reject) => {
          const channel = new MessageChannel();
          channel.port1.onmessage = (event: MessageEvent<{ stored: number; total: number }>) => {
            if (event.data.stored === event.data.total) resolve();
            else reject(new Error(`${event.data.stored} of ${event.data.total} files are stored`));
          };
          navigator.serviceWorker.controller?.postMessage({ kind: 'store-everything' }, [channel.port2]);
        }),
    );
  }

  /** Drops files and folders of this computer on the page, as from the desktop. */
  async drop(paths: readonly string[], page: Page = this.page): Promise<void> {
    const session = await this.context.newCDPSession(page);
    const data = { items: [], files: [...paths], dragOperationsMask: 1 };
    for (const type of ['dragEnter', 'dragOver', 'drop'] as const) await session.send('Input.dispatchDragEvent', { type, x: 200, y: 300, data });
    await session.detach();
  }

  /** Addresses of requests that left the origin. `blob:` and `data:` never leave the browser. */
  get foreignRequests(): string[] {
    return this.requests.filter((address) => !address.startsWith('blob:') && !address.startsWith('data:') && new URL(address).origin !== this.origin);
  }

  async leave(): Promise<void> {
    await this.context.close();
  }

  #listen(page: Page): void {
    page.on('pageerror', (error) => {
      this.errors.push(error.message);
    });
    page.on('console', (message) => {
      if (message.type() === 'error') this.errors.push(message.text());
    });
  }
}

function startServer(): Promise<{ origin: string; server: ChildProcess }> {
  const server = spawn(process.execPath, ['--import', 'tsx', 'server/index.ts'], {
    cwd: root,
    env: { ...process.env, PORT: '0' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  return new Promise((resolve, reject) => {
    server.once('exit', (code) => {
      reject(new Error(`The server ended with status ${code}.`));
    });
    server.stdout.on('data', (text: Buffer) => {
      const address = /http:\/\/\S+:\d+/.exec(text.toString())?.[0];
      if (address !== undefined) resolve({ origin: address, server });
    });
  });
}

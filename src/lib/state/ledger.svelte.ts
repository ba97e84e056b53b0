/**
 * @file The account of what leaves this device: every request of the page, its workers and its service worker.
 *
 * [Note: how the ribbon counts] The page wraps the four ways in which a page can send (`fetch`, `XMLHttpRequest`, `sendBeacon`, `WebSocket`) and
 * watches the browser's own resource timeline for anything that went elsewhere. The service worker reports what workers requested, because their requests
 * pass through it and not through the page. Counted as "of you": bodies, query strings, and whole addresses of requests to another origin.
 * Counted on their own: bare requests for files of a model that the person chose, by the beginning of their address. They tell its host which file, and nothing of the person.
 */

/** What the service worker tells about one request of a worker. */
export interface ReportedRequest {
  readonly kind: 'request';
  readonly sentBytes: number;
  readonly isForeign: boolean;
  /** Of a request elsewhere that carried nothing but its address. */
  readonly address: string | null;
}

const totalKey = 'likeness.sent-bytes';
/** In localStorage, because every tab hears of the requests of all workers. */
const modelsKey = 'likeness.model-addresses';

export class Ledger {
  #sentBytes = $state(0);
  #ownFiles = $state(0);
  #withBody = $state(0);
  #foreign = $state(0);
  #modelFiles = $state(0);
  #isWatching = false;

  /** Bytes that have left this device since the app was first opened here. */
  get sentBytes(): number {
    return this.#sentBytes;
  }

  /** Requests for the app's own files since this tab opened. */
  get ownFiles(): number {
    return this.#ownFiles;
  }

  get withBody(): number {
    return this.#withBody;
  }

  get foreign(): number {
    return this.#foreign;
  }

  /** Requests for files of models that the person chose, since this tab opened. */
  get modelFiles(): number {
    return this.#modelFiles;
  }

  /** From here on bare requests to addresses that begin so are those of a model that the person chose. */
  expectModel(beginnings: readonly string[]): void {
    try {
      localStorage.setItem(modelsKey, JSON.stringify([...new Set([...readModelAddresses(), ...beginnings])]));
    } catch {
      // Storage is refused: the requests are counted as any other.
    }
  }

  /** Forgets which models were chosen, as part of deleting everything. */
  forgetModels(): void {
    try {
      localStorage.removeItem(modelsKey);
    } catch {
      // Storage is refused: there is nothing to forget.
    }
  }

  /** Begins to watch. Called once, as early as the app's code runs. */
  watch(): void {
    if (this.#isWatching) return;
    this.#isWatching = true;
    this.#sentBytes = readTotal();
    this.#wrapFetch();
    this.#wrapXhr();
    this.#wrapBeacon();
    this.#wrapWebSocket();
    this.#watchTimeline();
    navigator.serviceWorker?.addEventListener('message', (event: MessageEvent<unknown>) => {
      if (!isReportedRequest(event.data)) return;
      const { address } = event.data;
      if (address !== null && readModelAddresses().some((beginning) => address.startsWith(beginning))) this.#modelFiles += 1;
      else this.#count(event.data.sentBytes, event.data.isForeign);
    });
  }

  /** Adds one request to the account. */
  #count(sentBytes: number, isForeign: boolean): void {
    if (isForeign) this.#foreign += 1;
    if (sentBytes === 0) {
      if (!isForeign) this.#ownFiles += 1;
      return;
    }
    this.#withBody += 1;
    this.#sentBytes += sentBytes;
    writeTotal(this.#sentBytes);
  }

  #countRequest(address: string | URL, bodyBytes: number): void {
    const url = new URL(address, location.href);
    if (url.protocol === 'blob:' || url.protocol === 'data:') return; // Never leaves the browser.
    this.#count(bytesOfAddress(url) + bodyBytes, url.origin !== location.origin);
  }

  #wrapFetch(): void {
    const original = window.fetch.bind(window);
    window.fetch = (input, init) => {
      const address = input instanceof Request ? input.url : input;
      const body = init?.body ?? (input instanceof Request ? input.body : null);
      this.#countRequest(address, bytesOfBody(body));
      return original(input, init);
    };
  }

  #wrapXhr(): void {
    const { open, send } = XMLHttpRequest.prototype;
    const addresses = new WeakMap<XMLHttpRequest, string | URL>();
    const count = (request: XMLHttpRequest, body: unknown): void => {
      this.#countRequest(addresses.get(request) ?? location.href, bytesOfBody(body));
    };
    XMLHttpRequest.prototype.open = function (this: XMLHttpRequest, ...parameters: unknown[]): void {
      addresses.set(this, parameters[1] as string | URL);
      Reflect.apply(open, this, parameters);
    };
    XMLHttpRequest.prototype.send = function (this: XMLHttpRequest, body): void {
      count(this, body);
      send.call(this, body);
    };
  }

  #wrapBeacon(): void {
    const original = navigator.sendBeacon.bind(navigator);
    navigator.sendBeacon = (address, body) => {
      this.#countRequest(address, Math.max(1, bytesOfBody(body)));
      return original(address, body);
    };
  }

  #wrapWebSocket(): void {
    if (import.meta.env.DEV) return; // Hot reload talks over one.
    const countSent = (socket: WebSocket, data: unknown): void => {
      this.#count(Math.max(1, bytesOfBody(data)), new URL(socket.url).host !== location.host);
    };
    const { send } = WebSocket.prototype;
    WebSocket.prototype.send = function (this: WebSocket, data): void {
      countSent(this, data);
      send.call(this, data);
    };
  }

  /** Pictures, styles and scripts do not pass through `fetch`; the timeline has them. Ours are counted, others are exposed. */
  #watchTimeline(): void {
    const counted = new Set(['fetch', 'xmlhttprequest', 'beacon']);
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as PerformanceResourceTiming[]) {
        if (!counted.has(entry.initiatorType)) this.#countRequest(entry.name, 0);
      }
    }).observe({ type: 'resource', buffered: true });
  }
}

/** The query, which could carry something; for another origin the whole address, which tells that we were there. In development Vite puts versions into queries. */
function bytesOfAddress(url: URL): number {
  if (url.origin !== location.origin) return byteLength(url.href);
  return import.meta.env.DEV ? 0 : byteLength(url.search);
}

/** How many bytes a body holds; a stream counts as one, because reading it would consume it. */
export function bytesOfBody(body: unknown): number {
  if (body === null || body === undefined) return 0;
  if (typeof body === 'string') return byteLength(body);
  if (body instanceof Blob) return body.size;
  if (body instanceof ArrayBuffer || ArrayBuffer.isView(body)) return body.byteLength;
  if (body instanceof URLSearchParams) return byteLength(body.toString());
  if (body instanceof FormData) {
    return [...body.entries()].reduce((sum, [name, value]) => sum + byteLength(name) + bytesOfBody(value), 0);
  }
  return 1;
}

function byteLength(text: string): number {
  return new TextEncoder().encode(text).byteLength;
}

function isReportedRequest(value: unknown): value is ReportedRequest {
  return typeof value === 'object' && value !== null && 'kind' in value && value.kind === 'request';
}

function readModelAddresses(): string[] {
  try {
    const stored: unknown = JSON.parse(localStorage.getItem(modelsKey) ?? '[]');
    return Array.isArray(stored) ? stored.filter((beginning) => typeof beginning === 'string' && /^https?:\/\/[^/]+\/./.test(beginning)) : [];
  } catch {
    return [];
  }
}

function readTotal(): number {
  try {
    return Number(localStorage.getItem(totalKey) ?? 0) || 0;
  } catch {
    return 0;
  }
}

function writeTotal(bytes: number): void {
  try {
    localStorage.setItem(totalKey, String(bytes));
  } catch {
    // Storage is refused: the number lasts as long as the page.
  }
}

/** @file What browser tests may ask of the process that drives the browser: which requests were made, by the page and by its workers. */
import type { BrowserCommand } from 'vitest/node';
import type {} from '@vitest/browser-playwright'; // gives the command's context its browser

const watched = new WeakMap<object, string[]>();

/** Starts over with the list of requests. */
export const watchRequests: BrowserCommand<[]> = ({ context }) => {
  const known = watched.get(context);
  if (known !== undefined) {
    known.length = 0;
    return;
  }
  const addresses: string[] = [];
  watched.set(context, addresses);
  context.on('request', (request) => addresses.push(request.url()));
};

/** Addresses of all requests since `watchRequests`, those of workers included; nothing that stays in the browser. */
export const watchedRequests: BrowserCommand<[], string[]> = ({ context }) =>
  (watched.get(context) ?? []).filter((address) => !address.startsWith('blob:') && !address.startsWith('data:'));

declare module 'vitest/internal/browser' {
  interface BrowserCommands {
    watchRequests: () => Promise<void>;
    watchedRequests: () => Promise<string[]>;
  }
}

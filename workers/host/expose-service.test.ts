import { MessageChannel } from 'node:worker_threads';
import { wrap, type Endpoint } from 'comlink';
import { expect, test } from 'vitest';
import { AppError } from '#models/errors/app-error.ts';
import { decodeError } from '#models/errors/error-codec.ts';
import { exposeService } from './expose-service.ts';
import { Mutex } from './mutex.ts';

class Service {
  readonly #greeting = 'hello';
  greet(name: string): string {
    return `${this.#greeting} ${name}`;
  }
  fail(): Promise<number> {
    return Promise.reject(new AppError('loss-not-finite', { message: 'step 3', help: 'Lower the learning rate.' }));
  }
}

function connect() {
  const { port1, port2 } = new MessageChannel();
  exposeService(new Service(), port1 as unknown as Endpoint);
  return { remote: wrap<Service>(port2 as unknown as Endpoint), close: () => port1.close() };
}

test('a service with private fields answers, and its errors arrive with code and help', async () => {
  const { remote, close } = connect();
  expect(await remote.greet('there')).toBe('hello there');
  const error = decodeError(await remote.fail().catch((thrown: unknown) => thrown));
  expect([error.code, error.message, error.help]).toEqual(['loss-not-finite', 'step 3', 'Lower the learning rate.']);
  close();
});

test('the mutex runs one body after another, also after one that failed', async () => {
  const mutex = new Mutex();
  const events: string[] = [];
  const slow = mutex.run(async () => {
    events.push('slow starts');
    await new Promise((resolve) => setTimeout(resolve, 5));
    events.push('slow ends');
    throw new Error('slow failed');
  });
  const quick = mutex.run(() => void events.push('quick'));
  mutex.soon(() => events.push('release'));
  await expect(slow).rejects.toThrow('slow failed');
  await quick;
  await mutex.run(() => undefined);
  expect(events).toEqual(['slow starts', 'slow ends', 'quick', 'release']);
  mutex.soon(() => events.push('at once'));
  expect(events.at(-1)).toBe('at once');
});

/** @file The lock against real Web Locks. Two locks of one name stand for two tabs: the browser does not tell them apart. */
import { expect, test } from 'vitest';
import { TabLock } from './tab-lock.ts';

/** Work that goes on until it is told to end. */
function openEnded(): { work: () => Promise<string>; end: () => void } {
  let end: () => void = () => undefined;
  const ended = new Promise<void>((resolve) => {
    end = resolve;
  });
  return {
    work: async () => {
      await ended;
      return 'done';
    },
    end: () => {
      end();
    },
  };
}

test('a second tab is refused while the first works, and let in afterwards', async () => {
  const [here, there] = [new TabLock('test-refused'), new TabLock('test-refused')];
  const job = openEnded();
  const first = here.hold(job.work);
  expect(await there.isHeldElsewhere()).toBe(true);
  expect(await here.isHeldElsewhere()).toBe(false);
  await expect(there.hold(() => Promise.resolve('too early'))).rejects.toMatchObject({ code: 'busy-elsewhere' });
  job.end();
  expect(await first).toBe('done');
  await expect.poll(() => there.hold(() => Promise.resolve('in')).catch(() => 'refused')).toBe('in');
});

test('a tab may take over: the other one is told at once', async () => {
  const [here, there] = [new TabLock('test-stolen'), new TabLock('test-stolen')];
  const first = here.hold((stolen) => Promise.race([stolen, new Promise<never>(() => undefined)]));
  await there.steal();
  const second = there.hold(() => Promise.resolve('mine now'));
  await expect(first).rejects.toMatchObject({ code: 'busy-elsewhere' });
  expect(await second).toBe('mine now');
});

test('calls inside one another share the lock', async () => {
  const lock = new TabLock('test-nested');
  expect(await lock.hold(() => lock.hold(() => Promise.resolve('inner')))).toBe('inner');
});

test('what the work throws comes through as it is, and the lock is free again', async () => {
  const lock = new TabLock('test-throws');
  await expect(lock.hold(() => Promise.reject(new RangeError('mine')))).rejects.toBeInstanceOf(RangeError);
  expect(await lock.hold(() => Promise.resolve('free'))).toBe('free');
});

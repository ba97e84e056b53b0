/** @file A contestant in a process of its own: it says when it is ready and does one turn for each line it is given. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { NotMeasured, type Turn } from '../contestant.ts';

export interface LineProcess {
  readonly name: string;
  turn(): Promise<Turn>;
  close(): void;
}

/**
 * Starts a program that prints `{"ready": NAME}` or `{"skip": REASON}` and then a `Turn` for every line.
 *
 * @throws {NotMeasured} if it cannot be started, says why not, or ends
 */
export async function startLineProcess(program: string, args: readonly string[]): Promise<LineProcess> {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'ignore'], env: { ...process.env, OMP_WAIT_POLICY: 'passive' } });
  const failed = new Promise<never>((_, reject) => child.once('error', () => reject(new NotMeasured(`${program} cannot be started`))));
  failed.catch(() => undefined);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async <T>(): Promise<T> => {
    const { value, done } = await Promise.race([lines.next(), failed]);
    if (done === true) throw new NotMeasured(`${program} ${args.join(' ')} ended; run it by itself to see why`);
    return JSON.parse(value) as T;
  };
  const { ready, skip } = await answer<{ ready?: string; skip?: string }>();
  if (ready === undefined) throw new NotMeasured(skip ?? 'not measured');
  return {
    name: ready,
    turn: () => {
      child.stdin.write('go\n');
      return answer<Turn>();
    },
    close: () => void child.stdin.end(),
  };
}

/** The other side in Node: announces itself and does `work` for every line on standard input. */
export async function serveTurns(name: string, work: () => Promise<unknown>): Promise<void> {
  console.log(JSON.stringify({ ready: name }));
  for await (const _ of createInterface({ input: process.stdin })) {
    const [started, used] = [performance.now(), process.cpuUsage()];
    await work();
    const { user, system } = process.cpuUsage(used);
    console.log(JSON.stringify({ seconds: (performance.now() - started) / 1000, cpuSeconds: (user + system) / 1e6 } satisfies Turn));
  }
}

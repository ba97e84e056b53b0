/** @file PyTorch with diffusers and peft as a contestant: a Python process that does one command a line. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { NotMeasured, type Contestant, type ContestantOptions, type Turn } from './contestant.ts';

const script = fileURLToPath(new URL('../../../models/testing/reference/bench_torch.py', import.meta.url));
const builtin = fileURLToPath(new URL('../../../models/builtin', import.meta.url));

/**
 * Starts `$PYTHON`, or `python3`, on `bench_torch.py`.
 *
 * @param tuned plain attention and channels last, which suit small models on a CPU, instead of what diffusers does by itself
 * @throws {NotMeasured} if there is no Python or it lacks a package
 */
export async function torchContestant(name: string, tuned: boolean, { model, threads, batchSize, rank }: ContestantOptions): Promise<Contestant> {
  const python = process.env['PYTHON'] ?? 'python3';
  const folder = model === 'builtin' ? builtin : model;
  const child = spawn(python, [script, folder, String(threads), String(batchSize), String(rank), ...(tuned ? ['tuned'] : [])], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: { ...process.env, OMP_WAIT_POLICY: 'passive' },
  });
  const failed = new Promise<never>((_, reject) =>
    child.once('error', () => reject(new NotMeasured(`PyTorch is not measured: ${python} cannot be started; name an interpreter in PYTHON`))),
  );
  failed.catch(() => undefined);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async <T>(): Promise<T> => {
    const { value, done } = await Promise.race([lines.next(), failed]);
    if (done === true) throw new NotMeasured('PyTorch is not measured: the Python process ended; run it by itself to see why');
    return JSON.parse(value) as T;
  };
  const { ready, skip } = await answer<{ ready?: string; skip?: string }>();
  if (ready === undefined) throw new NotMeasured(skip ?? 'PyTorch is not measured');
  return {
    name: name.replace('PyTorch', ready),
    units: ['train', 'denoise', 'frame', 'encode'],
    batchSize,
    once: false,
    measure: (unit, count) => {
      child.stdin.write(`${unit} ${count}\n`);
      return answer<Turn>();
    },
    close: async () => void child.stdin.end(),
  };
}

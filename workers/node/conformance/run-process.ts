/** @file A program run to its end. */
import { spawn } from 'node:child_process';

/**
 * What the program printed on standard output.
 *
 * @throws if it cannot be started or fails; the error holds the last lines it printed on standard error
 */
export function runProcess(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    const [out, errors]: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
    child.once('error', reject);
    child.once('close', (code, signal) => {
      if (code === 0) return resolve(Buffer.concat(out).toString());
      const last = Buffer.concat(errors).toString().trim().split('\n').slice(-12).join('\n');
      reject(new Error(`${program} ${args.join(' ')} ended with ${signal ?? code}:\n${last}`));
    });
  });
}

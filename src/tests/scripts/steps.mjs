/** @file Running one step of a check: prints its name, its time and its verdict. Plain JavaScript: it runs before anything is installed. */
import { spawnSync } from 'node:child_process';

/**
 * Runs a command in the foreground.
 *
 * @param {string} name what the step checks, for the reader
 * @param {string} command
 * @param {readonly string[]} parameters
 * @returns {{ name: string, passed: boolean, seconds: number }}
 */
export function runStep(name, command, parameters) {
  console.log(`\n=== ${name}`);
  const startMs = Date.now();
  const { status, error } = spawnSync(command, parameters, { stdio: 'inherit', shell: process.platform === 'win32' });
  if (error !== undefined) console.error(error.message);
  const seconds = Math.round((Date.now() - startMs) / 1000);
  console.log(`=== ${name}: ${status === 0 ? 'passed' : 'FAILED'} in ${seconds} s`);
  return { name, passed: status === 0, seconds };
}

/** @file For tests: the decoding process, but files named after it hang or crash it for real, by a loop that never ends and by a signal. */
process.on('message', (file: string) => {
  if (file.endsWith('.hang.jpg')) for (;;);
  if (file.endsWith('.crash.jpg')) process.kill(process.pid, 'SIGSEGV');
});
void import('./decode.process.ts');

export {};

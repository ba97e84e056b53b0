/** @file Every broken file of a folder of folders, answered by the command's own decoder: with what, and how fast. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isAppError } from '#models/errors/app-error.ts';
import { FileDecoder } from '../photo-check/decode-files.ts';

export interface MalformedScore {
  readonly files: number;
  /** Answered with an error that has a code, and decoded all the same. */
  readonly refused: number;
  readonly decoded: number;
  /** Answers that took longer than 2 s, ends of the process that decodes, and good photos that failed after a broken file. */
  readonly late: number;
  readonly crashes: number;
  readonly harmed: number;
  readonly slowest: { readonly file: string; readonly ms: number };
}

/** @param goodPhoto decoded after every tenth broken file, to see that nothing was harmed */
export async function scoreMalformed(folder: string, goodPhoto: string): Promise<MalformedScore> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const decoder = new FileDecoder();
  await decoder.decode(goodPhoto); // starts the process
  const score = { files: files.length, refused: 0, decoded: 0, late: 0, crashes: 0, harmed: 0, slowest: { file: '', ms: 0 } };
  for (const [index, file] of files.entries()) {
    const started = performance.now();
    try {
      await decoder.decode(file);
      score.decoded++;
    } catch (error) {
      if (!isAppError(error)) throw error;
      score.refused++;
      if (error.code === 'worker-crashed') score.crashes++;
    }
    const ms = performance.now() - started;
    if (ms > 2000) score.late++;
    if (ms > score.slowest.ms) score.slowest = { file: file.slice(folder.length + 1), ms };
    if (index % 10 === 9) await decoder.decode(goodPhoto).catch(() => score.harmed++);
  }
  decoder.dispose();
  return score;
}

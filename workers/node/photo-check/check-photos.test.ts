/** @file The `check` command on real files: exit code, report, broken and hanging files. */
import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import { FileDecoder } from './decode-files.ts';

const run = promisify(execFile);
const samples = new URL('../../../static/samples/ada/', import.meta.url);
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'likeness-check-'));
  await copyFile(new URL('01.jpg', samples), join(folder, '01 good.jpg'));
  await sharp(await readFile(new URL('02.jpg', samples)))
    .blur(8)
    .toFile(join(folder, '02 blurred.jpg'));
  await sharp(await readFile(new URL('03.jpg', samples)))
    .rotate(180)
    .toFile(join(folder, '03 upside down.png'));
  await sharp({ create: { width: 600, height: 400, channels: 3, background: '#88aadd' } })
    .webp()
    .toFile(join(folder, '04 sky.webp'));
  await writeFile(join(folder, '05 cut.jpg'), (await readFile(new URL('04.jpg', samples))).subarray(0, 9000));
  await writeFile(join(folder, '06 empty.png'), '');
  await writeFile(join(folder, '07 no picture.jpg'), 'hello');
  await writeFile(join(folder, '.hidden.jpg'), 'hello');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const reportSchema = z.object({
  photos: z.array(
    z.strictObject({
      file: z.string(),
      accepted: z.boolean(),
      reasons: z.array(
        z.strictObject({
          check: z.string(),
          sentence: z.string().min(10),
          value: z.number().nullable(),
          limit: z.number().nullable(),
          isHard: z.boolean(),
          otherFile: z.string().optional(),
        }),
      ),
      measures: z.looseObject({ widthPx: z.number(), faces: z.array(z.looseObject({ sharpness: z.number() })) }).nullable(),
      milliseconds: z.object({ decode: z.number(), measure: z.number() }),
    }),
  ),
  accepted: z.number(),
  coverage: z.looseObject({ photos: z.number(), missing: z.array(z.object({ gap: z.string(), have: z.number(), want: z.number() })) }),
  seconds: z.number(),
});

describe('npm run likeness -- check', () => {
  test('one entry for every file, with its reasons; exit code 0 whatever the files are', async () => {
    const report = join(folder, '.report.json');
    const { stdout } = await run('npx', ['tsx', 'workers/node/cli.ts', 'check', '--photos', folder, '--report', report]); // rejects for any other exit code
    const text = await readFile(report, 'utf8');
    expect(text).not.toContain('embedding');
    const { photos, accepted } = reportSchema.parse(JSON.parse(text));
    expect(photos.map(({ file, reasons }) => [file, ...reasons.map(({ check }) => check)])).toEqual([
      ['01 good.jpg'],
      ['02 blurred.jpg', 'blurred'],
      ['03 upside down.png', 'not-upright'],
      ['04 sky.webp', 'no-face'],
      ['05 cut.jpg', 'photo-unreadable'],
      ['06 empty.png', 'photo-unreadable'],
      ['07 no picture.jpg', 'photo-unreadable'],
    ]);
    expect(photos.map((photo) => photo.accepted)).toEqual(photos.map(({ reasons }) => reasons.length === 0));
    expect(accepted).toBe(1);
    expect(stdout).toContain('1 of 7 accepted');
  });

  test('a folder that is not there is a wrong argument: exit code 2', async () => {
    await expect(run('npx', ['tsx', 'workers/node/cli.ts', 'check', '--photos', join(folder, 'none')])).rejects.toMatchObject({ code: 2 });
  });
});

describe('FileDecoder', () => {
  const good = (): string => join(folder, '01 good.jpg');

  test('a file that hangs is given up within 2 s, and the next one is read', async () => {
    const decoder = new FileDecoder(new URL('./hanging.process.ts', import.meta.url));
    await writeFile(join(folder, '.hang.jpg'), 'x');
    await decoder.decode(good()); // the process is up
    const started = performance.now();
    await expect(decoder.decode(join(folder, '.hang.jpg'))).rejects.toMatchObject({ code: 'photo-unreadable' });
    expect(performance.now() - started).toBeLessThan(2500);
    expect((await decoder.decode(good())).widthPx).toBeGreaterThan(100);
    decoder.dispose();
  });

  test('a file that takes the process down is an error of that file only', async () => {
    const decoder = new FileDecoder(new URL('./hanging.process.ts', import.meta.url));
    await writeFile(join(folder, '.crash.jpg'), 'x');
    await expect(decoder.decode(join(folder, '.crash.jpg'))).rejects.toMatchObject({ code: 'worker-crashed' });
    expect((await decoder.decode(good())).widthPx).toBeGreaterThan(100);
    decoder.dispose();
  });
});

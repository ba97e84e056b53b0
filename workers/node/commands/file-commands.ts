/** @file The commands that read files and say or write something of them: `score`, `check`, `convert`, `inspect`. */
import { writeFile } from 'node:fs/promises';
import { AppError } from '#models/errors/app-error.ts';
import { convertLora } from '#models/lora/convert-lora.ts';
import { loraBaseOf } from '#models/lora/lora-base.ts';
import { openModel } from '#models/pipelines/open-model.ts';
import { inspect } from '../inspect.ts';
import { readLoraFile } from '../lora-files.ts';
import { openModelDirectory } from '../model-directory.ts';
import { checkPhotos, formatCheck } from '../photo-check/check-photos.ts';
import { requireWritable, writeReport } from '../report.ts';
import { runScore, scoreOptions } from '../score.ts';
import { command } from './command.ts';
import { layoutOption, modelOptions, openingOptions, parseLayout, readOpening } from './shared-options.ts';

export const scoreCommand = command('measure how much pictures look like a person; the last number is the mean cosine', scoreOptions, ({ options }) =>
  runScore(options),
);

export const checkCommand = command(
  'say of each photo in a folder whether it is fit to learn from, and why not',
  {
    photos: { kind: 'text', value: 'DIR', help: 'folder with photos of one person', required: true },
    report: { kind: 'text', value: 'FILE.json', help: 'write reasons and measures of each photo, without the embeddings' },
  },
  async ({ options }) => {
    await requireWritable('report', options.report);
    const report = await checkPhotos(options.photos);
    if (report.photos.length === 0)
      throw new AppError('usage', {
        message: `there are no files in ${options.photos}`,
        help: 'Give the folder that holds the photos themselves; folders in it are not looked into.',
      });
    await writeReport(options.report, report);
    console.log(formatCheck(report));
  },
);

export const convertCommand = command(
  'write a likeness in the layout of other programs',
  {
    ...modelOptions,
    lora: { kind: 'text', value: 'FILE', help: 'likeness in any layout, a .safetensors file or a folder of peft', required: true },
    layout: layoutOption,
    out: { kind: 'text', value: 'FILE', help: 'where to write it, a .safetensors file', required: true },
  },
  async ({ options }) => {
    await requireWritable('out', options.out);
    const { weights } = await openModel(openModelDirectory(options.model ?? 'builtin'));
    await writeFile(options.out, convertLora(await readLoraFile(options.lora), await loraBaseOf(weights), parseLayout(options.layout) ?? 'kohya'));
    console.log(options.out);
  },
);

export const inspectCommand = command(
  'say what a model folder, a likeness or another safetensors file holds',
  openingOptions,
  async ({ options, positionals }) => {
    const [path] = positionals;
    if (path === undefined)
      throw new AppError('usage', {
        message: 'inspect needs a path',
        help: 'Give a model folder, a safetensors file, or the word builtin: npm run likeness -- inspect PATH',
      });
    for (const line of await inspect(path, readOpening(options))) console.log(line);
  },
  'PATH',
);

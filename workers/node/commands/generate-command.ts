/** @file `generate`: words in, pictures out. */
import { AppError } from '#models/errors/app-error.ts';
import { schedulerIds, schedulers, type SchedulerId } from '#models/schedulers/index.ts';
import { timestepSpacings, type TimestepSpacing } from '#models/schedulers/scheduler-config.ts';
import { generateImages, type SourceFiles } from '../generate.ts';
import { createNodeRunner } from '../ort-node-runner.ts';
import { requireWritable, writeReport } from '../report.ts';
import { command } from './command.ts';
import { modelOptions, oneOf, readOpening, reportOption, seedOption } from './shared-options.ts';

export const generateCommand = command(
  'draw pictures, with a likeness or without',
  {
    ...modelOptions,
    lora: { kind: 'list', value: 'FILE[:WEIGHT]', help: 'likeness to apply, a .safetensors file or a folder of peft; may be given several times' },
    prompt: { kind: 'text', value: 'TEXT', help: 'what to draw', required: true },
    negative: { kind: 'text', value: 'TEXT', help: 'what to lead away from' },
    steps: { kind: 'whole', least: 1, value: 'N', help: 'denoising steps (default: 20)' },
    guidance: { kind: 'number', value: 'G', help: 'how closely to follow the words (default: 4)' },
    'guidance-rescale': {
      kind: 'number',
      value: 'SHARE',
      help: 'how far guidance keeps the contrast, 0 to 1; 0.7 suits models of zero terminal SNR (default: 0)',
    },
    scheduler: { kind: 'text', value: 'NAME', help: `${schedulerIds.join(', ')} (default: the model's own)` },
    spacing: { kind: 'text', value: 'NAME', help: `${timestepSpacings.join(', ')}: where the steps lie (default: as the model says; trailing for Hyper-SD)` },
    eta: { kind: 'number', value: 'SHARE', help: 'fresh noise that ddim and tcd put back, 0 to 1 (default: 0 for ddim, 0.3 for tcd)' },
    seed: seedOption,
    size: { kind: 'text', value: 'WxH', help: 'in pixels (default: what the model was trained at)' },
    count: { kind: 'whole', least: 1, value: 'N', help: 'how many pictures, seeds counting up (default: 1)' },
    image: { kind: 'text', value: 'FILE', help: 'picture to begin with, its middle cut to the size' },
    strength: { kind: 'number', value: 'S', help: 'how much of it may change, above 0 to 1 (default: 0.6)' },
    mask: { kind: 'text', value: 'FILE', help: 'picture that is white where the image is drawn anew' },
    'clip-skip': { kind: 'whole', least: 0, value: 'N', help: 'last layers of the text encoder to leave out (default: 0)' },
    latents: { kind: 'text', value: 'FILE', help: 'safetensors file with the unit noise to begin with, key `latents`' },
    'save-latents': { kind: 'text', value: 'FILE', help: 'write the final latents under the same key' },
    out: { kind: 'text', value: 'DIR', help: 'folder for the PNG files', required: true },
    report: reportOption,
  },
  async ({ options }) => {
    await requireWritable('report', options.report);
    const runner = createNodeRunner();
    const report = await generateImages(
      runner,
      {
        model: options.model ?? 'builtin',
        opening: readOpening(options),
        loras: options.lora.map(parseLora),
        prompt: options.prompt,
        negativePrompt: options.negative ?? '',
        count: options.count ?? 1,
        seed: options.seed ?? 0,
        outDirectory: options.out,
        steps: options.steps ?? 20,
        guidance: options.guidance ?? 4,
        scheduler: options.scheduler === undefined ? undefined : oneOf<SchedulerId>('scheduler', options.scheduler, Object.keys(schedulers) as SchedulerId[]),
        sizePx: options.size === undefined ? undefined : parseSize(options.size),
        latentsFile: options.latents,
        saveLatentsFile: options['save-latents'],
        timestepSpacing: options.spacing === undefined ? undefined : oneOf<TimestepSpacing>('spacing', options.spacing, timestepSpacings),
        guidanceRescale: options['guidance-rescale'],
        eta: options.eta,
        clipSkip: options['clip-skip'],
        source: readSource(options),
      },
      (file) => console.log(file),
    );
    await writeReport(options.report, report);
    await runner.dispose();
  },
);

/** What `--image`, `--strength`, `--mask` and `--latents` say together. */
function readSource({
  image,
  strength,
  mask,
  latents,
}: {
  image: string | undefined;
  strength: number | undefined;
  mask: string | undefined;
  latents: string | undefined;
}): SourceFiles | undefined {
  if (image !== undefined && latents === undefined) return { imageFile: image, strength: strength ?? 0.6, maskFile: mask };
  if (image !== undefined)
    throw new AppError('usage', { message: '--image and --latents do not go together', help: 'A picture is made noisy with the noise of the seed.' });
  if (strength === undefined && mask === undefined) return undefined;
  throw new AppError('usage', { message: `--${mask === undefined ? 'strength' : 'mask'} needs --image`, help: 'Say which picture is to be changed.' });
}

/** `likeness.safetensors:0.8` */
function parseLora(given: string): { file: string; weight: number } {
  const match = /^(.*?)(?::(-?\d*\.?\d+))?$/.exec(given)!;
  return { file: match[1]!, weight: match[2] === undefined ? 1 : Number(match[2]) };
}

/** `192x256` */
function parseSize(given: string): [number, number] {
  const match = /^(\d+)x(\d+)$/.exec(given);
  if (match === null)
    throw new AppError('usage', { message: `--size takes width x height such as 192x192, not ${given}`, help: 'Both in pixels, with an x between them.' });
  return [Number(match[1]), Number(match[2])];
}

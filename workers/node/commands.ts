/** @file The commands of the command line: which options each takes and which function it calls. */
import { writeFile } from 'node:fs/promises';
import { AppError } from '#models/errors/app-error.ts';
import { convertLora } from '#models/lora/convert-lora.ts';
import { loraBaseOf } from '#models/lora/lora-base.ts';
import { writtenLayouts, type WrittenLayout } from '#models/lora/write-lora.ts';
import { effortNames, type Effort } from '#models/jobs/index.ts';
import { openModel } from '#models/pipelines/open-model.ts';
import type { OpenModelOptions } from '#models/pipelines/open-model.ts';
import { schedulerIds, schedulers, type SchedulerId } from '#models/schedulers/index.ts';
import { predictionTypes, timestepSpacings, type PredictionType, type TimestepSpacing } from '#models/schedulers/scheduler-config.ts';
import { defaultSubject } from '#models/styles/index.ts';
import { personClasses, type PersonClass } from '#models/text/prompt.ts';
import { trainingDefaults } from '#models/training/training-defaults.ts';
import { trainingPresets, trialPlan } from '#models/training/presets.ts';
import { likenessOf, obedienceOf } from '#models/training/trials.ts';
import { formatHelp, parseOptions, type OptionTable } from './arguments.ts';
import { generateImages, type SourceFiles } from './generate.ts';
import { inspect } from './inspect.ts';
import { readLoraFile } from './lora-files.ts';
import { openModelDirectory } from './model-directory.ts';
import { createNodeRunner } from './ort-node-runner.ts';
import { requireWritable, writeReport } from './report.ts';
import { checkPhotos, formatCheck } from './photo-check/check-photos.ts';
import { runScore, scoreOptions } from './score.ts';
import { trainLikeness } from './train.ts';

export interface Command {
  readonly summary: string;
  help(name: string): string;
  run(name: string, args: readonly string[]): Promise<void>;
}

/** Ties a table of options to what is done with them. */
function command<T extends OptionTable>(
  summary: string,
  table: T,
  act: (parsed: ReturnType<typeof parseOptions<T>>) => Promise<void>,
  positional: string | null = null,
): Command {
  return { summary, help: (name) => formatHelp(name, summary, table, positional), run: (name, args) => act(parseOptions(name, table, args, positional)) };
}

/** What to take of a model's files, and what a checkpoint in one file may leave open. */
const openingOptions = {
  variant: {
    kind: 'text',
    value: 'NAME',
    help: 'weight files to take where a part has several, such as fp16; an error if no part has it (default: the plain ones)',
  },
  prediction: {
    kind: 'text',
    value: 'TYPE',
    help: `${predictionTypes.join(', ')}: what the model predicts (default: what inspect says; try the other one if pictures come out grey or noisy)`,
  },
} as const;

/** Which model, and what its files leave open. */
const modelOptions = {
  model: { kind: 'text', value: 'PATH', help: 'model folder in diffusers format, or a checkpoint in one .safetensors file (default: builtin)' },
  ...openingOptions,
} as const;
const reportOption = { kind: 'text', value: 'FILE.json', help: 'write timings, losses and peak memory' } as const;
const seedOption = { kind: 'whole', least: 0, value: 'S', help: 'seed of every random choice (default: 0)' } as const;

const layoutOption = {
  kind: 'text',
  value: 'NAME',
  help: `${writtenLayouts.join(' or ')}: kohya for A1111, ComfyUI and diffusers, peft for diffusers and peft (default: kohya)`,
} as const;

/** `fast (400 samples), ...` */
const presetHelp = `${effortNames.map((name) => `${name} (${trainingPresets[name].samples} samples)`).join(', ')}: how much time it may take`;

/** As the app draws, unless one asks otherwise. */
const usualDrawing = { scheduler: 'dpm-solver-multistep', steps: 20 } as const;

export const trainCommand = command(
  'learn a likeness from photos',
  {
    ...modelOptions,
    photos: { kind: 'text', value: 'DIR', help: 'folder with 10 to 25 photos of one person', required: true },
    class: { kind: 'text', value: 'CLASS', help: `${personClasses.join(', ')} (default: person)` },
    out: { kind: 'text', value: 'FILE', help: 'where to write the likeness, a .safetensors file', required: true },
    layout: layoutOption,
    preset: { kind: 'text', value: 'NAME', help: `${presetHelp} (default: normal)` },
    samples: { kind: 'whole', least: 1, value: 'N', help: 'how many samples to learn from (default: those of the preset)' },
    init: { kind: 'text', value: 'FILE', help: 'LoRA to start from, with the same layers and rank' },
    rank: { kind: 'whole', least: 1, value: 'R', help: `rank and alpha of the LoRA (default: ${trainingDefaults.lora.rank})` },
    resolution: { kind: 'whole', least: 8, value: 'PX', help: 'side of the training crops (default: what the model was trained at)' },
    'learning-rate': { kind: 'above', value: 'RATE', help: `highest learning rate (default: ${trainingDefaults.learningRate})` },
    memory: { kind: 'above', value: 'GIB', help: 'memory that may be taken; what is too large is computed in parts (default: what is free)' },
    seed: seedOption,
    report: reportOption,
  },
  async ({ options }) => {
    await requireWritable('out', options.out);
    await requireWritable('report', options.report);
    const runner = createNodeRunner();
    const personClass = oneOf<PersonClass>('class', options.class ?? 'person', personClasses);
    const preset = trainingPresets[oneOf<Effort>('preset', options.preset ?? 'normal', effortNames)];
    const report = await trainLikeness(
      runner,
      {
        model: options.model ?? 'builtin',
        opening: readOpening(options),
        photos: options.photos,
        personClass,
        recipe: preset.recipe,
        trials: trialPlan(preset, defaultSubject(personClass), usualDrawing),
        initFile: options.init,
        outFile: options.out,
        layout: parseLayout(options.layout),
        seed: options.seed ?? 0,
        samples: options.samples ?? preset.samples,
        rank: options.rank,
        resolutionPx: options.resolution,
        learningRate: options['learning-rate'],
        memoryBytes: options.memory === undefined ? undefined : options.memory * 2 ** 30,
      },
      (event) => {
        if (event.kind === 'step' && event.samplesSeen % 80 === 0) console.log(`${event.samplesSeen} samples, loss ${event.smoothedLoss.toFixed(4)}`);
        if (event.kind === 'trial')
          console.log(
            `tried after ${event.trial.samplesSeen} samples: likeness ${likenessOf(event.trial).toFixed(4)}, backdrop ${(100 * obedienceOf(event.trial)).toFixed(0)} %`,
          );
      },
    );
    for (const { file, reason } of report.photosRefused) console.error(`left out ${reason.startsWith(file) ? reason : `${file}: ${reason}`}`);
    console.log(
      `learned from ${report.photosUsed} photos in ${report.seconds['total']!.toFixed(0)} s (${report.samplesPerSecond.toFixed(1)} samples/s): ${options.out}`,
    );
    await writeReport(options.report, report);
    await runner.dispose();
  },
);

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

function oneOf<T extends string>(name: string, given: string, allowed: readonly T[]): T {
  const found = allowed.find((value) => value === given);
  if (found === undefined) throw new AppError('usage', { message: `--${name} ${given} is not known`, help: `It can be ${allowed.join(', ')}.` });
  return found;
}

/** What `--variant` and `--prediction` say together. */
function readOpening({ variant, prediction }: { variant: string | undefined; prediction: string | undefined }): OpenModelOptions {
  return {
    ...(variant === undefined ? {} : { variant }),
    ...(prediction === undefined ? {} : { prediction: oneOf<PredictionType>('prediction', prediction, predictionTypes) }),
  };
}

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

function parseLayout(given: string | undefined): WrittenLayout | undefined {
  return given === undefined ? undefined : oneOf<WrittenLayout>('layout', given, writtenLayouts);
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

/** @file `train`: photos in, a likeness file out. */
import { effortNames, type Effort } from '#models/jobs/index.ts';
import { defaultSubject } from '#models/styles/index.ts';
import { personClasses, type PersonClass } from '#models/text/prompt.ts';
import { trainingDefaults } from '#models/training/training-defaults.ts';
import { trainingPresets, trialPlan } from '#models/training/presets.ts';
import { likenessOf, obedienceOf } from '#models/training/trials.ts';
import { createNodeRunner } from '../ort-node-runner.ts';
import { requireWritable, writeReport } from '../report.ts';
import { trainLikeness } from '../train.ts';
import { command } from './command.ts';
import { layoutOption, modelOptions, oneOf, parseLayout, readOpening, reportOption, seedOption } from './shared-options.ts';

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
    'learning-rate': { kind: 'above', value: 'RATE', help: `highest learning rate (default: that of the preset)` },
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
        learningRate: options['learning-rate'] ?? preset.learningRate,
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

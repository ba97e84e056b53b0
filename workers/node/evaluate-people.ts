/**
 * @file Measures whether a likeness learns the person: for each person of a folder, train on 16 photos, draw 32 headshots in four styles
 * with the likeness and without it, and compare their faces with 8 photos that were never shown. Takes up where it was stopped.
 *
 *   npm run evaluate:people -- [--people DIR] [--only NAME]... [--model DIR] [--samples N] [--steps N] [--out DIR]
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { LoadedModel } from '#models/pipelines/loaded-model.ts';
import type { GraphRunner } from '#models/runtime/graph-runner.ts';
import { trainingDefaults } from '#models/training/training-defaults.ts';
import { parseOptions } from './arguments.ts';
import { openFaceAnalyzer } from './face-models.ts';
import { openModelDirectory } from './model-directory.ts';
import { createNodeRunner } from './ort-node-runner.ts';
import {
  ceiling,
  experimentStyles,
  formatResults,
  picturesPerStyle,
  readResult,
  trainingPhotos,
  type ExperimentPerson,
  type PersonResult,
} from './people-experiment.ts';
import { drawAndMeasure, readPeople } from './people-pictures.ts';
import { trainLikeness } from './train.ts';

const { options } = parseOptions(
  'evaluate:people',
  {
    people: { kind: 'text', value: 'DIR', help: 'one folder of photos and a person.json for each person (default: ../shared/data/people)' },
    only: { kind: 'list', value: 'NAME', help: 'train these people only; faces are still told apart among all' },
    model: { kind: 'text', value: 'DIR', help: 'model folder (default: builtin)' },
    samples: { kind: 'number', value: 'N', help: 'samples to learn from (default: as in the app)' },
    steps: { kind: 'number', value: 'N', help: 'denoising steps (default: 20)' },
    out: { kind: 'text', value: 'DIR', help: 'where everything made is kept (default: .cache/evaluate-people)' },
  },
  process.argv.slice(2),
);
const model = options.model ?? 'builtin';
const steps = options.steps ?? 20;

/** A folder for exactly this model and these settings: a changed model begins anew instead of mixing with old pictures. */
async function openWorkFolder(): Promise<string> {
  const weights = await openModelDirectory(model).readBytes('unet/diffusion_pytorch_model.safetensors');
  const settings = JSON.stringify({ trainingDefaults, samples: options.samples, steps, experimentStyles, picturesPerStyle, trainingPhotos });
  const folder = join(options.out ?? '.cache/evaluate-people', createHash('sha256').update(weights).update(settings).digest('hex').slice(0, 12));
  await mkdir(folder, { recursive: true });
  return folder;
}

/** Trains unless the likeness is there already. @returns seconds it took, then or now */
async function trainOnce(runner: GraphRunner, person: ExperimentPerson, file: string): Promise<number> {
  const timing = `${file}.json`;
  if (!existsSync(file) || !existsSync(timing)) {
    const unfinished = `${file}.part`;
    const request = { model, photos: person.trainingFiles, personClass: person.personClass, outFile: unfinished, seed: 0, samples: options.samples };
    const report = await trainLikeness(runner, request, (event) => {
      if (event.kind === 'step' && event.samplesSeen % 200 === 0)
        console.error(`${person.name}: ${event.samplesSeen} samples, loss ${event.smoothedLoss.toFixed(4)}`);
    });
    await writeFile(timing, JSON.stringify(report, null, 1));
    await rename(unfinished, file);
  }
  const { seconds } = JSON.parse(await readFile(timing, 'utf8')) as { seconds: Record<string, number> };
  return seconds['total'] ?? Number.NaN;
}

const runner = createNodeRunner();
const { analyzer, dispose } = await openFaceAnalyzer(runner);
const work = await openWorkFolder();
const people = await readPeople(analyzer, options.people ?? '../shared/data/people');
const draw = { model, steps, picturesPerStyle };

const results: PersonResult[] = [];
for (const person of people.filter(({ name }) => options.only.length === 0 || options.only.includes(name))) {
  const folder = join(work, person.name);
  await mkdir(folder, { recursive: true });
  const likenessFile = join(folder, 'likeness.safetensors');
  const trainingSeconds = await trainOnce(runner, person, likenessFile);
  const loaded = await LoadedModel.load(runner, openModelDirectory(model));
  const likeness = readResult(
    person,
    people,
    await drawAndMeasure(loaded, analyzer, person.personClass, { ...draw, loras: [{ file: likenessFile, weight: 1 }] }, join(folder, 'likeness')),
  );
  // The untrained model knows only the class, so people of one class share its pictures.
  const untrained = readResult(
    person,
    people,
    await drawAndMeasure(loaded, analyzer, person.personClass, { ...draw, loras: [] }, join(work, `untrained-${person.personClass}`)),
  );
  await loaded.dispose();
  results.push({ name: person.name, likeness, untrained, ceiling: ceiling(person), trainingSeconds });
  await writeFile(join(work, 'results.json'), `${JSON.stringify(results, null, 2)}\n`);
  console.error(formatResults(results));
}
console.log(
  `${formatResults(results)}\n\n${results.reduce((sum, { likeness }) => sum + likeness.pictures, 0)} pictures with a likeness; everything is in ${basename(work)}: results.json beside the likenesses and pictures.\n`,
);
console.log(JSON.stringify(results));
await dispose();
await runner.dispose();

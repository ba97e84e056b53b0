/**
 * @file The ablation of the training recipe: each variant learns the six people of the test set, draws them in four looks and is measured on photos
 * that were never shown. Takes up where it was stopped; any subset can be asked for, and the table is of everything that is there.
 *
 *   npm run evaluate:recipe -- [--variant NAME]... [--only NAME]... [--samples N] [--steps N] [--pictures N] [--people DIR] [--face FILE] [--out DIR]
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AppError } from '#models/errors/app-error.ts';
import { LoadedModel } from '#models/pipelines/loaded-model.ts';
import { defaultSubject } from '#models/styles/index.ts';
import { trialPlan } from '#models/training/presets.ts';
import { likenessOf, obedienceOf } from '#models/training/trials.ts';
import { parseOptions } from './arguments.ts';
import { openFaceAnalyzer } from './face-models.ts';
import { openModelDirectory } from './model-directory.ts';
import { createNodeRunner } from './ort-node-runner.ts';
import { picturesPerStyle, type ExperimentPerson } from './people-experiment.ts';
import { drawAndMeasure, readPeople } from './people-pictures.ts';
import { recordPictures, type PictureRecord, type VariantResult } from './recipe-experiment.ts';
import { formatFactors, formatVariants } from './recipe-table.ts';
import { drawingVariants, trainingVariants, type DrawingVariant, type TrainingVariant } from './recipe-variants.ts';
import { trainLikeness } from './train.ts';

const { options } = parseOptions(
  'evaluate:recipe',
  {
    variant: {
      kind: 'list',
      value: 'NAME',
      help: `rows to fill: ${drawingVariants.map(({ name }) => `"${name}"`).join(', ')} (default: none, the table only)`,
    },
    only: { kind: 'list', value: 'NAME', help: 'these people only; faces are still told apart among all' },
    people: { kind: 'text', value: 'DIR', help: 'one folder of photos and a person.json for each person (default: ../shared/data/people)' },
    samples: { kind: 'number', value: 'N', help: 'samples to learn from (default: those of the variant)' },
    steps: { kind: 'number', value: 'N', help: 'denoising steps (default: 12)' },
    pictures: { kind: 'number', value: 'N', help: `pictures of each look (default: ${picturesPerStyle})` },
    face: { kind: 'text', value: 'FILE', help: 'LoRA of a face in general, for the rows that start from one' },
    out: { kind: 'text', value: 'DIR', help: 'where everything made is kept (default: .cache/evaluate-recipe)' },
  },
  process.argv.slice(2),
);
const model = 'builtin';
const steps = options.steps ?? 12;
const perStyle = options.pictures ?? picturesPerStyle;
const weights = await openModelDirectory(model).readBytes('unet/diffusion_pytorch_model.safetensors');
const faceLora = options.face === undefined ? null : { file: options.face, digest: digest(await readFile(options.face)) };
const work = join(options.out ?? '.cache/evaluate-recipe', digest(weights));
const runner = createNodeRunner();
const { analyzer, dispose } = await openFaceAnalyzer(runner);
const people = await readPeople(analyzer, options.people ?? '../shared/data/people');

function digest(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex').slice(0, 8);
}

/** Named by what it was learned with: a changed recipe begins anew instead of mixing with old pictures. */
function trainingFolder({ name, recipe, samples, trials, seed, learningRate, fromFace }: TrainingVariant, person: ExperimentPerson): string {
  const learnedWith = { recipe, samples: options.samples ?? samples, trials, seed, learningRate, faceLora: fromFace ? faceLora?.digest : undefined };
  return join(work, `${name.replaceAll(/[^a-z0-9]+/g, '-')}-${digest(JSON.stringify(learnedWith))}`, person.name);
}

/** @throws {AppError} `usage` if a variant wants one and none was given */
function initFileOf({ name, fromFace = false }: TrainingVariant): string | undefined {
  if (!fromFace) return undefined;
  if (faceLora === null)
    throw new AppError('usage', { message: `"${name}" starts from a face in general`, help: 'Give --face FILE; `npm run face-lora` makes one.' });
  return faceLora.file;
}

/** Trains unless it was done already. */
async function trainOnce(variant: TrainingVariant, person: ExperimentPerson): Promise<string> {
  const file = join(trainingFolder(variant, person), 'likeness.safetensors');
  if (existsSync(`${file}.json`)) return file;
  await mkdir(trainingFolder(variant, person), { recursive: true });
  const report = await trainLikeness(
    runner,
    {
      model,
      photos: person.trainingFiles,
      personClass: person.personClass,
      outFile: file,
      seed: variant.seed ?? 0,
      learningRate: variant.learningRate,
      initFile: initFileOf(variant),
      samples: options.samples ?? variant.samples,
      recipe: variant.recipe,
      trials:
        variant.trials && trialPlan({ ...variant, trials: variant.trials }, defaultSubject(person.personClass), { scheduler: 'dpm-solver-multistep', steps }),
      snapshots: { fromSamples: 600, everySamples: 120 },
    },
    (event) => {
      if (event.kind === 'trial')
        console.error(
          `${variant.name}, ${person.name}: tried after ${event.trial.samplesSeen} samples: likeness ${likenessOf(event.trial).toFixed(4)}, backdrop ${obedienceOf(event.trial).toFixed(2)}`,
        );
      if (event.kind === 'step' && event.samplesSeen % 240 === 0)
        console.error(`${variant.name}, ${person.name}: ${event.samplesSeen} samples, loss ${event.smoothedLoss.toFixed(4)}`);
    },
  );
  await writeFile(`${file}.json.part`, JSON.stringify(report));
  await rename(`${file}.json.part`, `${file}.json`);
  return file;
}

const recordName = (drawing: DrawingVariant): string => `${drawing.name.replaceAll(/[^a-z0-9]+/g, '-')}-${steps}-steps.json`;

/** Draws and measures one person with one variant, unless it was done already. */
async function drawOnce(loaded: LoadedModel, drawing: DrawingVariant, training: TrainingVariant, person: ExperimentPerson): Promise<void> {
  const file = await trainOnce(training, person);
  const record = join(trainingFolder(training, person), recordName(drawing));
  if (existsSync(record) && (JSON.parse(await readFile(record, 'utf8')) as unknown[]).length >= 4 * perStyle) return;
  const likeness = drawing.atSamples === undefined ? file : `${file}.${drawing.atSamples}`;
  const files = [likeness, ...(drawing.mixedWith === undefined ? [] : [await trainOnce(findTraining(drawing.mixedWith), person)])];
  const pictures = await drawAndMeasure(
    loaded,
    analyzer,
    person.personClass,
    {
      model,
      steps,
      picturesPerStyle: perStyle,
      loras: files.map((each) => ({ file: each, weight: drawing.weight / files.length })),
      guidance: drawing.guidance,
    },
    record.replace(/\.json$/, ''),
  );
  await writeFile(record, JSON.stringify(recordPictures(person, people, pictures)));
}

/** Everything that is there, of everyone. */
async function readResults(): Promise<VariantResult[]> {
  const results: VariantResult[] = [];
  for (const drawing of drawingVariants) {
    const training = findTraining(drawing.training);
    const done: VariantResult['people'][number][] = [];
    for (const person of people) {
      const folder = trainingFolder(training, person);
      const record = join(folder, recordName(drawing));
      if (!existsSync(record)) continue;
      const { seconds } = JSON.parse(await readFile(join(folder, 'likeness.safetensors.json'), 'utf8')) as { seconds: { total: number } };
      done.push({ name: person.name, pictures: JSON.parse(await readFile(record, 'utf8')) as PictureRecord[], trainingSeconds: seconds.total });
    }
    if (done.length > 0) results.push({ name: drawing.name, what: drawing.what, people: done });
  }
  return results;
}

function findTraining(wanted: string): TrainingVariant {
  const found = trainingVariants.find(({ name }) => name === wanted);
  if (found === undefined) throw new AppError('internal', { message: `no training called ${wanted}` });
  return found;
}

for (const name of options.variant) {
  const drawing = drawingVariants.find((known) => known.name === name);
  if (drawing === undefined)
    throw new AppError('usage', { message: `there is no variant "${name}"`, help: drawingVariants.map((known) => known.name).join('; ') });
  for (const person of people.filter((known) => options.only.length === 0 || options.only.includes(known.name))) {
    await trainOnce(findTraining(drawing.training), person);
    const loaded = await LoadedModel.load(runner, openModelDirectory(model));
    await drawOnce(loaded, drawing, findTraining(drawing.training), person);
    await loaded.dispose();
    console.error(`${name}, ${person.name}: done`);
  }
}
const results = await readResults();
console.log(`${formatVariants(results, 'first')}\n\n${formatFactors(results)}\n`);
await writeFile(join(work, 'results.json'), JSON.stringify(results));
await dispose();
await runner.dispose();

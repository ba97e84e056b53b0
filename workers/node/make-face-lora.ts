/**
 * @file Learns "a face in general" for a model: a LoRA from which any one face is learned in fewer samples. Meta-learning by Reptile over many
 * invented people, each learned for a moment as a likeness is, with the words and crops of the default recipe.
 *
 *   npm run face-lora -- --faces DIR --out FILE [--model PATH] [--rounds N] [--samples N] [--share N]
 *
 * `--faces` is a folder with `captions-cg.jsonl` and the pictures that it names: identity, face box and sex of each.
 */
import { writeFile } from 'node:fs/promises';
import { findCard, licences } from '#models/catalog/index.ts';
import { AppError } from '#models/errors/app-error.ts';
import { likenessMetadata } from '#models/lora/likeness-metadata.ts';
import { initializeLora, type LoraFactors } from '#models/lora/lora-weights.ts';
import { writeLora } from '#models/lora/write-lora.ts';
import { LoadedModel } from '#models/pipelines/loaded-model.ts';
import { noiseSchedule } from '#models/schedulers/noise-schedule.ts';
import { resolveOptions } from '#models/schedulers/scheduler-config.ts';
import { defaultSubject } from '#models/styles/index.ts';
import { TorchRandom } from '#models/tensor/random.ts';
import { compileTraining } from '#models/training/compile-training.ts';
import { copyFactors } from '#models/training/hold-trials.ts';
import { AdamW } from '#models/training/optimizers/adamw.ts';
import { prepareExamples } from '#models/training/prepare-examples.ts';
import { moveTowards } from '#models/training/reptile.ts';
import { trainLora } from '#models/training/train-lora.ts';
import { trainingDefaults, trainingPlan } from '#models/training/training-defaults.ts';
import type { TrainingSet } from '#models/training/training-set.ts';
import { parseOptions } from './arguments.ts';
import { readFacesOfMany, type ManyPhotos } from './faces-of-many.ts';
import { openModelDirectory } from './model-directory.ts';
import { createNodeRunner } from './ort-node-runner.ts';

const { options } = parseOptions(
  'face-lora',
  {
    faces: { kind: 'text', value: 'DIR', required: true, help: 'pictures of many people and captions-cg.jsonl' },
    out: { kind: 'text', value: 'FILE', required: true, help: 'the LoRA to write' },
    model: { kind: 'text', value: 'PATH', help: 'model folder (default: builtin)' },
    rounds: { kind: 'whole', value: 'N', least: 1, help: 'people to learn from, one after another (default: 160)' },
    samples: { kind: 'whole', value: 'N', least: 4, help: 'samples of each (default: 48)' },
    share: { kind: 'above', value: 'N', help: 'how far the start moves towards what was learned, falling to nothing (default: 0.5)' },
  },
  process.argv.slice(2),
);
const { rounds = 160, samples = 48, share = 0.5, model: path = 'builtin' } = options;
const seed = 0;
const { lora, recipe } = trainingDefaults;

const everyone = await readFacesOfMany(options.faces);
if (everyone.length === 0) throw new AppError('usage', { message: `${options.faces} has nobody with three pictures or more` });
const order = new TorchRandom(seed).permutation(everyone.length);
const people = Array.from({ length: Math.min(rounds, everyone.length) }, (_, index) => everyone[order[index]!]!);

const runner = createNodeRunner();
const model = await LoadedModel.load(runner, openModelDirectory(path));
const resolutionPx = Math.min(...model.nativeSizePx);

async function encode({ personClass, photos }: ManyPhotos): Promise<TrainingSet> {
  const preparing = prepareExamples(model, photos, { resolutionPx, recipe, subject: defaultSubject(personClass) });
  let prepared = await preparing.next();
  while (prepared.done !== true) prepared = await preparing.next();
  return prepared.value;
}
const sets: TrainingSet[] = [];
for (const person of people) sets.push(await encode(person));
console.error(`${people.length} people encoded`);

const plan = trainingPlan(seed, { samples, recipe });
const { stages, compiled } = await compileTraining(model, { latentShape: sets[0]!.latentShape, batchSize: plan.batchSize, lora });
const schedule = noiseSchedule(resolveOptions(model.schedulerConfig));

/** What is learned of one person from `start`, which is not changed. */
async function learn(set: TrainingSet, start: ReadonlyMap<string, LoraFactors>, round: number): Promise<{ factors: Map<string, LoraFactors>; loss: number }> {
  const factors = copyFactors(start);
  const state = { samplesSeen: 0, factors, optimizer: new AdamW(), smoothedLoss: null, trials: [], best: null };
  let loss = 0;
  let updates = 0;
  for await (const step of trainLora({ stages, compiled, unet: model.model.unet, set, schedule, plan: { ...plan, seed: seed + round }, state })) {
    loss += step.loss;
    updates++;
  }
  return { factors, loss: loss / updates };
}

let start = initializeLora(stages.modules, lora.alpha / lora.rank, seed);
let recent = 0;
for (const [round, set] of sets.entries()) {
  const { factors, loss } = await learn(set, start, round);
  start = moveTowards(start, factors, share * (1 - round / sets.length));
  recent = round === 0 ? loss : recent + 0.05 * (loss - recent);
  if ((round + 1) % 20 === 0) console.error(`${round + 1} of ${sets.length} people, mean loss while learning one ${recent.toFixed(4)}`);
}

const metadata = likenessMetadata({
  lora,
  baseModel: path,
  baseFingerprint: (await model.loraBase()).fingerprint,
  baseLicence: licences[findCard(path)?.licence ?? 'unknown'],
  textWidth: model.model.textEncoder.width,
  resolutionPx,
  learningRate: plan.learningRate,
  seed,
  predictionType: resolveOptions(model.schedulerConfig).predictionType,
  triggerPhrase: '',
  samples: sets.length * samples,
});
await writeFile(options.out, writeLora(start, metadata));
await compiled.dispose();
await model.dispose();
await runner.dispose();

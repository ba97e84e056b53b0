/**
 * @file The memory of merging LoRAs into a model in place and drawing with it, beside what the budget announces.
 *
 *   npm run bench:merged -- --model DIR [--loras 1] [--jobs 1]
 *
 * The first LoRA is a likeness of rank 16, every further one of rank 64 as LCM-LoRA is, on every layer of the preset `all`; random numbers.
 * One step with guidance and the decoding. Linux only: the peak of resident memory is set back between the phases.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { formatBytes } from '#models/budget/describe-need.ts';
import { drawingNeed, totalBytes } from '#models/budget/memory-need.ts';
import { mergingNeed } from '#models/budget/merging-need.ts';
import { isTarget } from '#models/lora/lora-config.ts';
import { modulesOf } from '#models/lora/lora-base.ts';
import { initializeLora } from '#models/lora/lora-weights.ts';
import type { WeightedLora } from '#models/lora/merge-lora.ts';
import { LoadedModel } from '#models/pipelines/loaded-model.ts';
import { textToImage } from '#models/pipelines/text-to-image.ts';
import { parseOptions } from '../arguments.ts';
import { openModelDirectory } from '../model-directory.ts';
import { nodeMemory } from '../node-memory.ts';
import { createNodeRunner } from '../ort-node-runner.ts';

const { options } = parseOptions(
  'bench:merged',
  {
    model: { kind: 'text', value: 'DIR', help: 'a model folder', required: true },
    loras: { kind: 'whole', least: 1, value: 'N', help: 'LoRAs that are merged (default: 1)' },
    jobs: { kind: 'whole', least: 1, value: 'N', help: 'jobs in turn, each with LoRAs of its own (default: 1)' },
  },
  process.argv.slice(2),
);
const [rank, furtherRank] = [16, 64];
const started = performance.now();

/** Tells the peak of resident memory since the last call, and sets it back. */
function tellPeak(phase: string): void {
  const [peak, now] = ['VmHWM', 'VmRSS'].map((name) => 1024 * Number(new RegExp(`${name}:\\s+(\\d+) kB`).exec(readFileSync('/proc/self/status', 'utf8'))![1]));
  const { user, system } = process.cpuUsage();
  const seconds = `${((performance.now() - started) / 1000).toFixed(0)} s, ${((user + system) / 1e6).toFixed(0)} s of processor time`;
  console.log(`${phase}: peak ${formatBytes(peak!)}, then ${formatBytes(now!)} (${seconds})`);
  writeFileSync('/proc/self/clear_refs', '5');
}

function randomLora(modules: ReadonlyMap<string, readonly number[]>, width: number, seed: number): WeightedLora {
  const layers = [...modules].filter(([path]) => path.startsWith('unet.') && isTarget('all', path));
  const parts = layers.map(([path, [outputs, inputs, ...kernel]]) => ({
    path,
    downShape: [width, inputs!, ...kernel],
    upShape: [outputs!, width, ...kernel.map(() => 1)],
  }));
  return { weights: initializeLora(parts, 1, seed), weight: 1 };
}

const runner = createNodeRunner();
const model = await LoadedModel.open(runner, openModelDirectory(options.model));
const [widthPx, heightPx] = model.nativeSizePx;
tellPeak('opened');

async function merge(seed: number): Promise<void> {
  const modules = modulesOf(model.storedWeights.entries());
  const loras = Array.from({ length: options.loras ?? 1 }, (_, i) => randomLora(modules, i === 0 ? rank : furtherRank, seed + i));
  tellPeak(`${loras.length} LoRA in memory`);
  const need = drawingNeed(model.model, widthPx, heightPx, nodeMemory, mergingNeed(loras));
  console.log(`announced: ${formatBytes(totalBytes(need))} (weights ${formatBytes(need.weightBytes)}, beside them ${formatBytes(need.activationBytes)})`);
  await model.placeMerged(loras);
  tellPeak('merged in place');
}

async function draw(): Promise<void> {
  const drawing = textToImage(model, {
    prompt: 'a portrait',
    negativePrompt: '',
    widthPx,
    heightPx,
    scheduler: 'ddim',
    steps: 1,
    guidance: 5,
    seed: 0,
    loras: [],
  });
  await drawing.next();
  tellPeak('one step with guidance');
  await drawing.next();
  tellPeak('decoded');
}

for (let job = 0; job < (options.jobs ?? 1); job++) {
  await merge(1 + 10 * job);
  await draw();
}
await runner.dispose();

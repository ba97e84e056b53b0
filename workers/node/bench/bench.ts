/** @file `npm run bench`: how fast the model trains and draws on each runner, beside PyTorch, all taking turns in one run. */
import { readFile, writeFile } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';
import { fileURLToPath } from 'node:url';
import { trainingDefaults } from '#models/training/training-defaults.ts';
import { parseOptions } from '../arguments.ts';
import { createNodeRunner } from '../ort-node-runner.ts';
import { prepareWebGpuDriver } from '../webgpu-driver.ts';
import { browserContestant } from './browser-contestant.ts';
import { nodeContestant, NotMeasured, type Contestant, type ContestantOptions, type Turn } from './contestant.ts';
import { pictureSeconds, resultsTable, sampleSeconds, type Result, median } from './results-table.ts';
import { torchContestant } from './torch-contestant.ts';
import { workUnits, type WorkUnit } from './workload.ts';

const optionTable = {
  model: { kind: 'text', value: 'DIR', help: 'A folder in diffusers format. Default: builtin.' },
  threads: { kind: 'number', value: 'N', help: 'Threads of every contestant. Default: all cores.' },
  rounds: { kind: 'number', value: 'N', help: 'Turns of each contestant. Default: 5.' },
  only: { kind: 'list', value: 'NAME', help: 'node, torch, wasm, node-webgpu or browser-webgpu; may be given several times. Default: all.' },
} as const;

const steps = 20;
/** How often a unit is done in one turn: about as long as one batch of training. */
const counts: Readonly<Record<WorkUnit, number>> = { train: 1, denoise: 4, frame: 1, encode: 1 };
const page = fileURLToPath(new URL('../../../src/docs/performance.md', import.meta.url));

type Opener = readonly [kind: string, isReference: boolean, open: () => Promise<Contestant>];

/** Everything that could be measured, in the order of the table. */
function openers(options: ContestantOptions): readonly Opener[] {
  const { threads } = options;
  // One sample: the software driver needs minutes for a whole batch.
  const small = { ...options, batchSize: 1 };
  const browserThreads = threads === 1 ? [1] : [1, threads];
  return [
    ['node', false, () => nodeContestant('Node, CPU', createNodeRunner({ threads }), options)],
    ['torch', true, () => torchContestant('PyTorch, as diffusers sets it up', false, options)],
    ['torch', true, () => torchContestant('PyTorch, plain attention and channels last', true, options)],
    ...browserThreads.map((count): Opener => [
      'wasm',
      false,
      () => browserContestant(`Chromium, wasm, ${count} thread${count === 1 ? '' : 's'}`, 'wasm', { ...options, threads: count }),
    ]),
    ['node-webgpu', false, () => openNodeWebGpu(options, small)],
    ['browser-webgpu', false, () => browserContestant('Chromium, WebGPU, software driver, batch of 1, once', 'webgpu', small)],
  ];
}

async function openNodeWebGpu(options: ContestantOptions, small: ContestantOptions): Promise<Contestant> {
  const driver = prepareWebGpuDriver();
  if (driver.kind === 'none') throw new NotMeasured(`WebGPU in Node is not measured: ${driver.reason}`);
  const software = driver.kind === 'software';
  const name = software ? 'Node, WebGPU, software driver, batch of 1, once' : `Node, WebGPU, ${driver.description}`;
  return nodeContestant(name, createNodeRunner({ backend: 'webgpu' }), software ? small : options, software);
}

interface Entry {
  readonly contestant: Contestant;
  readonly isReference: boolean;
  readonly turns: Record<WorkUnit, Turn[]>;
}

async function take(entry: Entry, unit: WorkUnit, keep: boolean): Promise<void> {
  const count = entry.contestant.once ? 1 : counts[unit];
  const { seconds, cpuSeconds } = await entry.contestant.measure(unit, count);
  if (keep) entry.turns[unit].push({ seconds: seconds / count, cpuSeconds: cpuSeconds === null ? null : cpuSeconds / count });
}

/** Opens what can be opened; the first turn of each unit warms up. */
async function openAll(list: readonly Opener[]): Promise<Entry[]> {
  const entries: Entry[] = [];
  for (const [, isReference, open] of list) {
    try {
      const contestant = await open();
      const entry: Entry = { contestant, isReference, turns: { train: [], denoise: [], frame: [], encode: [] } };
      console.error(`opened: ${contestant.name}`);
      for (const unit of workUnits) await take(entry, unit, contestant.once);
      entries.push(entry);
    } catch (error) {
      if (!(error instanceof NotMeasured)) throw error;
      console.error(error.message);
    }
  }
  return entries;
}

/** The whole job for one contestant in processor seconds and by the clock: 16 photos in 3 framings, default training, 24 pictures. */
function wholeJob(result: Result): string {
  const job = (clock: keyof Turn): string => {
    const encode = median(result.turns.encode.map((turn) => turn[clock] ?? NaN));
    const [sample, picture] = [sampleSeconds(result, clock), pictureSeconds(result, steps, clock)];
    if (encode === null || sample === null || picture === null) return '–';
    const parts = [16 * 3 * encode, trainingDefaults.samples * sample, 24 * picture];
    return `${parts.map((part) => part.toFixed(0)).join(' + ')} = ${parts.reduce((a, b) => a + b, 0).toFixed(0)}`;
  };
  return `| ${result.name} | ${job('seconds')} | ${job('cpuSeconds')} |`;
}

async function main(): Promise<void> {
  const args = process.argv.slice(2);
  const write = args.includes('--write');
  const { options } = parseOptions(
    'bench',
    optionTable,
    args.filter((arg) => arg !== '--write'),
  );
  const threads = options.threads ?? availableParallelism();
  const { rank, targets } = trainingDefaults.lora;
  const contestantOptions = { model: options.model ?? 'builtin', threads, rank, targets, batchSize: trainingDefaults.batchSize };
  const wanted = options.only.length === 0 ? null : new Set(options.only);
  const entries = await openAll(openers(contestantOptions).filter(([kind]) => wanted === null || wanted.has(kind)));
  try {
    for (let round = 0; round < (options.rounds ?? 5); round++) {
      for (const unit of workUnits) for (const entry of entries) if (!entry.contestant.once) await take(entry, unit, true);
      console.error(`round ${round + 1} done`);
    }
  } finally {
    for (const { contestant } of entries) await contestant.close();
  }
  const results = entries.map(({ contestant: { name, batchSize }, isReference, turns }): Result => ({ name, batchSize, isReference, turns }));
  const text = [
    `${cpus()[0]!.model}, ${threads} thread${threads === 1 ? '' : 's'}, batch ${trainingDefaults.batchSize}, rank ${rank} on \`${targets}\`, ${steps} steps with guidance, medians of ${options.rounds ?? 5} turns.`,
    '',
    resultsTable(results, steps),
    '',
    `The whole job in seconds: 16 photos in three framings encoded + ${trainingDefaults.samples} training samples + 24 pictures.`,
    '',
    '| | by the clock | processor time |',
    '| --- | --- | --- |',
    ...results.map(wholeJob),
  ].join('\n');
  console.log(text);
  if (write) await writeFile(page, insertBetweenMarks(await readFile(page, 'utf8'), text));
}

/** Replaces what stands between the two marks of the page. */
function insertBetweenMarks(markdown: string, text: string): string {
  const [before, after] = [markdown.split('<!-- bench -->')[0]!, markdown.split('<!-- /bench -->')[1]];
  if (after === undefined) throw new Error('performance.md has lost its <!-- bench --> and <!-- /bench --> marks');
  return `${before}<!-- bench -->\n\n${text}\n\n<!-- /bench -->${after}`;
}

await main();

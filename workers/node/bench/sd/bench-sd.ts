/**
 * @file `npm run bench:sd`: Stable Diffusion 1.5 at full size, ours beside PyTorch with diffusers and peft, and beside the same UNet exported
 * by torch.onnx on the same onnxruntime, taking turns. Weights are random (see src/docs/conformance.md).
 */
import { existsSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseOptions } from '../../arguments.ts';
import { runProcess } from '../../conformance/run-process.ts';
import { NotMeasured, type Turn } from '../contestant.ts';
import { median } from '../results-table.ts';
import { startLineProcess, type LineProcess } from './line-process.ts';
import { unitNames, units, type Unit } from './units.ts';

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const reference = join(root, 'models/testing/reference');
const python = process.env['PYTHON'] ?? 'python3';

const optionTable = {
  unit: { kind: 'list', value: 'NAME', help: `${unitNames.join(', ')}; may be given several times. Default: all.` },
  model: { kind: 'text', value: 'NAME', help: 'One of models/testing/reference/conformance/published. Default: sd-1.5.' },
  cache: { kind: 'text', value: 'DIR', help: 'Where the folder and the exported UNet are kept. Default: .cache/conformance.' },
  rounds: { kind: 'number', value: 'N', help: 'Turns of each contestant after one to warm up; 0 keeps that one. Default: 3.' },
  threads: { kind: 'number', value: 'N', help: 'Threads of every contestant. Default: all cores.' },
  size: { kind: 'number', value: 'PX', help: 'Side of the picture. Default: 512.' },
} as const;

async function prepare(folder: string, model: string, exported: string, sizePx: number, wantsExport: boolean): Promise<void> {
  if (!existsSync(join(folder, 'model_index.json')))
    await runProcess(python, [join(reference, 'conformance/write_folder.py'), join(reference, 'conformance/published', `${model}.json`), folder, 'float32']);
  if (wantsExport && !existsSync(`${exported}.json`)) await runProcess(python, [join(reference, 'bench_sd.py'), 'export', folder, String(sizePx), exported]);
}

async function openAll(starts: readonly (() => Promise<LineProcess>)[]): Promise<LineProcess[]> {
  const opened: LineProcess[] = [];
  for (const start of starts) {
    try {
      opened.push(await start());
    } catch (error) {
      if (!(error instanceof NotMeasured)) throw error;
      console.error(error.message);
    }
  }
  return opened;
}

/** Rows of one unit; ratios are ours to each other: above 1 we are faster. */
function rows(unit: Unit, turns: ReadonlyMap<string, readonly Turn[]>): string[] {
  const of = (name: string, clock: keyof Turn): number => median(turns.get(name)!.map((turn) => turn[clock] ?? NaN)) ?? NaN;
  const [ours] = [...turns.keys()];
  return [...turns.keys()].map((name) => {
    const ratio = (clock: keyof Turn): string => (name === ours ? '' : `${(of(name, clock) / of(ours!, clock)).toFixed(2)} ×`);
    return `| ${units[unit]} | ${name} | ${of(name, 'seconds').toFixed(1)} | ${of(name, 'cpuSeconds').toFixed(1)} | ${ratio('seconds')} | ${ratio('cpuSeconds')} |`;
  });
}

async function main(): Promise<void> {
  const { options } = parseOptions('bench:sd', optionTable, process.argv.slice(2));
  const [model, rounds, sizePx] = [options.model ?? 'sd-1.5', options.rounds ?? 3, options.size ?? 512];
  const threads = String(options.threads ?? availableParallelism());
  const cache = resolve(options.cache ?? join(root, '.cache/conformance'));
  const folder = join(cache, `${model}-float32`);
  const exported = join(cache, `${model}-${sizePx}-exported`, 'unet.onnx');
  const wanted = unitNames.filter((unit) => options.unit.length === 0 || options.unit.includes(unit));
  await prepare(folder, model, exported, sizePx, wanted.includes('step'));
  const table = ['| | | seconds | processor s | ours is faster, clock | processor time |', '| --- | --- | ---: | ---: | ---: | ---: |'];
  for (const unit of wanted) {
    const script = (name: string): string => fileURLToPath(new URL(name, import.meta.url));
    const contestants = await openAll([
      () => startLineProcess('npx', ['tsx', script('./ours.ts'), unit, folder, String(sizePx), threads]),
      () => startLineProcess(python, [join(reference, 'bench_sd.py'), unit, folder, String(sizePx), threads]),
      ...(unit === 'step' ? [() => startLineProcess('npx', ['tsx', script('./exported.ts'), exported, String(sizePx), threads])] : []),
    ]);
    const turns = new Map<string, Turn[]>(contestants.map(({ name }) => [name, []]));
    for (let round = 0; round <= rounds; round++) {
      for (const contestant of contestants) {
        const turn = await contestant.turn();
        if (round > 0 || rounds === 0) turns.get(contestant.name)!.push(turn);
        console.error(
          `${unit}, ${contestant.name}: ${turn.seconds.toFixed(1)} s, ${turn.cpuSeconds?.toFixed(1)} s of processor time${round === 0 && rounds > 0 ? ' (warming up)' : ''}`,
        );
      }
    }
    for (const contestant of contestants) contestant.close();
    table.push(...rows(unit, turns));
  }
  console.log(`${cpus()[0]!.model}, ${threads} threads, ${model} at ${sizePx} px, medians of ${Math.max(1, rounds)}.\n\n${table.join('\n')}`);
}

await main();

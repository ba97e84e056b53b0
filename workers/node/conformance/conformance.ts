/**
 * @file `npm run conformance`: models of published size against diffusers, transformers and peft on the same files.
 *
 * One check at a time, the reference and we in processes of their own. Every result is kept in the cache folder, so a run that was
 * stopped goes on where it was; a change of the reference script or of a configuration measures again.
 */
import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AppError, isAppError } from '#models/errors/app-error.ts';
import { parseOptions } from '../arguments.ts';
import { checkNames, checks, isWithinLimits, precisions, type CheckName, type CheckResult, type Measurement, type Precision } from './checks.ts';
import { conformanceTable } from './conformance-table.ts';
import { runProcess } from './run-process.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const scripts = join(root, 'models/testing/reference/conformance');
const page = join(root, 'src/docs/conformance.md');
const publishedNames = readdirSync(join(scripts, 'published')).map((file) => basename(file, '.json'));

const optionTable = {
  model: { kind: 'list', value: 'NAME', help: `${publishedNames.join(', ')}; may be given several times. Default: all.` },
  check: { kind: 'list', value: 'NAME', help: `${checkNames.join(', ')}; may be given several times. Default: all.` },
  precision: { kind: 'list', value: 'NAME', help: `${precisions.join(', ')}: of the weight files. Default: both.` },
  cache: { kind: 'text', value: 'DIR', help: 'Where folders and results are kept, 3 to 9 GB a model. Default: .cache/conformance.' },
  threads: { kind: 'number', value: 'N', help: 'Threads of both sides. Default: all cores.' },
  size: { kind: 'number', value: 'PX', help: 'Side of the picture, instead of the usual one of each check.' },
} as const;

interface Published {
  readonly sampling: { readonly scheduler: string; readonly steps: number; readonly guidance: number };
}

interface Task {
  readonly model: string;
  readonly precision: Precision;
  readonly check: CheckName;
  readonly sizePx: number;
}

class Conformance {
  readonly #python: string;
  readonly #cache: string;
  readonly #threads: number;
  readonly #versions: string;

  constructor(python: string, cache: string, threads: number, versions: string) {
    this.#python = python;
    this.#cache = cache;
    this.#threads = threads;
    this.#versions = versions;
  }

  /** The kept result, or a new one. */
  async measure(task: Task): Promise<CheckResult> {
    const { model, precision, check, sizePx } = task;
    const sources = ['reference.py', 'write_folder.py', `published/${model}.json`].map((file) => readFileSync(join(scripts, file)));
    const key = createHash('sha256').update(Buffer.concat(sources)).digest('hex').slice(0, 12);
    const kept = join(this.#cache, 'results', `${model}-${precision}-${check}-${sizePx}-${key}.json`);
    if (existsSync(kept)) return JSON.parse(await readFile(kept, 'utf8')) as CheckResult;

    const folder = await this.#folder(model, precision);
    const expected = join(this.#cache, `expected-${process.pid}.safetensors`);
    const { sampling } = JSON.parse(await readFile(join(scripts, 'published', `${model}.json`), 'utf8')) as Published;
    const { scheduler, steps, guidance } = sampling;
    const started = performance.now();
    await this.#runPython('reference.py', [folder, check, expected, this.#threads, sizePx, ...(check === 'sample' ? [scheduler, steps, guidance] : [])]);
    const referenceSeconds = (performance.now() - started) / 1000;
    const printed = await runProcess('npx', ['tsx', join(root, 'workers/node/conformance/measure.ts'), folder, check, expected, String(this.#threads)]);
    await rm(expected);
    const measurement = JSON.parse(printed) as Measurement;
    const result: CheckResult = { ...task, ...measurement, referenceSeconds, versions: this.#versions, date: new Date().toISOString().slice(0, 10) };
    await mkdir(join(this.#cache, 'results'), { recursive: true });
    await writeFile(kept, JSON.stringify(result));
    return result;
  }

  async #folder(model: string, precision: Precision): Promise<string> {
    const folder = join(this.#cache, `${model}-${precision}`);
    if (existsSync(join(folder, 'model_index.json'))) return folder;
    console.error(`writing ${folder}`);
    await this.#runPython('write_folder.py', [join(scripts, 'published', `${model}.json`), folder, precision]);
    return folder;
  }

  #runPython(script: string, args: readonly (string | number)[]): Promise<string> {
    return runProcess(this.#python, [join(scripts, script), ...args.map(String)]);
  }
}

/** The versions that the table names, or null where Python or a package is missing. */
async function referenceVersions(python: string): Promise<string | null> {
  const names = ['torch', 'diffusers', 'transformers', 'peft'];
  const program = `import ${names.join(', ')}; print(', '.join(m.__name__ + ' ' + m.__version__ for m in (${names.join(', ')})))`;
  return runProcess(python, ['-c', program]).then(
    (printed) => printed.trim(),
    () => null,
  );
}

function chosen<T extends string>(option: string, given: readonly string[], all: readonly T[]): readonly T[] {
  const unknown = given.find((name) => !all.includes(name as T));
  if (unknown !== undefined) throw new AppError('usage', { message: `--${option} ${unknown} is not known`, help: `It can be ${all.join(', ')}.` });
  return given.length === 0 ? all : all.filter((name) => given.includes(name));
}

async function main(args: readonly string[]): Promise<void> {
  const write = args.includes('--write');
  const { options } = parseOptions(
    'conformance',
    optionTable,
    args.filter((arg) => arg !== '--write'),
  );
  const models = chosen('model', options.model, publishedNames);
  const wantedChecks = chosen('check', options.check, checkNames);
  const wantedPrecisions = chosen('precision', options.precision, precisions);
  const python = process.env['PYTHON'] ?? 'python3';
  const versions = await referenceVersions(python);
  if (versions === null) {
    console.log(`Skipped: ${python} lacks torch, diffusers, transformers or peft. Name another interpreter in PYTHON.`);
    return;
  }
  const cache = resolve(options.cache ?? join(root, '.cache/conformance'));
  await mkdir(cache, { recursive: true });
  const ort = (JSON.parse(readFileSync(join(root, 'node_modules/onnxruntime-node/package.json'), 'utf8')) as { version: string }).version;
  const conformance = new Conformance(python, cache, options.threads ?? availableParallelism(), `${versions}, onnxruntime-node ${ort}`);

  const results: CheckResult[] = [];
  // Check by check: what is quick is known of every model first.
  for (const check of wantedChecks) {
    for (const precision of wantedPrecisions) {
      for (const model of models) {
        const result = await conformance.measure({ model, precision, check, sizePx: options.size ?? checks[check].sizePx });
        results.push(result);
        const { maxError, decibels, seconds, referenceSeconds } = result;
        const error = `largest error ${maxError.toExponential(1)}${decibels === undefined ? '' : `, picture ${decibels.toFixed(1)} dB`}`;
        console.error(
          `${model} ${precision} ${check}: ${error}, ${seconds.toFixed(0)} s, reference ${referenceSeconds.toFixed(0)} s${isWithinLimits(result) ? '' : '  TOO FAR'}`,
        );
        if (write) await writeFile(page, insertBetweenMarks(await readFile(page, 'utf8'), conformanceTable(results)));
      }
    }
  }
  console.log(conformanceTable(results));
  const failed = results.filter((result) => !isWithinLimits(result));
  if (failed.length > 0) throw new AppError('internal', { message: `${failed.length} of ${results.length} checks are too far from the reference` });
}

/** Replaces what stands between the two marks of the page. */
function insertBetweenMarks(markdown: string, text: string): string {
  const [before, after] = [markdown.split('<!-- results -->')[0]!, markdown.split('<!-- /results -->')[1]];
  if (after === undefined) throw new Error('conformance.md has lost its <!-- results --> and <!-- /results --> marks');
  return `${before}<!-- results -->\n\n${text}\n\n<!-- /results -->${after}`;
}

main(process.argv.slice(2)).catch((error: unknown) => {
  console.error(isAppError(error) ? `${error.message}\n${error.help ?? ''}` : error);
  process.exitCode = 1;
});

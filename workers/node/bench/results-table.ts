/** @file The benchmark's numbers as one Markdown table: medians, and ratios to PyTorch of the same run. */
import type { Turn } from './contestant.ts';
import type { WorkUnit } from './workload.ts';

export interface Result {
  readonly name: string;
  readonly batchSize: number;
  /** Turns of each unit, each divided by its count. */
  readonly turns: Readonly<Record<WorkUnit, readonly Turn[]>>;
  /** PyTorch: what the others are compared with. */
  readonly isReference: boolean;
}

type Clock = keyof Turn;

/** The middle of the values; the mean of the two middle ones for an even number; null for none. */
export function median(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)];
  const lower = sorted[Math.floor((sorted.length - 1) / 2)];
  return upper === undefined || lower === undefined ? null : (lower + upper) / 2;
}

function medianOf({ turns }: Result, unit: WorkUnit, clock: Clock): number | null {
  const values = turns[unit].map((turn) => turn[clock]);
  return values.some((value) => value === null) ? null : median(values as number[]);
}

/** Seconds for one training sample. */
export function sampleSeconds(result: Result, clock: Clock): number | null {
  const update = medianOf(result, 'train', clock);
  return update === null ? null : update / result.batchSize;
}

/** Seconds for one picture of `steps` steps with guidance. */
export function pictureSeconds(result: Result, steps: number, clock: Clock): number | null {
  const [step, frame] = [medianOf(result, 'denoise', clock), medianOf(result, 'frame', clock)];
  return step === null || frame === null ? null : steps * step + frame;
}

const format = (value: number | null, digits = 2): string => (value === null ? '–' : value.toFixed(digits));

/** How many times faster than the fastest reference. */
function speedup(own: number | null, references: readonly (number | null)[]): string {
  const known = references.filter((value) => value !== null);
  return own === null || known.length === 0 ? '–' : `${format(Math.min(...known) / own)} ×`;
}

/**
 * One row for each result. Ratios are to the fastest reference in that column, above 1 means faster than it.
 *
 * @param steps of one picture
 */
export function resultsTable(results: readonly Result[], steps: number): string {
  const references = results.filter(({ isReference }) => isReference);
  const rows = results.map((result) => {
    const ratio = (measure: (of: Result) => number | null): string => speedup(measure(result), references.map(measure));
    const [sample, picture] = [sampleSeconds(result, 'seconds'), pictureSeconds(result, steps, 'seconds')];
    return [
      result.name,
      ratio((of) => sampleSeconds(of, 'cpuSeconds')),
      ratio((of) => pictureSeconds(of, steps, 'cpuSeconds')),
      ratio((of) => sampleSeconds(of, 'seconds')),
      ratio((of) => pictureSeconds(of, steps, 'seconds')),
      format(sample === null ? null : 1 / sample),
      format(picture === null ? null : 60 / picture),
      format(sampleSeconds(result, 'cpuSeconds'), 3),
      format(pictureSeconds(result, steps, 'cpuSeconds')),
    ];
  });
  const head = [
    '',
    'training ÷ PyTorch, processor time',
    'drawing ÷ PyTorch, processor time',
    'training ÷ PyTorch, clock',
    'drawing ÷ PyTorch, clock',
    'samples a second',
    'pictures a minute',
    'processor s a sample',
    'processor s a picture',
  ];
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, i) => (i === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}

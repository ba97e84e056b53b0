/** @file The tables of the ablation: a row for each variant, and what each part does over all variants that have it. */
import { difference, estimate, type Estimate, type Measure, type VariantResult } from './recipe-experiment.ts';
import { factors } from './recipe-variants.ts';
import { mean } from './score.ts';

const percent = ({ mean: value, error }: Estimate): string => `${(100 * value).toFixed(0)} ± ${(100 * error).toFixed(0)} %`;
const number = ({ mean: value, error }: Estimate): string => `${value.toFixed(3)} ± ${error.toFixed(3)}`;
const signed = (text: string, { mean: value }: Estimate): string => (value >= 0 ? `+${text}` : text);

/** A row for each variant: its numbers, and under `against` what it differs by. */
export function formatVariants(results: readonly VariantResult[], referenceName: string): string {
  const reference = results.find(({ name }) => name === referenceName);
  const cell = (result: VariantResult, measure: Measure, format: (value: Estimate) => string): string => {
    const by = reference === undefined || result === reference ? null : difference(result, reference, measure);
    return format(estimate(result, measure)) + (by === null ? '' : ` (${signed(format(by), by)})`);
  };
  const rows = results.map((result) => [
    `${result.name}: ${result.what}`,
    `${result.people.length}, ${result.people.reduce((sum, { pictures }) => sum + pictures.length, 0)}`,
    cell(result, 'identified', percent),
    cell(result, 'cosine', number),
    cell(result, 'backdrop', percent),
    cell(result, 'oneFace', percent),
    `${mean(result.people.map(({ trainingSeconds }) => trainingSeconds)).toFixed(0)} s`,
  ]);
  return [
    `| variant (in brackets: against "${referenceName}", same people and seeds) | people, pictures | identified of 6 | cosine to held-out photos | backdrop as asked of 4 | exactly one face | training a person |`,
    '|---|---|---|---|---|---|---|',
    ...rows.map((row) => `| ${row.join(' | ')} |`),
  ].join('\n');
}

/** What each part does, over all trainings that have it against all that have not; empty where one is missing. */
export function formatFactors(results: readonly VariantResult[]): string {
  const find = (name: string): VariantResult | undefined => results.find((result) => result.name === name);
  const rows = Object.entries(factors).flatMap(([factor, sides]) => {
    const [on, off] = [sides.with.map(find), sides.without.map(find)];
    if ([...on, ...off].some((result) => result === undefined)) return [];
    const pooled = { with: pool(on as VariantResult[]), without: pool(off as VariantResult[]) };
    const cells = (['identified', 'cosine', 'backdrop', 'oneFace'] as const).map((measure) => {
      const by = difference(pooled.with, pooled.without, measure);
      return by === null ? 'unknown' : signed((measure === 'cosine' ? number : percent)(by), by);
    });
    return [`| ${[factor, ...cells].join(' | ')} |`];
  });
  return rows.length === 0 ? '' : ['| part, on against off | identified | cosine | backdrop | exactly one face |', '|---|---|---|---|---|', ...rows].join('\n');
}

/** The pictures of several variants as if they were one. */
function pool(results: readonly VariantResult[]): VariantResult {
  const [first] = results as [VariantResult, ...VariantResult[]];
  const people = first.people.flatMap(({ name }) => {
    const same = results.map((result) => result.people.find((person) => person.name === name));
    if (same.some((person) => person === undefined)) return [];
    return [{ name, pictures: same.flatMap((person) => person!.pictures), trainingSeconds: mean(same.map((person) => person!.trainingSeconds)) }];
  });
  return { name: 'pooled', what: '', people };
}

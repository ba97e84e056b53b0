/** @file The results as Markdown: one row a model and precision, one column a check. */
import { checkNames, checks, isWithinLimits, type CheckName, type CheckResult } from './checks.ts';

function cell(result: CheckResult): string {
  const { maxError, scale, decibels } = result;
  const error = `${maxError.toExponential(1)} of ${scale.toPrecision(2)}`;
  const text = decibels === undefined ? error : `${Number.isFinite(decibels) ? decibels.toFixed(1) : '∞'} dB, ${error}`;
  return isWithinLimits(result) ? text : `**too far: ${text}**`;
}

/** The side in the heading if all results of a check have it, else in the cells. */
function heading(check: CheckName, results: readonly CheckResult[]): string {
  const sizes = new Set(results.filter((result) => result.check === check && result.sizePx > 0).map(({ sizePx }) => sizePx));
  return sizes.size === 1 ? `${checks[check].title}, ${[...sizes][0]} px` : checks[check].title;
}

/** The table and, below it, what was used and when. */
export function conformanceTable(results: readonly CheckResult[]): string {
  const columns = checkNames.filter((check) => results.some((result) => result.check === check));
  const rows = new Map<string, CheckResult[]>();
  for (const result of results) {
    const name = `${result.model}, ${result.precision}`;
    rows.set(name, [...(rows.get(name) ?? []), result]);
  }
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  const body = [...rows]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, own]) => {
      const cells = columns.map((check) => {
        const result = own.find((candidate) => candidate.check === check);
        return result === undefined ? 'not yet' : cell(result);
      });
      return line([name, ...cells]);
    });
  const days = [...new Set(results.map(({ date }) => date))].sort();
  const versions = [...new Set(results.map((result) => result.versions))].join('; ');
  return [
    line(['Model and weight files', ...columns.map((check) => heading(check, results))]),
    line(['---', ...columns.map(() => '---')]),
    ...body,
    '',
    `Measured ${days.length > 1 ? `${days[0]} to ${days.at(-1)}` : days[0]} with ${versions}.`,
  ].join('\n');
}

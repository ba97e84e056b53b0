/** @file The tables of `models/ranking/README.md`. */
import { asideReasons, type LikenessWord } from '#models/ranking/index.ts';
import { mean } from '../score.ts';
import type { MeasuredPerson } from './measure-sets.ts';
import { scoreSet, type Reading, type ScoredSet } from './score-sets.ts';

const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
const signed = (value: number): string => `${value < 0 ? '−' : '+'}${Math.abs(value).toFixed(1)}`;
const row = (...cells: (string | number)[]): string => `| ${cells.join(' | ')} |`;
const table = (head: readonly string[], rows: readonly string[]): string => [row(...head), row(...head.map(() => '---')), ...rows].join('\n');

/** Tone groups: the test people lie at 0.06 to 0.9. */
const groups: readonly { readonly name: string; has(tone: number): boolean }[] = [
  { name: 'light (below 0.33)', has: (tone) => tone < 0.33 },
  { name: 'middle', has: (tone) => tone >= 0.33 && tone < 0.67 },
  { name: 'dark (0.67 and above)', has: (tone) => tone >= 0.67 },
];

/** What `driftRow` fills. */
const driftColumns = ['cosine', 'top-1', 'skin lightness', 'skin hue', 'apparent age'].flatMap((measure) => [`${measure}: all`, 'best 12']);

/** Only sets that are there of every person, so that means compare. */
export function formatSets(people: readonly MeasuredPerson[]): string {
  const names = Object.keys(people[0]?.sets ?? {}).filter((name) =>
    people.every(({ sets }) => (sets[name]?.length ?? 0) === (people[0]?.sets[name]?.length ?? 0)),
  );
  const sets = names.map((name) => ({ name, scored: people.map((person) => scoreSet(person, person.sets[name] ?? [], people)) }));
  const scored = sets.flatMap((set) => set.scored);
  const parts = [
    `### The best twelve against all, by FaceRes\n\n${table(
      ['drawn with', 'pictures', 'cosine: all', 'best 12', 'top-1 of 6: all', 'best 12'],
      [...sets.map((set) => setRow(set.name.split(' ').at(-1) ?? set.name, set.scored)), setRow('**all**', scored)],
    )}`,
    `### By person, all sets together\n\n${table(
      ['person', 'skin tone', ...driftColumns],
      people.map((person) =>
        driftRow(
          person.name,
          person.skinTone.toFixed(2),
          scored.filter((set) => set.person === person),
        ),
      ),
    )}`,
    `### By tone group\n\n${table(
      ['group', 'people', ...driftColumns],
      groups.flatMap(({ name, has }) => {
        const of = scored.filter(({ person }) => has(person.skinTone));
        return of.length === 0 ? [] : [driftRow(name, new Set(of.map(({ person }) => person.name)).size, of)];
      }),
    )}\n\n${groupVerdict(scored)}`,
    `### Set aside, by the weightiest reason\n\n${table(
      ['reason', ...people.map(({ name }) => name), 'all'],
      asideReasons.flatMap((reason) => {
        const counts = people.map((person) => sum(scored.filter((set) => set.person === person).map(({ aside }) => aside.get(reason) ?? 0)));
        return sum(counts) === 0 ? [] : [row(reason, ...counts, `${sum(counts)} (${percent(sum(counts) / sum(scored.map(({ all }) => all.pictures)))})`)];
      }),
    )}`,
    `### The words for likeness against the ruler\n\n${table(
      ['word', 'pictures', 'FaceRes cosine', 'identified of 6'],
      (['high', 'good', 'some', 'little'] satisfies LikenessWord[]).flatMap((word) => {
        const of = scored.flatMap(({ words }) => words.get(word) ?? []);
        const count = sum(of.map(({ pictures }) => pictures));
        return count === 0
          ? []
          : [row(word, count, (sum(of.map((entry) => entry.cosine)) / count).toFixed(3), percent(sum(of.map(({ identified }) => identified)) / count))];
      }),
    )}`,
  ];
  return parts.join('\n\n');
}

function setRow(name: string, scored: readonly ScoredSet[]): string {
  const over = (value: (set: ScoredSet) => number): number => mean(scored.map(value));
  return row(
    name,
    sum(scored.map(({ all }) => all.pictures)),
    over(({ all }) => all.cosine).toFixed(3),
    over(({ best }) => best.cosine).toFixed(3),
    percent(over(({ all }) => all.identified)),
    percent(over(({ best }) => best.identified)),
  );
}

function driftRow(name: string, second: string | number, scored: readonly ScoredSet[]): string {
  const both = (format: (value: number) => string, value: (reading: Reading) => number): string[] => [
    format(mean(scored.map(({ all }) => value(all)))),
    format(mean(scored.map(({ best }) => value(best)))),
  ];
  return row(
    name,
    second,
    ...both(
      (value) => value.toFixed(3),
      ({ cosine }) => cosine,
    ),
    ...both(percent, ({ identified }) => identified),
    ...both(signed, ({ skinLightness }) => skinLightness),
    ...both(signed, ({ skinHueDegrees }) => skinHueDegrees),
    ...both(signed, ({ ageYears }) => ageYears),
  );
}

/** "Worse than the mean by more than a fifth", for each number of the best twelve: likeness lower, drift larger. */
function groupVerdict(scored: readonly ScoredSet[]): string {
  const numbers: readonly { readonly what: string; readonly isDrift: boolean; of(reading: Reading): number }[] = [
    { what: 'cosine', isDrift: false, of: ({ cosine }) => cosine },
    { what: 'top-1', isDrift: false, of: ({ identified }) => identified },
    { what: 'drift of lightness', isDrift: true, of: ({ skinLightness }) => Math.abs(skinLightness) },
    { what: 'drift of hue', isDrift: true, of: ({ skinHueDegrees }) => Math.abs(skinHueDegrees) },
    { what: 'drift of age', isDrift: true, of: ({ ageYears }) => Math.abs(ageYears) },
  ];
  const worse = groups.flatMap(({ name, has }) => {
    const of = scored.filter(({ person }) => has(person.skinTone));
    return of.length === 0
      ? []
      : numbers.flatMap(({ what, isDrift, of: read }) => {
          const [group, all] = [mean(of.map(({ best }) => read(best))), mean(scored.map(({ best }) => read(best)))];
          const excess = isDrift ? group / all - 1 : 1 - group / all;
          return excess > 0.2 ? [`${name}: ${what} is worse than the mean by ${percent(excess)} (${group.toFixed(2)} against ${all.toFixed(2)})`] : [];
        });
  });
  return worse.length === 0
    ? 'No group is worse than the mean by more than 20 % in any of these.'
    : `Worse than the mean by more than 20 %:\n\n${worse.map((line) => `- ${line}`).join('\n')}`;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

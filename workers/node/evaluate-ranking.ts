/**
 * @file Measures what ranking does to drawn pictures, as Markdown: fills the tables of `models/ranking/README.md`. Takes up where it was stopped.
 *
 *   npm run evaluate:ranking -- --pictures DIR... [--people DIR] [--measures FILE.json]
 *
 * `--pictures` is a folder of pictures as `evaluate:recipe` leaves it for one training: `<person>/<way of drawing>/<look>/<seed>.png`. Nothing is drawn here.
 */
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { parseOptions } from './arguments.ts';
import { formatSets } from './ranking-evaluation/format-sets.ts';
import { measureSets } from './ranking-evaluation/measure-sets.ts';

const { options } = parseOptions(
  'evaluate:ranking',
  {
    pictures: { kind: 'list', value: 'DIR', help: 'pictures of one training; may be given several times' },
    people: { kind: 'text', value: 'DIR', help: 'one folder of photos and a person.json for each person (default: ../shared/data/people)' },
    measures: { kind: 'text', value: 'FILE.json', help: 'where measures are kept; remove it after a change of a net (default: .cache/evaluate-ranking.json)' },
  },
  process.argv.slice(2),
);
const keptFile = options.measures ?? '.cache/evaluate-ranking.json';
await mkdir(dirname(keptFile), { recursive: true });
console.log(formatSets(await measureSets(options.people ?? '../shared/data/people', options.pictures, keptFile, (text) => console.error(text))));

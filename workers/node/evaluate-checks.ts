/**
 * @file How good the checks of photos are, as Markdown: fills the tables of `models/checks/README.md`.
 *
 *   npm run evaluate:checks -- --people DIR [--malformed DIR] [--measures FILE.json]
 *
 * `--people` is laid out as data/people. `--measures` keeps what was measured, so that limits can be tried again in seconds; remove the file after a change of a measure.
 */
import { access } from 'node:fs/promises';
import { parseOptions } from './arguments.ts';
import { formatEvaluation } from './check-evaluation/format-evaluation.ts';
import { goodFile, readPhotoLabels } from './check-evaluation/labelled.ts';
import { scoreMalformed } from './check-evaluation/malformed.ts';
import { measureAll, readMeasures, writeMeasures } from './check-evaluation/measure-all.ts';

const { options } = parseOptions(
  'evaluate-checks',
  {
    people: { kind: 'text', value: 'DIR', help: 'one folder for each person', required: true },
    malformed: { kind: 'text', value: 'DIR', help: 'folders of broken files' },
    measures: { kind: 'text', value: 'FILE.json', help: 'where measures are kept' },
  },
  process.argv.slice(2),
);

const print = (text: string): void => console.error(text);
const kept =
  options.measures !== undefined &&
  (await access(options.measures).then(
    () => true,
    () => false,
  ));
const photos = kept ? await readMeasures(options.measures!) : await measureAll(options.people, print);
if (!kept && options.measures !== undefined) await writeMeasures(options.measures, photos);
const malformed = options.malformed === undefined ? null : await scoreMalformed(options.malformed, goodFile(options.people, 'ada', 0));
console.log(formatEvaluation(photos, await readPhotoLabels(options.people), malformed));
process.exit(); // The decoder's process may still be ending.

/** @file The tables of `models/checks/README.md`. */
import { checkPhoto } from '#models/checks/index.ts';
import { photoLimits } from '#models/checks/limits.ts';
import type { FaceMeasures, PhotoMeasures } from '#models/vision/photo-measures.ts';
import { tuningPeople, type LabelledPhoto, type PersonName, type PhotoLabels } from './labelled.ts';
import type { MalformedScore } from './malformed.ts';
import { scoreCoverage } from './score-coverage.ts';
import {
  halfSpoilt,
  rejectedGood,
  scoreCopies,
  scoreDefects,
  scorePhotoChecks,
  scoreStrangers,
  twelveAndFive,
  twelveAndOne,
  type StrangerScore,
} from './score-checks.ts';

const halves: readonly { readonly name: string; has(person: PersonName): boolean }[] = [
  { name: 'ada, ben, chi', has: (person) => tuningPeople.has(person) },
  { name: 'dev, fay, gus', has: (person) => !tuningPeople.has(person) },
];

const percent = (part: number, all: number): string => (all === 0 ? 'none' : `${((100 * part) / all).toFixed(1)} %`);
const row = (...cells: (string | number)[]): string => `| ${cells.join(' | ')} |`;
function table(head: readonly string[], rows: readonly string[]): string {
  return [row(...head), row(...head.map(() => '---')), ...rows].join('\n');
}

/**
 * @param labels    of the good photos
 * @param malformed null where broken files were not looked at
 */
export function formatEvaluation(photos: readonly LabelledPhoto[], labels: ReadonlyMap<string, PhotoLabels>, malformed: MalformedScore | null): string {
  const parts = [
    '### Checks of single photos',
    ...halves.map(({ name, has }) => `${name}:\n\n${checksTable(photos.filter(({ person }) => has(person)))}`),
    '### Defects',
    table(
      ['defect', 'check', ...halves.map(({ name }) => `found: ${name}`), 'accepted anyway'],
      scoreDefects(photos).map(({ defect, check, acceptedAnyway }) =>
        row(
          defect,
          check,
          ...halves.map(({ has }) =>
            foundIn(
              photos.filter(({ person }) => has(person)),
              defect,
            ),
          ),
          acceptedAnyway,
        ),
      ),
    ),
    '### Good photos rejected',
    ...halves.map(({ name, has }) => {
      const { total, rejected } = rejectedGood(photos.filter(({ person }) => has(person)));
      const list = rejected.map(({ id, checks }) => `${id.split('/').slice(-2).join('/')} ${checks.join(', ')}`);
      return `${name}: ${rejected.length} of ${total} (${percent(rejected.length, total)})${list.length === 0 ? '' : `: ${list.join('; ')}`}`;
    }),
    '### Strangers',
    table(
      ['sets', 'number', 'strangers found', 'own photos flagged'],
      [
        ...halves.flatMap(({ name, has }) => [
          strangerRow(`12 of ${name} and 1 stranger`, scoreStrangers(twelveAndOne(photos, has))),
          strangerRow(`12 of ${name} and 1 of each other person`, scoreStrangers(twelveAndFive(photos, has))),
        ]),
        strangerRow('12 good, 11 of `bad/` and 1 stranger (ada, dev)', scoreStrangers(halfSpoilt(photos))),
      ],
    ),
    '### Copies among 24 photos',
    table(
      ['copy', 'planted', 'found', 'other photos called duplicates'],
      scoreCopies(photos).map(({ copy, planted, found, falsePairs }) => row(copy, planted, found, falsePairs)),
    ),
    '### Coverage against the labels',
    coverageTable(photos, labels),
    '### Ranges',
    rangesTable(photos),
    ...(malformed === null ? [] : ['### Broken files', formatMalformed(malformed)]),
  ];
  return parts.join('\n\n');
}

function checksTable(photos: readonly LabelledPhoto[]): string {
  const scores = scorePhotoChecks(photos);
  return table(
    ['check', 'with the defect', 'found (recall)', 'precision', 'also on other defects', 'on good photos'],
    scores.map(({ check, planted, found, alsoOn, falseOnGood }) =>
      row(check, planted, `${found} (${percent(found, planted)})`, percent(found, found + alsoOn + falseOnGood), alsoOn, falseOnGood),
    ),
  );
}

function coverageTable(photos: readonly LabelledPhoto[], labels: ReadonlyMap<string, PhotoLabels>): string {
  const [first, second] = halves.map(({ has }) =>
    scoreCoverage(
      photos.filter(({ person }) => has(person)),
      labels,
    ),
  );
  return table(
    ['property', ...halves.flatMap(({ name }) => [`labelled: ${name}`, 'precision', 'recall'])],
    first!.map((score, at) =>
      row(score.kind, ...[score, second![at]!].flatMap(({ labelled, found, right }) => [labelled, percent(right, found), percent(right, labelled)])),
    ),
  );
}

function foundIn(photos: readonly LabelledPhoto[], defect: string): string {
  const score = scoreDefects(photos).find((candidate) => candidate.defect === defect);
  return score === undefined ? '' : `${score.found} of ${score.planted}`;
}

function strangerRow(name: string, { sets, strangers, found, own, ownFlagged }: StrangerScore): string {
  return row(name, sets, `${found} of ${strangers} (${percent(found, strangers)})`, `${ownFlagged} of ${own} (${percent(ownFlagged, own)})`);
}

/** Each number that is compared with a limit: where good photos lie, and where those lie that its check must find. */
function rangesTable(photos: readonly LabelledPhoto[]): string {
  const numbers: readonly [check: string, limit: number, value: (face: FaceMeasures, measures: PhotoMeasures) => number][] = [
    ['blurred', photoLimits.sharpness, (face) => face.sharpness],
    ['noisy', photoLimits.noise, (_, { noise }) => noise],
    ['dark', photoLimits.faceLightness, ({ light }) => light.meanLightness],
    ['overexposed', photoLimits.faceBrightShare, ({ light }) => light.brightShare],
    ['colour-cast', photoLimits.cast, (_, { cast }) => Math.hypot(...cast)],
    ['black-and-white', photoLimits.chroma, (_, { chroma }) => chroma],
    ['covered', photoLimits.covered, ({ covered }) => Math.max(covered.eyes, covered.lowerFace)],
    ['beauty-filter', photoLimits.smoothing, ({ smoothing }) => smoothing],
    ['eyes-closed', photoLimits.eyesShown, ({ eyesShown }) => eyesShown ?? NaN],
    ['minor', photoLimits.adultAgeYears, ({ apparentAgeYears }) => apparentAgeYears ?? NaN],
  ];
  const range = (of: readonly LabelledPhoto[], value: (face: FaceMeasures, measures: PhotoMeasures) => number): string => {
    const values = of.flatMap(({ measures }) => (measures.faces[0] === undefined ? [] : [value(measures.faces[0], measures)]));
    return values.length === 0 ? '' : `${Math.min(...values).toPrecision(3)} to ${Math.max(...values).toPrecision(3)}`;
  };
  const rows = numbers.map(([check, limit, value]) => {
    const good = halves.map(({ has }) =>
      range(
        photos.filter(({ person, origin }) => has(person) && origin === 'good'),
        value,
      ),
    );
    const planted = halves.map(({ has }) =>
      range(
        photos.filter(({ person, expected }) => has(person) && expected === check),
        value,
      ),
    );
    return row(check, limit, good[0]!, planted[0]!, good[1]!, planted[1]!);
  });
  const spectacles = photos.filter(({ defect }) => defect.includes('spectacles'));
  const good = photos.filter(({ origin }) => origin === 'good');
  const worn = (of: readonly LabelledPhoto[]): string => `${of.filter(({ measures }) => (measures.faces[0]?.glasses ?? 0) >= 0.5).length} of ${of.length}`;
  return [
    table(['check', 'limit', 'good: ada, ben, chi', 'with the defect', 'good: dev, fay, gus', 'with the defect'], rows),
    '',
    `Glasses (sureness 0.5 and more): ${worn(spectacles)} with drawn spectacles, ${worn(good)} without. Good photos without any finding of their own: ${good.filter(({ measures }) => checkPhoto(measures).length === 0).length} of ${good.length}.`,
  ].join('\n');
}

function formatMalformed({ files, refused, decoded, late, crashes, harmed, slowest }: MalformedScore): string {
  return `${files} files: ${refused} refused with a code and a sentence, ${decoded} decoded all the same. Answers after more than 2 s: ${late}; crashes of the decoding process: ${crashes}; good photos harmed: ${harmed}. Slowest: ${slowest.file}, ${Math.round(slowest.ms)} ms.`;
}

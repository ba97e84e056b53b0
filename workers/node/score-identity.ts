/**
 * @file How well the embedders tell people apart and how the ages are read, as Markdown. Fills the tables of `models/vision/README.md`.
 *
 *   npm run evaluate:identity -- --people DIR [--identities DIR --labels FILE [--most 240]]
 *
 * `--people` holds a folder of photos and a `person.json` for each person; `--identities` pictures of many people, `--labels` who is who.
 */
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { resizePicture } from '#models/vision/image.ts';
import { parseOptions } from './arguments.ts';
import { openFaceAnalyzer } from './face-models.ts';
import * as evaluation from './identity-evaluation.ts';
import { openIdentityNets } from './identity-models.ts';
import { listImageFiles, readImage } from './image-files.ts';
import { mean } from './score.ts';

const galleryPhotos = 16;
const { options } = parseOptions(
  'score-identity',
  {
    people: { kind: 'text', value: 'DIR', help: 'one folder of photos and a person.json for each person', required: true },
    identities: { kind: 'text', value: 'DIR', help: 'pictures of many people' },
    labels: { kind: 'text', value: 'FILE', help: 'a JSON object a line: file, identity, labels' },
    most: { kind: 'number', value: 'N', help: 'people taken of them, evenly spread' },
  },
  process.argv.slice(2),
);
const faces = await openFaceAnalyzer();
const identity = await openIdentityNets();

const identification = [...evaluation.identificationHeader];
const pairs = [...evaluation.pairHeader];
const ages = [...evaluation.ageHeader];
let gallery: evaluation.KnownFace[] = [];
let whole: evaluation.KnownFace[] = [];
const people = (await readdir(options.people, { withFileTypes: true })).filter((entry) => entry.isDirectory()).map(({ name }) => name);
for (const sidePx of [512, 192, 128]) {
  const [known, heldOut]: [evaluation.KnownFace[], evaluation.KnownFace[]] = [[], []];
  for (const person of people) {
    for (const [index, file] of (await listImageFiles(join(options.people, person))).entries()) {
      const photo = await readImage(file);
      const share = Math.min(1, sidePx / Math.max(photo.widthPx, photo.heightPx));
      const picture = share === 1 ? photo : resizePicture(photo, { widthPx: Math.round(photo.widthPx * share), heightPx: Math.round(photo.heightPx * share) });
      const face = await evaluation.measureKnownFace(faces, identity, person, picture);
      if (face === null) continue;
      known.push(face);
      if (index >= galleryPhotos) heldOut.push(face);
      else if (sidePx === 512) gallery = [...gallery, face];
    }
  }
  if (sidePx === 512) whole = known;
  identification.push(...evaluation.identificationRows(sidePx, gallery, heldOut));
  pairs.push(...evaluation.pairRows(`people, ${sidePx} px`, known));
}
for (const person of people) {
  const { age, class: sex } = JSON.parse(await readFile(join(options.people, person, 'person.json'), 'utf8')) as { age: number; class: string };
  ages.push(
    evaluation.ageRow(
      person,
      age,
      whole.filter((face) => face.person === person),
      sex === 'woman',
    ),
  );
}
const set = evaluation.setRow(whole);

if (options.identities !== undefined && options.labels !== undefined) {
  const name = basename(options.identities);
  const labelled = await evaluation.measureLabelled(faces, identity, options.identities, await evaluation.readLabels(options.labels, options.most ?? 240));
  pairs.push(...evaluation.pairRows(name, labelled));
  const labelsOf = new Map<evaluation.KnownFace, (typeof labelled)[number]>(labelled.map((face) => [face, face]));
  const looksAlike = (a: evaluation.KnownFace, b: evaluation.KnownFace): boolean =>
    labelsOf.get(a)!.sex === labelsOf.get(b)!.sex && labelsOf.get(a)!.skin === labelsOf.get(b)!.skin;
  pairs.push(...evaluation.pairRows(`${name}, strangers of one sex and skin tone`, labelled, looksAlike));
  for (const skin of [...new Set(labelled.map((face) => face.skin))].sort())
    pairs.push(
      ...evaluation.pairRows(
        `${name}, ${skin}`,
        labelled.filter((face) => face.skin === skin),
      ),
    );
  for (const sex of ['woman', 'man']) {
    for (const [from, to] of [
      [20, 35],
      [35, 50],
      [50, 70],
    ] as const) {
      const group = labelled.filter((face) => face.sex === sex && face.age_years >= from && face.age_years < to);
      if (group.length > 0)
        ages.push(evaluation.ageRow(`${name}, ${sex}, ${from} to ${to - 1}`, mean(group.map((face) => face.age_years)), group, sex === 'woman'));
    }
  }
}
console.log([...identification, '', ...pairs, '', set, '', ...ages].join('\n'));
await faces.dispose();
await identity.dispose();

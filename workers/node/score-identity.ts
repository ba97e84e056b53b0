/**
 * @file How well the embedders tell people apart and how the ages are read, as Markdown. Fills the tables of `models/vision/README.md`.
 *
 *   npm run evaluate:identity -- --people DIR [--identities DIR --labels FILE [--most 240]]
 *   npm run evaluate:identity -- --people DIR --drawn DIR [--within NAME]
 *
 * `--people` holds a folder of photos and a `person.json` for each person; `--identities` pictures of many people, `--labels` who is who.
 * `--drawn` holds a folder of drawn pictures for each person, named like those of photos, and only they are measured then.
 */
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { parseOptions } from './arguments.ts';
import { openFaceAnalyzer } from './face-models.ts';
import { ageHeader, ageRow } from './identity-evaluation/ages.ts';
import { identificationHeader, identificationRows } from './identity-evaluation/identification.ts';
import { measureKnownFace, type KnownFace } from './identity-evaluation/known-face.ts';
import { measureLabelled, readLabels } from './identity-evaluation/labelled.ts';
import { pairHeader, pairRows, setRow } from './identity-evaluation/pairs.ts';
import { listDrawn, listFolders, measurePeople } from './identity-evaluation/people.ts';
import { openIdentityNets } from './identity-models.ts';
import { readImage } from './image-files.ts';
import { mean } from './score.ts';

const { options } = parseOptions(
  'score-identity',
  {
    people: { kind: 'text', value: 'DIR', help: 'one folder of photos and a person.json for each person', required: true },
    identities: { kind: 'text', value: 'DIR', help: 'pictures of many people' },
    labels: { kind: 'text', value: 'FILE', help: 'a JSON object a line: file, identity, labels' },
    most: { kind: 'number', value: 'N', help: 'people taken of them, evenly spread' },
    drawn: { kind: 'text', value: 'DIR', help: 'one folder of drawn pictures for each person' },
    within: { kind: 'text', value: 'NAME', help: 'only this folder of each person’s drawn pictures' },
  },
  process.argv.slice(2),
);
const gallerySidePx = 512;
const [faces, identity] = [await openFaceAnalyzer(), await openIdentityNets()];

console.log((options.drawn === undefined ? await scorePhotos() : await scoreDrawn(options.drawn)).join('\n'));
await faces.dispose();
await identity.dispose();

/** Drawn pictures as they are, against the mean of each person's photos. */
async function scoreDrawn(folder: string): Promise<string[]> {
  const pictures = await listDrawn(folder, options.within ?? null, await listFolders(options.people));
  const gallery = (await measurePeople(faces, identity, options.people, gallerySidePx, true)).map(({ face }) => face);
  const drawn: KnownFace[] = [];
  for (const { person, file } of pictures) {
    const face = await measureKnownFace(faces, identity, person, await readImage(file));
    if (face !== null) drawn.push(face);
  }
  const rows = (name: string, of: readonly KnownFace[]): string[] => (of.length === 0 ? [] : identificationRows(name, gallery, of));
  const people = [...new Set(pictures.map(({ person }) => person))];
  return [
    ...identificationHeader('drawn pictures'),
    ...rows('all', drawn),
    ...people.flatMap((person) =>
      rows(
        person,
        drawn.filter((face) => face.person === person),
      ),
    ),
    '',
    `${pictures.length} pictures of ${people.length} people; on ${pictures.length - drawn.length} no face was found.`,
  ];
}

async function scorePhotos(): Promise<string[]> {
  const identification = identificationHeader('held-out photos reduced to, px');
  const pairs = [...pairHeader];
  const whole = await measurePeople(faces, identity, options.people, gallerySidePx);
  const gallery = whole.filter(({ isGallery }) => isGallery).map(({ face }) => face);
  for (const sidePx of [gallerySidePx, 192, 128]) {
    const known = sidePx === gallerySidePx ? whole : await measurePeople(faces, identity, options.people, sidePx);
    const heldOut = known.filter(({ isGallery }) => !isGallery).map(({ face }) => face);
    identification.push(...identificationRows(String(sidePx), gallery, heldOut));
    pairs.push(
      ...pairRows(
        `people, ${sidePx} px`,
        known.map(({ face }) => face),
      ),
    );
  }
  const all = whole.map(({ face }) => face);
  const ages = [...ageHeader];
  for (const person of await listFolders(options.people)) {
    const { age, class: sex } = JSON.parse(await readFile(join(options.people, person, 'person.json'), 'utf8')) as { age: number; class: string };
    const photos = all.filter((face) => face.person === person);
    ages.push(ageRow(person, age, photos, sex === 'woman'));
  }
  if (options.identities !== undefined && options.labels !== undefined) await scoreMany(options.identities, options.labels, pairs, ages);
  return [...identification, '', ...pairs, '', setRow(all), '', ...ages];
}

/** Adds the rows of pictures of many people, by sex, skin tone and age. */
async function scoreMany(folder: string, labels: string, pairs: string[], ages: string[]): Promise<void> {
  const name = basename(folder);
  const labelled = await measureLabelled(faces, identity, folder, await readLabels(labels, options.most ?? 240));
  pairs.push(...pairRows(name, labelled));
  const labelsOf = new Map<KnownFace, (typeof labelled)[number]>(labelled.map((face) => [face, face]));
  const looksAlike = (a: KnownFace, b: KnownFace): boolean => labelsOf.get(a)!.sex === labelsOf.get(b)!.sex && labelsOf.get(a)!.skin === labelsOf.get(b)!.skin;
  pairs.push(...pairRows(`${name}, strangers of one sex and skin tone`, labelled, looksAlike));
  for (const skin of [...new Set(labelled.map((face) => face.skin))].sort()) {
    const group = labelled.filter((face) => face.skin === skin);
    pairs.push(...pairRows(`${name}, ${skin}`, group));
  }
  for (const sex of ['woman', 'man']) {
    for (const [from, to] of [
      [20, 35],
      [35, 50],
      [50, 70],
    ] as const) {
      const group = labelled.filter((face) => face.sex === sex && face.age_years >= from && face.age_years < to);
      if (group.length === 0) continue;
      const years = mean(group.map((face) => face.age_years));
      ages.push(ageRow(`${name}, ${sex}, ${from} to ${to - 1}`, years, group, sex === 'woman'));
    }
  }
}

/** @file Both face embedders and the age net, measured on known people: tables in Markdown for `npm run evaluate:ruler`. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RgbPicture } from '#models/pipelines/pixels.ts';
import { minorLimits } from '#models/vision/age.ts';
import { cosine, meanEmbedding, type FaceEmbedding } from '#models/vision/face-embedding.ts';
import { identityLimits } from '#models/vision/face-identity.ts';
import { equalErrorRates, errorRatesAt } from './error-rates.ts';
import type { OpenFaceAnalyzer } from './face-models.ts';
import type { OpenIdentityNets } from './identity-models.ts';
import { readImage } from './image-files.ts';
import { mean } from './score.ts';

/** The two embedders that are compared, by their name in the tables. */
const nets = ['FaceRes', 'dlib'] as const;
type NetName = (typeof nets)[number];

/** One picture of a known person, by its surest face. */
export interface KnownFace {
  readonly person: string;
  readonly embeddings: Readonly<Record<NetName, FaceEmbedding>>;
  readonly faceResYears: number;
  readonly netYears: number;
  readonly womanBelief: number;
}

/** @returns null where no face is found */
export async function measureKnownFace(
  { analyzer }: OpenFaceAnalyzer,
  { embedder, ages }: OpenIdentityNets,
  person: string,
  picture: RgbPicture,
): Promise<KnownFace | null> {
  const [face] = await analyzer.detect(picture);
  if (face === undefined) return null;
  const described = await analyzer.embed(picture, face);
  const reading = await ages.estimate(picture, face);
  return {
    person,
    embeddings: { FaceRes: described.embedding, dlib: await embedder.embed(picture, face) },
    faceResYears: described.apparentAgeYears,
    netYears: reading.apparentAgeYears,
    womanBelief: reading.apparentWoman,
  };
}

export const identificationHeader = [
  '| net | held-out photos reduced to, px | nearest mean is right | cosine to the same person | to the others | smallest margin |',
  '|---|---|---|---|---|---|',
];

/** Held-out faces against the mean of each person's gallery. */
export function identificationRows(sidePx: number, gallery: readonly KnownFace[], heldOut: readonly KnownFace[]): string[] {
  return nets.map((net) => {
    const people = [...new Set(gallery.map(({ person }) => person))];
    const means = people.map((person) => meanEmbedding(gallery.filter((face) => face.person === person).map(({ embeddings }) => embeddings[net])));
    const [same, others, margins]: [number[], number[], number[]] = [[], [], []];
    for (const { person, embeddings } of heldOut) {
      const cosines = means.map((personMean) => cosine(embeddings[net], personMean));
      const own = cosines[people.indexOf(person)]!;
      const rest = cosines.filter((_, i) => people[i] !== person);
      same.push(own);
      others.push(...rest);
      margins.push(own - Math.max(...rest));
    }
    const right = margins.filter((margin) => margin > 0).length;
    const range = [
      `${mean(same).toFixed(3)} (lowest ${Math.min(...same).toFixed(3)})`,
      `${mean(others).toFixed(3)} (highest ${Math.max(...others).toFixed(3)})`,
    ];
    return `| ${net} | ${sidePx} | ${right} of ${heldOut.length} | ${range.join(' | ')} | ${Math.min(...margins).toFixed(3)} |`;
  });
}

export const pairHeader = ['| pictures | net | pairs of one person | of two | equal error rate | at cosine |', '|---|---|---|---|---|---|'];

/** Every picture with every other. `alike` says which strangers count: all, or only those that look alike. */
export function pairRows(name: string, faces: readonly KnownFace[], counts: (a: KnownFace, b: KnownFace) => boolean = () => true): string[] {
  return nets.map((net) => {
    const [same, different]: [number[], number[]] = [[], []];
    faces.forEach((a, i) => {
      for (const b of faces.slice(i + 1)) {
        if (a.person === b.person) same.push(cosine(a.embeddings[net], b.embeddings[net]));
        else if (counts(a, b)) different.push(cosine(a.embeddings[net], b.embeddings[net]));
      }
    });
    const { threshold, falseReject, falseAccept } = equalErrorRates(same, different);
    return `| ${name} | ${net} | ${same.length} | ${different.length} | ${(50 * (falseReject + falseAccept)).toFixed(1)} % | ${threshold.toFixed(3)} |`;
  });
}

/** Each face against the mean of the person's other photos, and strangers against the mean of all: what `identityLimits.samePersonCosine` answers. */
export function setRow(faces: readonly KnownFace[]): string {
  const people = [...new Set(faces.map(({ person }) => person))];
  const [own, strangers]: [number[], number[]] = [[], []];
  for (const person of people) {
    const photos = faces.filter((face) => face.person === person).map(({ embeddings }) => embeddings.dlib);
    photos.forEach((photo, i) => own.push(cosine(photo, meanEmbedding(photos.filter((_, other) => other !== i)))));
    const personMean = meanEmbedding(photos);
    for (const face of faces) if (face.person !== person) strangers.push(cosine(face.embeddings.dlib, personMean));
  }
  const { falseReject, falseAccept } = errorRatesAt(identityLimits.samePersonCosine, own, strangers);
  return `Against the mean of a person's other photos, at ${identityLimits.samePersonCosine}: ${(100 * falseReject).toFixed(1)} % of ${own.length} own photos below, ${(100 * falseAccept).toFixed(2)} % of ${strangers.length} comparisons with strangers above.`;
}

export const ageHeader = [
  '| pictures | count | age set | age net | FaceRes | read under the limit for one photo | sex as set |',
  '|---|---|---|---|---|---|---|',
];

/** @param isWoman null leaves the last column empty */
export function ageRow(name: string, ageYears: number, faces: readonly KnownFace[], isWoman: boolean | null): string {
  const spread = (values: readonly number[]): string => {
    const middle = mean(values);
    return `${middle.toFixed(0)} ± ${Math.sqrt(mean(values.map((value) => (value - middle) ** 2))).toFixed(1)}`;
  };
  const share = (matches: (face: KnownFace) => boolean): string => `${((100 * faces.filter(matches).length) / faces.length).toFixed(1)} %`;
  const sex = isWoman === null ? '' : share(({ womanBelief }) => womanBelief > 0.5 === isWoman);
  const ages = [spread(faces.map(({ netYears }) => netYears)), spread(faces.map(({ faceResYears }) => faceResYears))];
  return `| ${name} | ${faces.length} | ${ageYears.toFixed(0)} | ${ages.join(' | ')} | ${share(({ netYears }) => netYears < minorLimits.photoYears)} | ${sex} |`;
}

/** What is told of a picture beside its file. */
export interface PictureLabels {
  readonly file: string;
  readonly identity: number;
  readonly labels: { readonly sex: string; readonly skin: string; readonly age_years: number };
}

/** Reads a file of one JSON object a line, and keeps the pictures of `most` people, evenly spread. */
export async function readLabels(file: string, most: number): Promise<PictureLabels[]> {
  const all = (await readFile(file, 'utf8'))
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as PictureLabels);
  const people = [...new Set(all.map(({ identity }) => identity))].sort((a, b) => a - b);
  const kept = new Set(
    Array.from({ length: Math.min(most, people.length) }, (_, i) => people[Math.floor((i * people.length) / Math.min(most, people.length))]),
  );
  return all.filter(({ identity }) => kept.has(identity));
}

/** Measures labelled pictures; those without a face are left out. */
export async function measureLabelled(
  faces: OpenFaceAnalyzer,
  identity: OpenIdentityNets,
  folder: string,
  pictures: readonly PictureLabels[],
): Promise<(KnownFace & PictureLabels['labels'])[]> {
  const measured: (KnownFace & PictureLabels['labels'])[] = [];
  for (const { file, identity: person, labels } of pictures) {
    const known = await measureKnownFace(faces, identity, String(person), await readImage(join(folder, file)));
    if (known !== null) measured.push({ ...known, ...labels });
  }
  return measured;
}

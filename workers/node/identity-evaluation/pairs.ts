/** @file How well pairs of faces are told to be one person or two: rows in Markdown. */
import { cosine, meanEmbedding } from '#models/vision/face-embedding.ts';
import { identityLimits } from '#models/vision/face-identity.ts';
import { equalErrorRates, errorRatesAt } from '../error-rates.ts';
import { nets, type KnownFace } from './known-face.ts';

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

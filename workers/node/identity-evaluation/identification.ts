/** @file Which of several people a face is, by the mean of each person's photos: rows in Markdown. */
import { cosine, meanEmbedding } from '#models/vision/face-embedding.ts';
import { mean } from '../score.ts';
import { nets, type KnownFace } from './known-face.ts';

/** @param what the second column holds, such as a size or a folder */
export const identificationHeader = (what: string): string[] => [
  `| net | ${what} | nearest mean is right | cosine to the same person | to the others | smallest margin |`,
  '|---|---|---|---|---|---|',
];

/**
 * Faces against the mean of each person's gallery.
 *
 * @param heldOut of people of the gallery only
 */
export function identificationRows(label: string, gallery: readonly KnownFace[], heldOut: readonly KnownFace[]): string[] {
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
    return `| ${net} | ${label} | ${right} of ${heldOut.length}, ${((100 * right) / heldOut.length).toFixed(0)} % | ${range.join(' | ')} | ${Math.min(...margins).toFixed(3)} |`;
  });
}

/** @file Who of a set is not the person that the others show. */
import { cosine, meanEmbedding, type FaceEmbedding } from '../vision/face-embedding.ts';
import { setLimits as limits } from './limits.ts';

export interface PersonMatch {
  readonly index: number;
  /** With the mean of the other photos of the person, this one left out. */
  readonly cosine: number;
  readonly isSame: boolean;
}

/**
 * Compares every face with the rest. The person is the one whom most faces vote for: the face that resembles the most others,
 * and those others; so strangers and spoilt photos do not pull the mean, as long as no stranger has more photos than the person.
 *
 * @param embeddings of one net
 * @returns one match for each, in order; empty where there are too few faces to tell, or no two agree
 */
export function matchPerson(embeddings: readonly FaceEmbedding[]): PersonMatch[] {
  if (embeddings.length < limits.fewestFaces) return [];
  let members = largestCircle(embeddings);
  if (members.length < 2) return [];
  // The circle of one face misses photos at the other end of the person's range: grow it from the mean until it stays as it is.
  for (let round = 0; round < 5; round++) {
    const grown = embeddings.flatMap((_, index) => (cosineWithRest(embeddings, members, index) >= limits.samePersonCosine ? [index] : []));
    if (grown.length < 2 || grown.join() === members.join()) break;
    members = grown;
  }
  return embeddings.map((_, index) => {
    const value = cosineWithRest(embeddings, members, index);
    return { index, cosine: value, isSame: value >= limits.samePersonCosine };
  });
}

/** Cosine of one face with the mean of the members, itself left out. */
function cosineWithRest(embeddings: readonly FaceEmbedding[], members: readonly number[], index: number): number {
  const others = members.filter((member) => member !== index).map((member) => embeddings[member]!);
  return others.length === 0 ? 1 : cosine(embeddings[index]!, meanEmbedding(others));
}

/** The face with the most faces like it, and those; among equals the one that is more alike. */
function largestCircle(embeddings: readonly FaceEmbedding[]): number[] {
  let best: { members: number[]; sum: number } = { members: [], sum: 0 };
  for (const [index, embedding] of embeddings.entries()) {
    const cosines = embeddings.map((other, at) => (at === index ? 1 : cosine(embedding, other)));
    const members = cosines.flatMap((value, at) => (value >= limits.pairCosine ? [at] : []));
    const sum = members.reduce((total, member) => total + cosines[member]!, 0);
    if (members.length > best.members.length || (members.length === best.members.length && sum > best.sum)) best = { members, sum };
  }
  return best.members;
}

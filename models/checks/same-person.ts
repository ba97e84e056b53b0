/** @file Who of a set is not the person that the others show. */
import { cosine, meanEmbedding, type FaceEmbedding } from '../vision/face-embedding.ts';
import { setLimits as limits } from './limits.ts';

export interface ComparedFace {
  readonly embedding: FaceEmbedding;
  /** False where the picture is so bad that the embedding is too: the face is compared leniently and has no vote. */
  readonly isClear: boolean;
}

export interface PersonMatch {
  /** With the mean of the other clear photos of the person, this one left out. */
  readonly cosine: number;
  readonly limit: number;
  readonly isSame: boolean;
}

/**
 * Compares every face with the rest. The person is the one whom most clear faces vote for: the face that resembles the most others,
 * and those others; so strangers and spoilt photos do not pull the mean, as long as no stranger has more photos than the person.
 *
 * @param faces embeddings of one net
 * @returns one match for each, in order; empty where there are too few clear faces to tell, or no two agree
 */
export function matchPerson(faces: readonly ComparedFace[]): PersonMatch[] {
  const clear = faces.filter(({ isClear }) => isClear).map(({ embedding }) => embedding);
  if (clear.length < limits.fewestFaces) return [];
  const members = membersOf(clear);
  if (members.length < 2) return [];
  return faces.map(({ embedding, isClear }) => {
    const value = cosineWithOthers(embedding, members);
    const limit = isClear ? limits.samePersonCosine : limits.spoiltPersonCosine;
    return { cosine: value, limit, isSame: value >= limit };
  });
}

/** The photos of the person: the largest circle, grown from its mean until it stays as it is, since one face misses those at the other end of the person's range. */
function membersOf(clear: readonly FaceEmbedding[]): readonly FaceEmbedding[] {
  let members = largestCircle(clear);
  for (let round = 0; round < 5; round++) {
    const grown = clear.filter((embedding) => cosineWithOthers(embedding, members) >= limits.samePersonCosine);
    if (grown.length < 2 || (grown.length === members.length && grown.every((embedding) => members.includes(embedding)))) break;
    members = grown;
  }
  return members;
}

/** Cosine of one face with the mean of the members, itself left out. */
function cosineWithOthers(embedding: FaceEmbedding, members: readonly FaceEmbedding[]): number {
  const others = members.filter((member) => member !== embedding);
  return others.length === 0 ? 1 : cosine(embedding, meanEmbedding(others));
}

/** The face with the most faces like it, and those; among equals the one that is more alike. */
function largestCircle(embeddings: readonly FaceEmbedding[]): readonly FaceEmbedding[] {
  let best: { members: readonly FaceEmbedding[]; sum: number } = { members: [], sum: 0 };
  for (const embedding of embeddings) {
    const cosines = embeddings.map((other) => (other === embedding ? 1 : cosine(embedding, other)));
    const members = embeddings.filter((_, at) => cosines[at]! >= limits.pairCosine);
    const sum = cosines.reduce((total, value) => total + (value >= limits.pairCosine ? value : 0), 0);
    if (members.length > best.members.length || (members.length === best.members.length && sum > best.sum)) best = { members, sum };
  }
  return best.members;
}

/** @file What the mesh's own doubt says of a picture that is not upright. */
import type { DetectedFace } from '../face-detector.ts';
import type { FaceLandmarks } from '../face-landmarks.ts';

/** Every upright good photo of data/people has a presence over 0.99999; on its head a face has 0.94 to 0.96, and 1 once it is looked at the right way up. */
const surePresence = 0.999;

/** Whether it is worth looking at a face upside down: the mesh doubts what it sees, and enough of the face is in the picture to tell. */
export function mayBeUpsideDown({ box: [left, top, right, bottom] }: DetectedFace, { presence }: FaceLandmarks): boolean {
  const margin = 0.1;
  const isInside = left > -margin && top > -margin && right < 1 + margin && bottom < 1 + margin;
  return isInside && presence < surePresence;
}

/** Whether the second mesh, laid the other way up, is so much surer that the picture must be upside down. In odds, since both come near to 1. */
export function isSurer(second: FaceLandmarks, first: FaceLandmarks): boolean {
  const odds = ({ presence }: FaceLandmarks): number => (presence + 1e-6) / (1 - presence + 1e-6);
  return second.presence > surePresence && odds(second) > 30 * odds(first);
}

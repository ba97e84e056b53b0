/** @file What the detector's keypoints and the mesh's own doubt say of a head that the mesh cannot follow: profiles, and pictures that are not upright. */
import { rollAngle } from '../face-alignment.ts';
import type { DetectedFace } from '../face-detector.ts';
import type { FaceLandmarks } from '../face-landmarks.ts';
import type { PixelSize } from '../image.ts';
import type { HeadPose } from '../photo-measures.ts';

/** Distance of the eyes over the width of the box of a head that looks straight ahead: 0.42 in the middle of data/people, never below 0.34 up to 43 degrees; 0.03 in profile. */
const frontalEyeShare = 0.42;
const profileEyeShare = 0.25;
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

/** The pose of the mesh, or where it found no face and the eyes fall together, the turn that their distance tells. */
export function poseWithCues(pose: HeadPose, { presence }: FaceLandmarks, face: DetectedFace, size: PixelSize): HeadPose {
  const { rightEye, leftEye, noseTip } = face.keypoints;
  const widthPx = (face.box[2] - face.box[0]) * size.widthPx;
  const eyesPx = Math.hypot((leftEye.x - rightEye.x) * size.widthPx, (leftEye.y - rightEye.y) * size.heightPx);
  const share = widthPx > 0 ? eyesPx / widthPx : frontalEyeShare;
  if (presence >= 0.5 || share >= profileEyeShare) return pose;
  const degrees = 180 / Math.PI;
  const side = noseTip.x < (face.box[0] + face.box[2]) / 2 ? -1 : 1;
  // The line between eyes that fall together has no direction, so the roll is not known and taken for none.
  return { yaw: side * Math.acos(share / frontalEyeShare) * degrees, pitch: 0, roll: share < 0.1 ? 0 : rollAngle(face, size) * degrees };
}

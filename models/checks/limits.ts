/** @file Every number that a check compares with, in one place. Where each was measured: `README.md`, made by `npm run evaluate:checks`. */

import { minorLimits } from '../vision/age.ts';
import { identityLimits } from '../vision/face-identity.ts';

/**
 * Limits of the checks on one photo. "Good" are 72 photos of ada, chi and fay in data/people, on which the limits were set;
 * the other three people, on which they are reported, had no say.
 */
export const photoLimits = {
  /** Years. The net reads five and more years wrong, so adults who look young are stopped too. See [Note: when a face is taken for a minor]. */
  adultAgeYears: minorLimits.photoYears,
  /** Sum over the classifier's explicit classes. */
  nudity: 0.5,
  /** Height of a further face over that of the judged one: smaller are passers-by. */
  bystanderShare: 0.4,
  /** Pixels from chin to hairline. */
  faceHeightPx: 112,
  /** Share of the face's box outside the picture. */
  cutOffShare: 0.12,
  /** Degrees. */
  rollDegrees: 45,
  yawDegrees: 60,
  pitchDegrees: 40,
  /** Opening of the wider eye over its width. */
  eyeOpening: 0.12,
  /** Sureness, 0 to 1. */
  covered: 0.5,
  sharpness: 0.25,
  /** Standard deviation, steps of 255. */
  noise: 14,
  /** CIELAB lightness of the face. */
  faceLightness: 18,
  /** Shares of the face that hold no detail. */
  faceDarkShare: 0.6,
  faceBrightShare: 0.35,
  /** CIELAB distance of nearly neutral pixels from grey. */
  cast: 22,
  /** Mean CIELAB chroma of the picture. */
  chroma: 2,
  /** 0 to 1. */
  smoothing: 0.6,
} as const;

/** Limits of the checks on a set of photos. */
export const setLimits = {
  /** Bits of 64 that differ between two fingerprints of the same picture, whatever its faces. */
  samePictureBits: 6,
  /** Bits that differ between near-duplicates, where the faces agree too. */
  nearPictureBits: 14,
  /** Cosine of two faces in near-duplicates. */
  nearFaceCosine: 0.985,
  /** Cosine of a face with the mean of the others, below which it is another person. */
  samePersonCosine: identityLimits.samePersonCosine,
  /** Cosine of two single photos that counts as a vote for the same person. */
  pairCosine: identityLimits.pairCosine,
  /** Fewer faces cannot outvote a stranger. */
  fewestFaces: 3,
} as const;

/** What a set of photos should hold. */
export const coverageLimits = {
  /** Photos in all. */
  photos: 10,
  /** Degrees of yaw from which a head is turned. */
  turnedYawDegrees: 12,
  /** CIELAB lightness between the halves of the face from which light has a side. */
  sideDifference: 8,
  /** CIELAB lightness of the face below which the light is dim. */
  dimLightness: 40,
  /** Raise of the corners of the mouth from which it smiles. */
  smile: 0.05,
  /** Sureness from which glasses are worn. */
  glasses: 0.5,
  /** Height of the face over that of the picture: from here a close-up, below the other a half-body picture. */
  closeHeightShare: 0.45,
  farHeightShare: 0.33,
} as const;

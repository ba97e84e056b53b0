/** @file Every number that a check compares with, in one place. Where each was measured: `README.md`, made by `npm run evaluate:checks`. */
import { minorLimits } from '../vision/age.ts';
import { identityLimits } from '../vision/face-identity.ts';

/**
 * Limits of the checks on one photo. Where a number of photos is given, "good" are the 72 good photos of ada, ben and chi in data/people and "planted" the
 * defects made of them; dev, fay and gus, on whom the README reports too, had no say.
 */
export const photoLimits = {
  /** [Note: when a face is taken for a minor] in `models/vision/age.ts`. */
  adultAgeYears: minorLimits.photoYears,
  /** Sum over the classifier's explicit classes. */
  nudity: 0.5,
  /** Height of a further face over that of the judged one: smaller are passers-by. */
  bystanderShare: 0.4,
  /** Pixels from chin to hairline. */
  faceHeightPx: 112,
  /** Share of the face's box outside the picture. */
  cutOffShare: 0.12,
  /** Degrees. Heads tilt to 20 or 30; pictures on their side stand at 90 and 180. */
  rollDegrees: 60,
  /** Degrees. Good photos go to 43 of yaw and 20 of pitch, planted profiles begin at 85. */
  yawDegrees: 60,
  pitchDegrees: 40,
  /** Opening of the wider eye over its width; good photos from 0.195. */
  eyeOpening: 0.12,
  /** Sureness, 0 to 1. Good up to 0.46 (a dark beard). */
  covered: 0.55,
  /** Good from 0.47. A picture enlarged 3.2 times 0.41 to 0.43, radius 8 px 0.20. */
  sharpness: 0.45,
  /** Standard deviation, steps of 255. Good up to 0.42, planted 31; telephones in dim rooms reach 5. */
  noise: 10,
  /** CIELAB lightness of the face. Good from 29 (dark brown skin in dim light), at 2 % exposure 7 and 8. */
  faceLightness: 18,
  /** Shares of the face that hold no detail: good up to 0.1 and 0; at 7 times the exposure 0.5 and 0.8 are bright. */
  faceDarkShare: 0.6,
  faceBrightShare: 0.3,
  /** CIELAB distance of nearly neutral pixels from grey. Good up to 13, planted 28 and 41. */
  cast: 20,
  /** Mean CIELAB chroma of the picture. Good from 5. */
  chroma: 2,
  /** 0 to 1. */
  smoothing: 0.5,
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
  /** The same for a face that is blurred, turned, covered, tiny or badly lit, whose embedding strays. */
  spoiltPersonCosine: 0.85,
  /** Cosine of two single photos that counts as a vote for the same person. */
  pairCosine: identityLimits.pairCosine,
  /** Fewer faces cannot outvote a stranger. */
  fewestFaces: 3,
  /** The median of the ages read on a person's photos. */
  personAgeYears: minorLimits.personYears,
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

/** @file Every number that a check compares with, in one place. Where each was measured: `README.md`, made by `npm run evaluate:checks`. */
import { minorLimits } from '../vision/age.ts';
import { identityLimits } from '../vision/face-identity.ts';

/**
 * Limits of the checks on one photo. "Good" are the 72 good photos of ada, ben and chi in data/people, "planted" the defects of the same three: where both have a
 * number the limit lies between them. The other three people are reported beside them in the README.
 */
export const photoLimits = {
  /** [Note: when a face is taken for a minor] in `models/vision/age.ts`. */
  adultAgeYears: minorLimits.photoYears,
  /** Of `nudityOf`. Nothing here shows nudity, so only the other side is known: good photos go to 0.53, their copies and masks drawn on them to 0.74. */
  nudity: 0.8,
  /** A face less sure than this, on which the mesh finds a face less surely than 1 in 10, is none: a waterfall scores 0.62 and 0.56, a face behind a board 0.68 and 0.70. */
  doubtfulScore: 0.65,
  noMesh: 0.9,
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
  /** Opening of the wider eye over its width; good photos from 0.195. Kept for photos of which nothing else is known: drawn lids read 0.15 to 0.35. */
  eyeOpening: 0.12,
  /** Of `eyesShown`. Good from 0.83; with drawn lids 0.02 to 1.1, and 28 of 36 lie below. */
  eyesShown: 0.4,
  /** Sureness, 0 to 1. Good up to 0.46 (stubble); sunglasses from 0.55, masks from 0.21, so some of those are missed. */
  covered: 0.5,
  /** Good from 0.472; enlarged from 160 px up to 0.457, blurred by 4 px of 512 up to 0.3. */
  sharpness: 0.465,
  /** Standard deviation, steps of 255. Good up to 0.4, planted from 18. */
  noise: 10,
  /** CIELAB lightness of the face. Good from 38 (from 29 for dark brown skin in dim light), at 2 % exposure up to 8. */
  faceLightness: 18,
  /** Shares of the face that hold no detail: good up to 0.1 dark and 0 bright; over-exposed from 0.5. */
  faceDarkShare: 0.6,
  faceBrightShare: 0.15,
  /** CIELAB distance of nearly neutral pixels from grey. Good up to 13. */
  cast: 20,
  /** CIELAB a and b of skin in fair light, of all six tones of data/people: good photos have a of 0.7 to 15 and b of 6 to 26; rounded outwards. */
  skinA: [0, 20],
  skinB: [3, 30],
  /** Distance of the skin from that range. Good 0, planted casts from 18. */
  skinCast: 10,
  /** Mean CIELAB chroma of the picture. Good from 6. */
  chroma: 2,
  /** 0 to 1. Good up to 0.70, planted from 0.90. */
  smoothing: 0.8,
} as const;

/** Limits of the checks on a set of photos. */
export const setLimits = {
  /** Bits of 64 that differ between two fingerprints of the same picture, whatever its faces. */
  samePictureBits: 6,
  /** Bits that differ between near-duplicates, where the faces agree too. */
  nearPictureBits: 14,
  /** Cosine of two faces in near-duplicates. */
  nearFaceCosine: 0.99,
  /** Cosine of a face with the mean of the others, below which it is another person. */
  samePersonCosine: identityLimits.samePersonCosine,
  /** The same for a face that is blurred, turned, covered, tiny or badly lit, whose embedding strays. Of 1,310 strangers' spoilt photos 90 % lie below, of the person's own 142 7 %; at 0.88 33 % and 1 %. */
  spoiltPersonCosine: 0.92,
  /** Cosine of two single photos that counts as a vote for the same person. */
  pairCosine: identityLimits.pairCosine,
  /** Fewer faces cannot outvote a stranger. */
  fewestFaces: 3,
  /** The median of the ages read on a person's photos. */
  personAgeYears: minorLimits.personYears,
} as const;

/** What a set of photos should hold. Against the labels of data/people, of ada, ben and chi / of dev, fay and gus: the table "Coverage against the labels" of the README. */
export const coverageLimits = {
  /** Photos in all. */
  photos: 10,
  /** Degrees of yaw from which a head is turned; the labels are told apart at the same angle. */
  turnedYawDegrees: 12,
  /** CIELAB lightness between the halves of the face from which light has a side. Between 7 and 10 the two halves of the people gain and lose in turn. */
  sideDifference: 8,
  /** CIELAB lightness of the face below that of the person's middle photo from which the light is dim. A fixed 40 called 8 of 24 photos of the darkest person dim, none of which is. */
  dimBelowUsual: 8,
  /** Raise of the corners of the mouth from which it smiles, as captions take it. The highest recall at a precision over 0.95 on ada, ben and chi; 0.05 found one smile in seven. */
  smile: 0.035,
  /** Sureness from which glasses are worn. */
  glasses: 0.5,
  /** Height of the face over that of the picture: from here a close-up, below the other a half-body picture. */
  closeHeightShare: 0.45,
  farHeightShare: 0.33,
} as const;

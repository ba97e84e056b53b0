/** @file Every number that ranking compares with. Where each was measured: `README.md`, made by `npm run evaluate:ranking`. */

/** A picture beyond one of these is set aside. */
export const rankingLimits = {
  /** Sum over the classifier's explicit classes. On rendered pictures, none of them nude, 0.5 gives 4 % false alarms and 0.7 0.8 % (`npm run evaluate:nets`). */
  nudity: 0.7,
  /** Height of a further face over that of the largest: smaller ones are taken for pictures on a wall. As for photos (`models/checks/limits.ts`). */
  bystanderShare: 0.4,
  /** How surely the mesh lies on a face. Below 0.5 it says nothing of the pose either (`models/vision/photo-analyzer.ts`). */
  presence: 0.5,
  /** `shapeDistance` from the person's mean shape: their own photos go to 0.1, the pictures to 0.12. */
  shapeDistance: 0.15,
  /** The same over the farthest of the person's own photos, where that is more. */
  shapeOverOwn: 1.5,
  /** Share of the face's box outside the picture; as for photos. */
  cutOffShare: 0.12,
  /** Height of the face over that of the picture. Half-body pictures have 0.2. */
  faceHeightShare: 0.12,
  /**
   * CIELAB lightness of the skin beyond the lightest or darkest of the person's photos. Set by eye; of the people's own photos 99 % lie within 8.2 of the range of 16
   * others. 8 was tried and costs more than it gives, since light differs between looks: see the README.
   */
  skinLightness: 12,
  /** Degrees of CIELAB hue of the skin beyond the person's photos. Own photos by the same reckoning: 99 % within 7.7. */
  skinHueDegrees: 12,
  /** Cosine with the mean of the person's photos; strangers meet near 0.89 (`models/vision/face-identity.ts`). */
  likeness: 0.88,
} as const;

/**
 * What pictures are sorted by: the cosine, less what tells a face that is drawn wrongly. Chosen among 13 ways on four sets of 192 pictures, by FaceRes'
 * cosine of the best twelve: about 0.006 better on average than the cosine alone, and not on every set. The trial used the mean lightness of the photos, this the
 * median. The README has the gain of the whole, on six sets.
 */
export const worthWeights = {
  /** For each unit of `shapeDistance`. */
  shape: 0.3,
  /** For each step of CIELAB lightness between the skin and the median of the photos. */
  skinLightness: 0.0005,
} as const;

/** How near to the person's own photos a likeness must be for each word, as a share of the way from strangers to them. */
export const likenessWords = { strangerCosine: 0.89, high: 0.7, good: 0.45, some: 0.2 } as const;

/** Bits of 64 that differ between two fingerprints of near-duplicates, within one look. Two seeds of one look differ in 9 and more, half of all pairs in 24. */
export const stackBits = 8;

/** How many more are drawn than asked for: for each picture of an order. */
export const drawnForEachAsked = 1.5;

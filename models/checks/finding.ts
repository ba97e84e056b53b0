/** @file What a check says of a photo: plain data that is stored, shown and written into reports. */

/** Every check there is, in the order in which its reasons are shown. */
export const checkIds = [
  'minor',
  'nudity',
  'no-face',
  'several-faces',
  'other-person',
  'face-small',
  'face-cut-off',
  'not-upright',
  'turned-away',
  'eyes-closed',
  'covered',
  'blurred',
  'noisy',
  'dark',
  'overexposed',
  'colour-cast',
  'black-and-white',
  'beauty-filter',
  'duplicate',
] as const;
export type CheckId = (typeof checkIds)[number];

/** These cannot be overridden. */
export const hardChecks: ReadonlySet<CheckId> = new Set(['minor', 'nudity', 'no-face']);

/** One reason why a photo should not be learned from. */
export interface Finding {
  readonly check: CheckId;
  /** The number that was judged, in the unit of its check; null where there is none. */
  readonly value: number | null;
  /** The number it had to reach or stay under. */
  readonly limit: number | null;
  /** For `duplicate`: the photo that is kept instead. */
  readonly otherPhotoId?: string;
}

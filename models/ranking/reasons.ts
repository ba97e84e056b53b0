/** @file Why a drawn picture is set aside: every reason, once, the weightiest first. Sentences are in the catalogues of the page. */

export const asideReasons = [
  'nudity',
  'no-face',
  'several-faces',
  'distorted',
  'cut-off',
  'face-small',
  'skin-tone',
  'not-alike',
  /** Fit to be seen, but others of the same order are better: more were drawn than asked for. */
  'spare',
] as const;
export type AsideReason = (typeof asideReasons)[number];

/** One reason with what was measured. */
export interface AsideFinding {
  readonly reason: AsideReason;
  /** What the limit was compared with; null where there is no number to it. */
  readonly value: number | null;
  readonly limit: number | null;
}

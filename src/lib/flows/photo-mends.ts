/** @file Which way each finding can be mended. A check without an entry does not compile. */
import type { CheckId, Finding } from '#models/checks/index.ts';
import type { PhotoRecord } from '#storage/photo-store.ts';

/** What the editing dialog opens with. */
export type EditTool = 'crop' | 'turn' | 'light' | 'face';

/** Where changing the photo can help; nothing brings back an eye that is closed. */
const toolOf: Readonly<Record<CheckId, EditTool | null>> = {
  minor: null,
  nudity: 'crop',
  'no-face': 'turn',
  'several-faces': 'face',
  'other-person': null,
  'face-small': null,
  'face-cut-off': null,
  'not-upright': 'turn',
  'turned-away': null,
  'eyes-closed': null,
  covered: null,
  blurred: null,
  noisy: null,
  dark: 'light',
  overexposed: null,
  'colour-cast': null,
  'black-and-white': null,
  'beauty-filter': null,
  duplicate: null,
};

/** The tool that may mend a photo with these reasons; null where none can. */
export function mendingTool(findings: readonly Finding[], photo: Pick<PhotoRecord, 'measures'>): EditTool | null {
  if (findings.some(({ check }) => check === 'minor')) return null;
  const [tool] = findings.flatMap(({ check }) => toolOf[check] ?? []);
  if (tool !== undefined) return tool;
  // A stranger beside the person: the other face may be the right one.
  return findings.some(({ check }) => check === 'other-person') && (photo.measures?.faces.length ?? 0) > 1 ? 'face' : null;
}

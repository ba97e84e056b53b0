/** @file What the checks say of a photo, and what a set of photos shows. */
import type { CheckId, CoverageGapId, CoverageKind, CoverageTopic } from '#models/checks/index.ts';
import { plural } from './plural.ts';

/** The mark under the photo, and the reason with a way to mend it. `value` and `limit` are those of the finding. */
export interface CheckSentence {
  readonly mark: string;
  readonly reason: (value: number, limit: number) => string;
}

const byCheck: Readonly<Record<CheckId, CheckSentence>> = {
  minor: {
    mark: 'May be under age',
    reason: () =>
      'The person in this photo may be under age, and we learn the faces of adults only. If you are an adult, we are sorry: we misjudge ages by some years and stay on the safe side. Another photo of you may pass. This note is on this computer only.',
  },
  nudity: {
    mark: 'Not clothed',
    reason: () => 'This photo seems to show nudity, and we do not learn from that. Crop it to head and shoulders, or choose another.',
  },
  'no-face': {
    mark: 'No face',
    reason: () => 'We found no face here. If the photo lies on its side, turn it; else choose one in which the face is easy to see.',
  },
  'several-faces': { mark: 'Several faces', reason: (faces) => `There are ${faces} faces of about the same size. Choose which one is you, or crop to it.` },
  'other-person': {
    mark: 'Someone else?',
    reason: () => 'This face does not look like the one in the other photos. If it is you all the same, use it anyway.',
  },
  'face-small': {
    mark: 'Face too small',
    reason: (px, limit) => `The face is only ${Math.round(px)} px high, and it takes ${limit} px to show its detail. A photo from closer up teaches more.`,
  },
  'face-cut-off': { mark: 'Face cut off', reason: () => 'The edge of the photo cuts off part of the face. Choose one that shows all of it.' },
  'not-upright': { mark: 'Not upright', reason: () => 'The head lies on its side. Turn the photo upright.' },
  'turned-away': {
    mark: 'Turned away',
    reason: (degrees, limit) => `The head is turned ${Math.round(degrees)}° from the camera, so half of the face is out of sight. Up to ${limit}° is fine.`,
  },
  'eyes-closed': { mark: 'Eyes closed', reason: () => 'The eyes are closed. Choose a photo in which they are open.' },
  covered: {
    mark: 'Face covered',
    reason: () => 'Something covers the face, such as sunglasses, a mask or a hand. The likeness would learn it as part of you.',
  },
  blurred: { mark: 'Blurred', reason: () => 'The face is blurred, or was enlarged from a small picture. The likeness would learn the blur.' },
  noisy: { mark: 'Grainy', reason: () => 'The photo is grainy, as in very little light. Choose one taken in more light.' },
  dark: { mark: 'Too dark', reason: () => 'The face is too dark to see. Lighten the photo, or choose one in more light.' },
  overexposed: {
    mark: 'Too bright',
    reason: () => 'The light has burnt out the face, and what is white holds no detail that could come back. Choose another.',
  },
  'colour-cast': { mark: 'Tinted', reason: () => 'The whole photo has a strong tint, and your skin would take it on. Choose one in ordinary light.' },
  'black-and-white': { mark: 'No colour', reason: () => 'The photo is black-and-white. Use the one in colour, if there is one.' },
  'beauty-filter': { mark: 'Filtered', reason: () => 'The skin looks smoothed by a filter. The photo without it shows more of you.' },
  duplicate: { mark: 'Duplicate', reason: () => 'This is nearly the same picture as another one here. Twice the same teaches nothing new.' },
};

const topics: Readonly<Record<CoverageTopic, string>> = { angle: 'Angle', light: 'Light', expression: 'Expression', glasses: 'Glasses', distance: 'Distance' };

const kinds: { readonly [Topic in CoverageTopic]: Readonly<Record<CoverageKind<Topic>, string>> } = {
  angle: { front: 'ahead', left: 'left', right: 'right' },
  light: { even: 'even', 'from-left': 'from the left', 'from-right': 'from the right', dim: 'dim' },
  expression: { serious: 'serious', smiling: 'smiling' },
  glasses: { without: 'without', with: 'with' },
  distance: { close: 'close', middle: 'middle', far: 'far' },
};

const gaps: Readonly<Record<CoverageGapId, (missing: number) => string>> = {
  photos: (missing) => plural(missing, 'more photo', 'more photos'),
  front: (missing) => `${missing} looking ahead`,
  left: (missing) => `${missing} turned to the left`,
  right: (missing) => `${missing} turned to the right`,
  light: (missing) => `${missing} in another light`,
  smiling: (missing) => `${missing} with a smile`,
  serious: (missing) => `${missing} without a smile`,
  close: (missing) => plural(missing, 'close-up', 'close-ups'),
  far: (missing) => `${missing} with the shoulders in view`,
  'glasses-with': (missing) => `${missing} with your glasses on`,
  'glasses-without': (missing) => `${missing} without glasses`,
};

export const checks = {
  byCheck,
  topics,
  kinds,
  gaps,
  title: 'What the photos show',
  titleLong: 'What the photos in use show of you',
  share: (percent: number) => `${percent} % of what makes a good set`,
  kindCount: (kind: string, count: number) => `${kind} ${count}`,
  missing: (list: readonly string[]) => `Still missing: ${new Intl.ListFormat('en-GB').format(list)}.`,
  complete: 'Nothing is missing.',
};

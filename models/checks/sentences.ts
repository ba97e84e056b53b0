/** @file What a finding says in English, for reports of the command line. The pages have their own catalogues. */
import type { CheckId, Finding } from './finding.ts';

/** One sentence for each check: what is wrong, and the way to mend it. */
const sentences: Readonly<Record<CheckId, string>> = {
  minor: 'The person may be under age; only photos of adults are taken.',
  nudity: 'The photo seems to show nudity; choose one with clothes on.',
  'no-face': 'No face was found; choose a photo that shows the face.',
  'several-faces': 'Several faces are in the photo; crop it to one person, or choose the face.',
  'other-person': 'The face does not look like the one in the other photos.',
  'face-small': 'The face is too small; crop closer or take a photo from nearer.',
  'face-cut-off': 'The face is cut off at the edge of the picture; choose one that shows all of it.',
  'not-upright': 'The picture is not upright; turn it.',
  'turned-away': 'The head is turned too far from the camera.',
  'eyes-closed': 'The eyes are closed.',
  covered: 'Something covers the face, such as sunglasses, a mask or a hand.',
  blurred: 'The face is blurred or was enlarged from a small picture.',
  noisy: 'The picture is grainy; take it in more light.',
  dark: 'The face is too dark.',
  overexposed: 'The light has burnt out the face; its bright parts hold no detail.',
  'colour-cast': 'The whole picture has a strong tint; correct its white balance or take another.',
  'black-and-white': 'The picture is black-and-white; use the coloured one.',
  'beauty-filter': 'The skin seems smoothed by a filter; use the picture without it.',
  duplicate: 'Another photo of the set shows the same picture.',
};

export function sentenceOf({ check }: Finding): string {
  return sentences[check];
}

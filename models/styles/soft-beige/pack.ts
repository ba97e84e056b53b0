/** @file Soft beige: warm and quiet: for coaches, doctors and anyone who is met in person. */
import { commonNegative, type StylePack } from '../style-pack.ts';

export const softBeige: StylePack = {
  id: 'soft-beige',
  names: { en: 'Soft beige', ko: '부드러운 베이지' },
  hints: { en: 'sweater, beige wall', ko: '스웨터, 베이지색 벽' },
  template: 'a close up portrait of {subject}, calm, kind smile, wearing {outfit}, plain beige background',
  outfits: { woman: 'a white sweater', man: 'a beige sweater', person: 'a white sweater' },
  negativePrompt: commonNegative,
  guidance: 5,
};

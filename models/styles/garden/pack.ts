/** @file Garden: outdoors, with leaves far behind. */
import { commonNegative, type StylePack } from '../style-pack.ts';

export const garden: StylePack = {
  id: 'garden',
  names: { en: 'Garden', ko: '정원' },
  hints: { en: 'light shirt, green park', ko: '밝은 셔츠, 초록 공원' },
  template: 'a close up portrait of {subject}, relaxed, friendly smile, wearing {outfit}, blurred park background',
  outfits: { woman: 'a white blouse', man: 'a white shirt', person: 'a white shirt' },
  negativePrompt: commonNegative,
  guidance: 5,
};

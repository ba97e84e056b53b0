/** @file Studio grey: the plainest of studio portraits, and the safest choice. */
import { commonNegative, type StylePack } from '../style-pack.ts';

export const studioGrey: StylePack = {
  id: 'studio-grey',
  names: { en: 'Studio grey', ko: '회색 스튜디오' },
  hints: { en: 'white shirt, light grey wall', ko: '흰 셔츠, 밝은 회색 벽' },
  template: 'a close up portrait of {subject}, slight smile, wearing {outfit}, plain light grey background',
  outfits: { woman: 'a white blouse', man: 'a white shirt', person: 'a white shirt' },
  negativePrompt: commonNegative,
  guidance: 5,
};

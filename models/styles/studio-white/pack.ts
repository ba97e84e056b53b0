/** @file Studio white: for websites and documents that want nothing behind the person. */
import { commonNegative, type StylePack } from '../style-pack.ts';

export const studioWhite: StylePack = {
  id: 'studio-white',
  names: { en: 'Studio white', ko: '하얀 스튜디오' },
  hints: { en: 'blazer, white wall', ko: '블레이저, 흰 벽' },
  template: 'a close up portrait of {subject}, smiling, wearing {outfit}, plain white background, bright lighting',
  outfits: { woman: 'a beige blazer', man: 'a grey blazer over a white shirt', person: 'a grey blazer over a white shirt' },
  negativePrompt: commonNegative,
  guidance: 5,
};

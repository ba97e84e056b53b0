/** @file Corporate blue: the dark blue of annual reports. */
import { commonNegative, type StylePack } from '../style-pack.ts';

export const corporateBlue: StylePack = {
  id: 'corporate-blue',
  names: { en: 'Corporate blue', ko: '기업 블루' },
  hints: { en: 'grey suit, dark blue backdrop', ko: '회색 정장, 짙은 파란 배경' },
  template: 'a close up portrait of {subject}, friendly slight smile, wearing {outfit}, plain dark blue background',
  outfits: { woman: 'a grey blazer', man: 'a grey suit with a white shirt and a tie', person: 'a grey blazer over a white shirt' },
  negativePrompt: commonNegative,
  guidance: 5,
};

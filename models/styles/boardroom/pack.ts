/** @file Boardroom: the formal portrait that banks and law firms ask for. */
import { commonNegative, type StylePack } from '../style-pack.ts';

export const boardroom: StylePack = {
  id: 'boardroom',
  names: { en: 'Boardroom', ko: '회의실' },
  hints: { en: 'dark suit, grey backdrop', ko: '짙은 정장, 회색 배경' },
  template: 'a close up portrait of {subject}, friendly slight smile, wearing {outfit}, plain grey background',
  outfits: {
    woman: 'a dark blue blazer over a white shirt',
    man: 'a dark blue suit with a white shirt and a tie',
    person: 'a dark blue blazer over a white shirt',
  },
  negativePrompt: commonNegative,
  guidance: 5,
};

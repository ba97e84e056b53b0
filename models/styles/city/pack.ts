/** @file City: downtown, far out of focus. */
import { commonNegative, type StylePack } from '../style-pack.ts';

export const city: StylePack = {
  id: 'city',
  names: { en: 'City', ko: '도시' },
  hints: { en: 'dark blazer, blurred street', ko: '짙은 블레이저, 흐린 거리' },
  template: 'a close up portrait of {subject}, friendly, wearing {outfit}, blurred city background',
  outfits: { woman: 'a black blazer over a white shirt', man: 'a dark grey blazer over a white shirt', person: 'a black blazer over a white shirt' },
  negativePrompt: commonNegative,
  guidance: 5,
};

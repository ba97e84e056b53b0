/** @file Brick loft: for people who never wear a tie. */
import { commonNegative, type StylePack } from '../style-pack.ts';

export const brickLoft: StylePack = {
  id: 'brick-loft',
  names: { en: 'Brick loft', ko: '벽돌 로프트' },
  hints: { en: 't-shirt, brick wall', ko: '티셔츠, 벽돌 벽' },
  template: 'a close up portrait of {subject}, happy smile, wearing {outfit}, brick wall background',
  outfits: { woman: 'a dark blue t-shirt', man: 'a dark blue t-shirt', person: 'a dark blue t-shirt' },
  negativePrompt: commonNegative,
  guidance: 5,
};

/** @file Editorial: black on black, as on the cover of a magazine. */
import type { StylePack } from '../style-pack.ts';

export const editorial: StylePack = {
  id: 'editorial',
  names: { en: 'Editorial', ko: '에디토리얼' },
  hints: { en: 'black clothes, black backdrop', ko: '검은 옷, 검은 배경' },
  template: 'a close up portrait of {subject}, serious, wearing {outfit}, plain black background',
  outfits: { woman: 'a black blouse', man: 'a black sweater', person: 'a black sweater' },
  negativePrompt: 'angry, sad, hat, sunglasses', // not "dark lighting": here it is wanted,
  guidance: 5,
};

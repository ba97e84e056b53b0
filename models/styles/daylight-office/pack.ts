/** @file Daylight office: at work, on a bright day, out of focus behind. */
import { commonNegative, type StylePack } from '../style-pack.ts';

export const daylightOffice: StylePack = {
  id: 'daylight-office',
  names: { en: 'Daylight office', ko: '밝은 사무실' },
  hints: { en: 'light shirt, bright office', ko: '밝은 셔츠, 환한 사무실' },
  template: 'a close up portrait of {subject}, smiling, wearing {outfit}, blurred office background, bright lighting',
  outfits: { woman: 'a light blue blouse', man: 'a light blue shirt', person: 'a light blue shirt' },
  negativePrompt: commonNegative,
  guidance: 5,
};

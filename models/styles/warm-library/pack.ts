/** @file Warm library: books behind: for teachers, writers and researchers. */
import { commonNegative, type StylePack } from '../style-pack.ts';

export const warmLibrary: StylePack = {
  id: 'warm-library',
  names: { en: 'Warm library', ko: '따뜻한 서재' },
  hints: { en: 'sweater, bookshelf', ko: '스웨터, 책장' },
  template: 'a close up portrait of {subject}, kind smile, wearing {outfit}, blurred bookshelf background',
  outfits: { woman: 'a dark grey sweater', man: 'a dark grey blazer over a light blue shirt', person: 'a dark grey sweater' },
  negativePrompt: commonNegative,
  guidance: 5,
};

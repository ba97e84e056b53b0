/** @file The looks as the app sees them. */
import type { PersonClass } from '#storage/project-store.ts';
import type { Locale } from '../i18n/catalogue.ts';

export interface Look {
  readonly id: string;
  readonly names: Readonly<Record<Locale, string>>;
  readonly hints: Readonly<Record<Locale, string>>;
}

export const looks: readonly Look[] = [
  { id: 'boardroom', names: { en: 'Boardroom', ko: '회의실' }, hints: { en: 'dark suit, grey backdrop', ko: '짙은 정장, 회색 배경' } },
  { id: 'daylight-office', names: { en: 'Daylight office', ko: '밝은 사무실' }, hints: { en: 'shirt, window light', ko: '셔츠, 창가의 빛' } },
  { id: 'editorial', names: { en: 'Editorial', ko: '에디토리얼' }, hints: { en: 'black knit, one lamp', ko: '검은 니트, 조명 하나' } },
  { id: 'garden', names: { en: 'Garden', ko: '정원' }, hints: { en: 'linen, green shade', ko: '리넨, 초록 그늘' } },
  { id: 'studio-white', names: { en: 'Studio white', ko: '하얀 스튜디오' }, hints: { en: 'light jacket, white wall', ko: '밝은 재킷, 흰 벽' } },
  { id: 'warm-library', names: { en: 'Warm library', ko: '따뜻한 서재' }, hints: { en: 'tweed, lamplight', ko: '트위드, 등불' } },
];

/** The name of a look by id, in a language; the id itself for a look that is no longer in the registry. */
export function lookName(id: string, locale: Locale): string {
  return looks.find((look) => look.id === id)?.names[locale] ?? id;
}

/** The words for one picture. */
export function promptsOf(look: Look, personClass: PersonClass, variation: number): { prompt: string; negativePrompt: string } {
  return { prompt: `portrait photo of a ${personClass}, ${look.hints.en}, ${variation}`, negativePrompt: '' };
}

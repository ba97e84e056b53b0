/** @file The looks as the app sees them: the style packs, with the words for one person. */
import { type StylePack, stylePacks, stylePrompts } from '#models/styles/index.ts';
import type { Subject } from '#models/text/prompt.ts';
import type { Locale } from '../i18n/catalogue.ts';

export type Look = StylePack;

export const looks: readonly Look[] = stylePacks;

/** The name of a look by id, in a language; the id itself for a look that is no longer in the registry. */
export function lookName(id: string, locale: Locale): string {
  return looks.find((look) => look.id === id)?.names[locale] ?? id;
}

/** The words for one picture of the person that a likeness knows. */
export function promptsOf(look: Look, subject: Subject): { prompt: string; negativePrompt: string } {
  const { prompt, negativePrompt } = stylePrompts(look, subject.personClass, subject);
  return { prompt, negativePrompt };
}

/** @file The message catalogue: one per language, all of one shape. A missing key or language does not compile. */
import { en } from './en/index.ts';
import { ko } from './ko/index.ts';

/** The same keys, with every literal text widened, so that another language can fill them. */
type Widened<T> = T extends string
  ? string
  : T extends (...parameters: infer P) => string
    ? (...parameters: P) => string
    : T extends readonly (infer Item)[]
      ? readonly Widened<Item>[]
      : { readonly [Key in keyof T]: Widened<T[Key]> };

export type Catalogue = Widened<typeof en>;

export const locales = ['en', 'ko'] as const;
export type Locale = (typeof locales)[number];

export const catalogues: Readonly<Record<Locale, Catalogue>> = { en, ko };

/** True if `value` names a language we speak. */
export function isLocale(value: unknown): value is Locale {
  return locales.some((locale) => locale === value);
}

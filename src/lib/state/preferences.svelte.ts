/** @file Theme and language: remembered, and applied before the first paint by `static/before-paint.js`, which reads the same two keys. */
import { catalogues, isLocale, type Catalogue, type Locale } from '../i18n/catalogue.ts';

export type Theme = 'system' | 'light' | 'dark';

const themeKey = 'likeness.theme';
const localeKey = 'likeness.locale';

export class Preferences {
  #theme = $state<Theme>('system');
  #locale = $state<Locale>('en');
  #systemIsDark = $state(false);

  get theme(): Theme {
    return this.#theme;
  }

  get locale(): Locale {
    return this.#locale;
  }

  /** Every sentence, in the person's language. */
  get catalogue(): Catalogue {
    return catalogues[this.#locale];
  }

  /** True if the darkroom is on, by choice or by the system. */
  get isDark(): boolean {
    return this.#theme === 'dark' || (this.#theme === 'system' && this.#systemIsDark);
  }

  /** Reads what was remembered. Called once, in the browser, after hydration: prerendered pages are in English. */
  restore(): void {
    const theme = read(themeKey);
    if (theme === 'light' || theme === 'dark') this.#theme = theme;
    const locale = read(localeKey) ?? (navigator.language.startsWith('ko') ? 'ko' : 'en');
    if (isLocale(locale)) this.#locale = locale;
    document.documentElement.lang = this.#locale;
    delete document.documentElement.dataset['waiting'];
    const query = matchMedia('(prefers-color-scheme: dark)');
    this.#systemIsDark = query.matches;
    query.addEventListener('change', (event) => {
      this.#systemIsDark = event.matches;
    });
  }

  chooseTheme(theme: Theme): void {
    this.#theme = theme;
    if (theme === 'system') delete document.documentElement.dataset['theme'];
    else document.documentElement.dataset['theme'] = theme;
    write(themeKey, theme === 'system' ? null : theme);
  }

  chooseLocale(locale: Locale): void {
    this.#locale = locale;
    document.documentElement.lang = locale;
    write(localeKey, locale);
  }

  /** Forgets both, as part of deleting everything. */
  forget(): void {
    write(themeKey, null);
    write(localeKey, null);
    this.#theme = 'system';
    delete document.documentElement.dataset['theme'];
  }
}

function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null; // Storage is refused: the defaults stand.
  }
}

function write(key: string, value: string | null): void {
  try {
    if (value === null) localStorage.removeItem(key);
    else localStorage.setItem(key, value);
  } catch {
    // Storage is refused: the choice lasts as long as the page.
  }
}

/** @file What a consent record holds: the version of the words, their fingerprint, and the time. Nothing else. */
import type { ConsentRecord } from '#storage/project-store.ts';
import type { Catalogue } from '../i18n/catalogue.ts';

/** Rises when the meaning of the statements changes; everyone is then asked again. */
export const consentVersion = 1;

/** The record for the statements as they were shown, in the language they were shown in. */
export async function recordConsent(catalogue: Catalogue): Promise<ConsentRecord> {
  const text = Object.values(catalogue.consent.statements).join('\n');
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  const textHash = [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
  return { version: consentVersion, textHash, givenAt: Date.now() };
}

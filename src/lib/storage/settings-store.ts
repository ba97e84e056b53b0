/** @file Small facts about the app itself, such as the last device report. Theme and language are in localStorage: they are needed before the first paint. */
import { inDatabase } from './database.ts';

/** The names in use, once. */
export type SettingName = 'backend' | 'device-report' | 'current-project' | 'chosen-model' | 'model-hub';

/** Writes one setting. */
export async function saveSetting(name: SettingName, value: unknown): Promise<void> {
  await inDatabase((database) => database.put('settings', { name, value }));
}

/** Reads one setting; undefined if it was never written. The caller checks its shape. */
export async function readSetting(name: SettingName): Promise<unknown> {
  return (await inDatabase((database) => database.get('settings', name)))?.value;
}

/** @file Where the focus of the keyboard goes when what held it is gone from the page: next to where it was, never to the top. */
import { tick } from 'svelte';

/**
 * Does something that may take the focused element away, and puts the focus on the entry that is in its place then, or on the last one, or
 * else on the fallback: never on a button, which a second press of the same key would set off. Leaves it alone where it still is somewhere.
 *
 * @param entries  selects the entries of the list; each can be focused
 * @param fallback selects what takes the focus when the list is empty
 */
export async function keepFocus(entries: string, fallback: string, work: () => Promise<unknown>): Promise<void> {
  const list = [...document.querySelectorAll(entries)];
  const at = list.findIndex((entry) => entry.contains(document.activeElement));
  await work();
  await tick();
  if (at < 0 || document.activeElement !== document.body) return;
  const left = document.querySelectorAll<HTMLElement>(entries);
  const target = left[Math.min(at, left.length - 1)] ?? document.querySelector<HTMLElement>(fallback);
  target?.focus();
}

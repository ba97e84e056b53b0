/** @file Long arithmetic in steps: a thread that has to listen lets messages in between two of them. */

/** Work that stops for a moment at every `yield`. */
export type Steps<T> = Generator<void, T, void>;

/** All steps, one right after another. */
export function atOnce<T>(steps: Steps<T>): T {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}

/** Waits for `breathe` before every step; what it throws ends the work. */
export async function withBreaks<T>(steps: Steps<T>, breathe: () => Promise<void>): Promise<T> {
  for (;;) {
    await breathe();
    const { done, value } = steps.next();
    if (done === true) return value;
  }
}

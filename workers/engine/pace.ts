/** @file How fast counted work goes, and how long the rest will take: over the last half minute, pauses left out. */

const windowMs = 30_000;

/** Measures the pace of work that is counted from 0 to a total. */
export class Pace {
  readonly #now: () => number;
  /** Marks of the window, oldest first; times have the pauses taken out. */
  #marks: { readonly atMs: number; readonly count: number }[];
  #pausedMs = 0;
  #pauseStart: number | null = null;

  /** @param count how much was done before the measuring starts */
  constructor(count = 0, now: () => number = () => performance.now()) {
    this.#now = now;
    this.#marks = [{ atMs: now(), count }];
  }

  /** Tells that `count` is done by now. */
  mark(count: number): void {
    const atMs = this.#now() - this.#pausedMs;
    this.#marks.push({ atMs, count });
    while (this.#marks.length > 2 && atMs - this.#marks[1]!.atMs >= windowMs) this.#marks.shift();
  }

  pause(): void {
    this.#pauseStart ??= this.#now();
  }

  resume(): void {
    if (this.#pauseStart !== null) this.#pausedMs += this.#now() - this.#pauseStart;
    this.#pauseStart = null;
  }

  /** Counts per second; 0 before there are two marks. */
  get perSecond(): number {
    const [first, last] = [this.#marks[0]!, this.#marks.at(-1)!];
    const seconds = (last.atMs - first.atMs) / 1000;
    return seconds > 0 ? (last.count - first.count) / seconds : 0;
  }

  /** Seconds until `total` is reached at this pace; 0 before there is a pace. */
  secondsLeft(total: number): number {
    const { perSecond } = this;
    return perSecond > 0 ? Math.max(0, total - this.#marks.at(-1)!.count) / perSecond : 0;
  }
}

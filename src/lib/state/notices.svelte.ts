/** @file Short messages at the edge of the screen: what was done, and a way to undo it. */

export interface NoticeAction {
  readonly label: string;
  readonly run: () => void;
}

export interface Notice {
  readonly id: number;
  readonly text: string;
  readonly action: NoticeAction | null;
}

/** Long enough to read and to reach the button; hovering or focusing holds it. */
const shownMs = 7000;

export class Notices {
  #list = $state.raw<readonly Notice[]>([]);
  #nextId = 1;
  readonly #timers = new Map<number, ReturnType<typeof setTimeout>>();

  get list(): readonly Notice[] {
    return this.#list;
  }

  /** Shows a message; at most three at a time. */
  show(text: string, action: NoticeAction | null = null): void {
    const notice = { id: this.#nextId++, text, action };
    this.#list = [...this.#list.slice(-2), notice];
    this.release(notice.id);
  }

  dismiss(id: number): void {
    this.hold(id);
    this.#list = this.#list.filter((notice) => notice.id !== id);
  }

  /** Keeps a message on screen. */
  hold(id: number): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
  }

  /** Lets a message go after a while. */
  release(id: number): void {
    this.hold(id);
    this.#timers.set(
      id,
      setTimeout(() => {
        this.dismiss(id);
      }, shownMs),
    );
  }
}

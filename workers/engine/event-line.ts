/** @file The line on which a job tells its events to the page. */
import { transfer } from 'comlink';
import { encodeError } from '#models/errors/error-codec.ts';
import type { GenerateEvent, TrainEvent } from '../contract/engine.ts';

/** A page that does not take an event within this time is gone or hangs; the job is over all the same. */
const patienceMs = 2000;

/** Calls the page's callback, which may be a proxy in a page that is gone. */
export class EventLine<Event extends TrainEvent | GenerateEvent> {
  readonly #onEvent: (event: Event) => unknown;
  #last: Promise<void> = Promise.resolve();

  constructor(onEvent: (event: Event) => unknown) {
    this.#onEvent = onEvent;
  }

  /** Bytes of pictures move over without a copy. */
  readonly tell = (event: Event): void => {
    const message = event.kind === 'preview' || event.kind === 'trial' ? transfer(event, [event.png.buffer]) : event;
    this.#last = Promise.resolve(this.#onEvent(message)).then(
      () => undefined,
      (error: unknown) => console.warn('An event was not taken:', encodeError(error).code),
    );
  };

  /**
   * Resolves when the page has taken the last event. Events and a job's result travel on two ports, between which browsers keep no order:
   * without this, a job could seem to end before its last event (seen in Chromium).
   */
  async settled(): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const patience = new Promise<void>((resolve) => (timer = setTimeout(resolve, patienceMs)));
    await Promise.race([this.#last, patience]);
    clearTimeout(timer);
  }
}

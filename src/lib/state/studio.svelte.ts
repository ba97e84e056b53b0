/** @file The studio: how many of each look, and the queue that draws them. */
import type { GenerateEvent, PictureOrder } from '#workers/contract/engine.ts';
import { failureFromCode, type Failure, toFailure } from '../errors/failure.ts';
import { deviceEngine } from '../executors/device.ts';
import { likenessWeight, pictureScheduler, pictureSteps } from '../flows/defaults.ts';
import { type Look, looks } from '../flows/looks.ts';
import { planOrders } from '../flows/plan-orders.ts';
import { subjectOfLikeness } from '../flows/subject-of-likeness.ts';
import type { Project } from './project.svelte.ts';
import type { Training } from './training.svelte.ts';

export const mostOfOneLook = 12;

/** One place on the sheet: waiting, being drawn, or filled. Its position never changes. */
export interface Slot {
  readonly lookId: string;
  readonly imageId: string | null;
}

export type QueueStatus =
  | { readonly kind: 'idle' }
  | { readonly kind: 'loading' }
  | { readonly kind: 'drawing'; readonly index: number; readonly step: number; readonly steps: number }
  | { readonly kind: 'finished'; readonly made: number; readonly wasStopped: boolean }
  | { readonly kind: 'failed'; readonly failure: Failure };

export class Studio {
  readonly #project: Project;
  readonly #training: Training;
  readonly #counts = $state<Record<string, number>>({});
  #slots = $state.raw<readonly Slot[]>([]);
  #status = $state.raw<QueueStatus>({ kind: 'idle' });
  #secondsLeft = $state<number | null>(null);
  #isStopping = $state(false);

  likenessWeight = $state(likenessWeight);
  /** Null: each look's own. */
  guidance = $state<number | null>(null);
  steps = $state(pictureSteps);
  /** Null: a new seed each time. */
  seed = $state<number | null>(null);

  constructor(project: Project, training: Training) {
    this.#project = project;
    this.#training = training;
  }

  get status(): QueueStatus {
    return this.#status;
  }

  get slots(): readonly Slot[] {
    return this.#slots;
  }

  get secondsLeft(): number | null {
    return this.#secondsLeft;
  }

  get isStopping(): boolean {
    return this.#isStopping;
  }

  get isAtWork(): boolean {
    return this.#status.kind === 'loading' || this.#status.kind === 'drawing';
  }

  get made(): number {
    return this.#slots.filter((slot) => slot.imageId !== null).length;
  }

  /** The chosen looks with their counts, in the order of the registry. */
  get plan(): readonly { readonly look: Look; readonly count: number }[] {
    return looks.map((look) => ({ look, count: this.countOf(look.id) })).filter((entry) => entry.count > 0);
  }

  get total(): number {
    return this.plan.reduce((sum, entry) => sum + entry.count, 0);
  }

  countOf(lookId: string): number {
    return this.#counts[lookId] ?? 0;
  }

  setCount(lookId: string, count: number): void {
    this.#counts[lookId] = Math.max(0, Math.min(mostOfOneLook, Math.round(count) || 0));
  }

  setAll(count: number): void {
    for (const look of looks) this.setCount(look.id, count);
  }

  /** Draws the plan. Resolves when the queue ended in any way; every finished picture is stored. */
  async make(): Promise<void> {
    const { likeness } = this.#training;
    if (this.isAtWork || this.total === 0 || likeness === null) return;
    const subject = await subjectOfLikeness(likeness, this.#project.personClass);
    const orders = planOrders(this.plan, subject, this.guidance, this.seed ?? crypto.getRandomValues(new Uint32Array(1))[0] ?? 0);
    this.#slots = orders.map((order: PictureOrder) => ({ lookId: order.styleId, imageId: null }));
    this.#status = { kind: 'loading' };
    this.#secondsLeft = null;
    try {
      await deviceEngine().generate(
        {
          projectId: this.#project.id,
          likenessId: likeness.id,
          orders,
          scheduler: pictureScheduler,
          steps: this.steps,
          likenessWeight: this.likenessWeight,
        },
        (event) => {
          this.#hear(event);
        },
      );
    } catch (error) {
      this.#status = { kind: 'failed', failure: toFailure(error) };
    } finally {
      this.#isStopping = false;
    }
  }

  async takeOver(): Promise<void> {
    await deviceEngine().takeOver();
    await this.make();
  }

  /** Stops after the picture that is being drawn. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await deviceEngine().cancel('generate');
  }

  /** Forgets what is shown, as part of deleting everything. */
  forget(): void {
    this.#slots = [];
    this.#status = { kind: 'idle' };
  }

  #hear(event: GenerateEvent): void {
    switch (event.kind) {
      case 'phase':
        this.#status = event.phase === 'loading-model' ? { kind: 'loading' } : { kind: 'drawing', index: this.made, step: 0, steps: this.steps };
        break;
      case 'step':
        this.#status = { kind: 'drawing', index: event.index, step: event.step, steps: event.steps };
        break;
      case 'image':
        this.#slots = this.#slots.map((slot, index) => (index === event.index ? { ...slot, imageId: event.imageId } : slot));
        this.#secondsLeft = event.secondsLeft;
        break;
      case 'finished':
        this.#status = { kind: 'finished', made: event.made, wasStopped: false };
        break;
      case 'cancelled':
        this.#status = { kind: 'finished', made: event.made, wasStopped: true };
        break;
      case 'failed':
        this.#status = { kind: 'failed', failure: failureFromCode(event.error.code, event.error.message) };
        break;
    }
  }
}

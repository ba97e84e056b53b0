/** @file The studio: how many of each look, and the queue that draws them. */
import type { DrawingOptions, GenerateEvent, PictureOrder } from '#workers/contract/engine.ts';
import { failureFromCode, type Failure, toFailure } from '../errors/failure.ts';
import { deviceEngine } from '../executors/device.ts';
import { likenessWeight, pictureSteps } from '../flows/defaults.ts';
import { drawingTerms, type FastWay, fastWaysOf, type GivenDrawing, givenBy } from '../flows/drawing-way.ts';
import { type Look, looks } from '../flows/looks.ts';
import { drawnIn, type PlannedLook, planOrders, withSpares } from '../flows/plan-orders.ts';
import { subjectOfLikeness } from '../flows/subject-of-likeness.ts';
import type { Device } from './device.svelte.ts';
import type { Gallery } from './gallery.svelte.ts';
import type { Project } from './project.svelte.ts';
import type { Training } from './training.svelte.ts';

export const mostOfOneLook = 12;

/** One place on the sheet: waiting, being drawn, or filled. Its position never changes. */
export interface Slot {
  readonly lookId: string;
  readonly imageId: string | null;
}

/** The picture at work as it will be about; its address is of this page. */
export interface FormingPicture {
  readonly index: number;
  readonly url: string;
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
  readonly #gallery: Gallery;
  readonly #device: Device;
  readonly #counts = $state<Record<string, number>>({});
  #slots = $state.raw<readonly Slot[]>([]);
  #status = $state.raw<QueueStatus>({ kind: 'idle' });
  #secondsLeft = $state<number | null>(null);
  #isStopping = $state(false);
  #fastIds = $state.raw<DrawingOptions['accelerations']>([]);
  #chosenFast = $state<string | null>(null);
  #forming = $state.raw<FormingPicture | null>(null);

  /** Seconds of a picture as the last queue took them, with the model and the steps that it was of. */
  #pace = $state.raw<{ readonly modelId: string; readonly steps: number; readonly seconds: number } | null>(null);
  /** Half as many again are drawn to choose from, where the pace allows. */
  #drawsSpares = $state(true);

  likenessWeight = $state(likenessWeight);
  /** Null: each look's own. */
  guidance = $state<number | null>(null);
  steps = $state(pictureSteps);
  /** Null: a new seed each time. */
  seed = $state<number | null>(null);

  constructor(project: Project, training: Training, gallery: Gallery, device: Device) {
    this.#project = project;
    this.#training = training;
    this.#gallery = gallery;
    this.#device = device;
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

  /** Null until there is one to see. */
  get forming(): FormingPicture | null {
    return this.#forming;
  }

  /** Ways to draw faster with the model of the likeness; empty where nothing for it is here. */
  get fastWays(): readonly FastWay[] {
    return fastWaysOf(this.#fastIds);
  }

  /** The one that was chosen; null is full quality. */
  get fast(): FastWay | null {
    return this.fastWays.find(({ id }) => id === this.#chosenFast) ?? null;
  }

  chooseFast(id: string | null): void {
    this.#chosenFast = id;
  }

  /** Steps, scheduler and guidance that are not for the person to choose: of the fast way, or of a model that draws in few steps by itself. */
  get given(): GivenDrawing | null {
    return this.fast ?? givenBy(this.#training.likenessModelId);
  }

  /** Steps of one picture as it would be drawn now. */
  get stepsNow(): number {
    return this.given?.steps ?? this.steps;
  }

  /** Looks up what is here to draw faster with; nothing is offered with a model that cannot be opened, and drawing says why. */
  async findWays(modelId: string): Promise<void> {
    this.#fastIds = [];
    this.#fastIds = await deviceEngine()
      .drawingOptions(modelId)
      .then(
        ({ accelerations }) => accelerations,
        () => [],
      );
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

  get drawsSpares(): boolean {
    return this.#drawsSpares;
  }

  /** The plan as it will be drawn: with more to choose from, if the person wants that and it does not take too long here. */
  get drawing(): readonly PlannedLook[] {
    return this.#drawsSpares ? withSpares(this.plan, this.secondsPerPicture) : this.plan;
  }

  /** How many pictures will be drawn. */
  get drawnTotal(): number {
    return drawnIn(this.drawing);
  }

  /** As measured here with the model of the likeness; null where nothing was. */
  get secondsPerPicture(): number | null {
    const modelId = this.#training.likenessModelId;
    if (this.#pace !== null && this.#pace.modelId === modelId) return (this.#pace.seconds * this.stepsNow) / this.#pace.steps;
    return modelId === 'builtin' ? this.#device.secondsToDraw(1, this.stepsNow) : null; // The device was measured with the built-in model.
  }

  /** What the person chose for this project before. Called once the project is loaded. */
  restore(): void {
    const { record } = this.#project;
    this.likenessWeight = record?.likenessWeight ?? likenessWeight;
    this.#drawsSpares = record?.drawsSpares ?? true;
  }

  /** Chooses the strength of the likeness and remembers it for the project. */
  async chooseWeight(weight: number): Promise<void> {
    this.likenessWeight = weight;
    await this.#project.update({ likenessWeight: weight });
  }

  async chooseSpares(drawsSpares: boolean): Promise<void> {
    this.#drawsSpares = drawsSpares;
    await this.#project.update({ drawsSpares });
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
    // Said before anything is waited for: a second click finds the queue at work.
    this.#status = { kind: 'loading' };
    this.#slots = [];
    this.#secondsLeft = null;
    try {
      const { fast, given, steps } = this;
      const terms = drawingTerms({ likenessId: likeness.id, likenessWeight: this.likenessWeight, fast, given, steps });
      const subject = await subjectOfLikeness(likeness, this.#project.personClass);
      const orders = planOrders(
        this.drawing,
        subject,
        given?.guidance ?? this.guidance,
        this.seed ?? crypto.getRandomValues(new Uint32Array(1))[0] ?? 0,
        crypto.randomUUID(),
      );
      this.#slots = orders.map((order: PictureOrder) => ({ lookId: order.styleId, imageId: null }));
      await deviceEngine().generate({ ...terms, projectId: this.#project.id, orders, previews: true }, (event) => {
        this.#hear(event);
      });
    } catch (error) {
      this.#status = { kind: 'failed', failure: toFailure(error) };
    } finally {
      this.#isStopping = false;
      this.#showForming(null);
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
        this.#status = event.phase === 'loading-model' ? { kind: 'loading' } : { kind: 'drawing', index: this.made, step: 0, steps: this.stepsNow };
        break;
      case 'step':
        this.#status = { kind: 'drawing', index: event.index, step: event.step, steps: event.steps };
        break;
      case 'preview':
        this.#showForming({ index: event.index, url: URL.createObjectURL(new Blob([new Uint8Array(event.png)], { type: 'image/png' })) });
        break;
      case 'image':
        this.#showForming(null);
        this.#slots = this.#slots.map((slot, index) => (index === event.index ? { ...slot, imageId: event.imageId } : slot));
        this.#secondsLeft = event.secondsLeft;
        if (event.index + 1 < event.total)
          this.#pace = { modelId: this.#training.likenessModelId, steps: this.stepsNow, seconds: event.secondsLeft / (event.total - event.index - 1) };
        // A picture that cannot be looked at now is looked at when the gallery opens.
        void this.#gallery.arrived(event.imageId).catch(() => undefined);
        break;
      case 'trial':
        break; // Asked for by `StrengthTrial` only.
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

  #showForming(next: FormingPicture | null): void {
    if (this.#forming !== null) URL.revokeObjectURL(this.#forming.url);
    this.#forming = next;
  }
}

/** @file One picture at three strengths of the likeness, drawn on demand: the person sees what likeness costs in polish, and picks. */
import { deviceEngine } from '../executors/device.ts';
import { type Failure, failureFromCode, toFailure } from '../errors/failure.ts';
import { drawingTerms } from '../flows/drawing-way.ts';
import { looks } from '../flows/looks.ts';
import { planOrders } from '../flows/plan-orders.ts';
import { subjectOfLikeness } from '../flows/subject-of-likeness.ts';
import type { Project } from './project.svelte.ts';
import type { Studio } from './studio.svelte.ts';
import type { Training } from './training.svelte.ts';

/** From more of the look to more of the person. */
export const trialWeights = [0.7, 0.85, 1] as const;

export interface StrengthPicture {
  readonly weight: number;
  /** Null until it is drawn; an address of this page. */
  readonly url: string | null;
}

export class StrengthTrial {
  readonly #project: Project;
  readonly #training: Training;
  readonly #studio: Studio;
  #pictures = $state.raw<readonly StrengthPicture[]>([]);
  #isAtWork = $state(false);
  #failure = $state.raw<Failure | null>(null);

  constructor(project: Project, training: Training, studio: Studio) {
    this.#project = project;
    this.#training = training;
    this.#studio = studio;
  }

  /** Empty until asked for. */
  get pictures(): readonly StrengthPicture[] {
    return this.#pictures;
  }

  get isAtWork(): boolean {
    return this.#isAtWork;
  }

  get failure(): Failure | null {
    return this.#failure;
  }

  /** Draws the first chosen look, or the first of all, from one seed at each strength. The likeness is merged anew for each. */
  async draw(): Promise<void> {
    const { likeness } = this.#training;
    const studio = this.#studio;
    const look = studio.plan[0]?.look ?? looks[0];
    if (this.#isAtWork || studio.isAtWork || likeness === null || look === undefined) return;
    this.forget();
    this.#isAtWork = true;
    this.#pictures = trialWeights.map((weight) => ({ weight, url: null }));
    try {
      const { fast, given, steps } = studio;
      const subject = await subjectOfLikeness(likeness, this.#project.personClass);
      const orders = planOrders(
        [{ look, count: 1 }],
        subject,
        given?.guidance ?? studio.guidance,
        studio.seed ?? crypto.getRandomValues(new Uint32Array(1))[0] ?? 0,
      );
      for (const weight of trialWeights) {
        const terms = drawingTerms({ likenessId: likeness.id, likenessWeight: weight, fast, given, steps });
        await deviceEngine().generate({ ...terms, projectId: this.#project.id, orders, previews: false, isTrial: true }, (event) => {
          if (event.kind === 'trial') this.#show(weight, event.png);
          if (event.kind === 'failed') this.#failure = failureFromCode(event.error.code, event.error.message);
        });
        if (this.#failure !== null) break;
      }
    } catch (error) {
      this.#failure = toFailure(error);
    } finally {
      this.#isAtWork = false;
      if (this.#failure !== null) this.#release();
    }
  }

  /** Takes the pictures away. */
  forget(): void {
    this.#failure = null;
    this.#release();
  }

  #show(weight: number, png: Uint8Array): void {
    const url = URL.createObjectURL(new Blob([new Uint8Array(png)], { type: 'image/png' }));
    this.#pictures = this.#pictures.map((picture) => (picture.weight === weight ? { weight, url } : picture));
  }

  #release(): void {
    for (const { url } of this.#pictures) if (url !== null) URL.revokeObjectURL(url);
    this.#pictures = [];
  }
}

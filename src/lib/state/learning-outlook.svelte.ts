/** @file What learning with the chosen model will take on this computer: asked of the engine before a run is ordered. */
import type { EngineOptions, LearningPlan } from '#workers/contract/engine.ts';
import { trainingDefaults } from '#models/training/training-defaults.ts';
import { type Failure, toFailure } from '../errors/failure.ts';
import { deviceEngine } from '../executors/device.ts';
import { modelResolutionPx } from '../flows/model-resolution.ts';

export type OutlookStatus =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'told'; readonly plan: LearningPlan }
  /** The model cannot be read, or nothing runs here. */
  | { readonly kind: 'failed'; readonly failure: Failure };

export class LearningOutlook {
  #status = $state.raw<OutlookStatus>({ kind: 'unknown' });
  #asked = '';

  get status(): OutlookStatus {
    return this.#status;
  }

  /** True if a run would be refused. */
  get isRefused(): boolean {
    return this.#status.kind === 'failed' || (this.#status.kind === 'told' && this.#status.plan.outcome.kind !== 'fits');
  }

  /** Asks anew if the model or what does the work is another one than before. Nothing is thrown: a failure is shown. */
  async ask(model: string, backend: EngineOptions['backend']): Promise<void> {
    const asked = `${backend} ${model}`;
    if (asked === this.#asked) return;
    this.#asked = asked;
    this.#status = { kind: 'unknown' };
    let status: OutlookStatus;
    try {
      const { lora, batchSize, accumulation } = trainingDefaults;
      const plan = await deviceEngine().planLearning({ model, resolutionPx: await modelResolutionPx(model), lora, batchSize, accumulation });
      status = { kind: 'told', plan };
    } catch (error) {
      status = { kind: 'failed', failure: toFailure(error) };
    }
    if (asked === this.#asked) this.#status = status;
  }
}

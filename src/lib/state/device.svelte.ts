/** @file What this computer can do: measured once, remembered until measured again. */
import { askDeviceOffer, type DeviceOffer } from '#workers/client/device-offer.ts';
import type { Backend, DeviceReport, EngineOptions } from '#workers/contract/engine.ts';
import { readSetting, saveSetting } from '#storage/settings-store.ts';
import { type Failure, toFailure } from '../errors/failure.ts';
import { deviceEngine } from '../executors/device.ts';
import { expectedBackend } from '../flows/expected-backend.ts';
import { drawnStepsFor, type Effort, pictureSteps, samplesFor } from '../flows/defaults.ts';

export interface MeasuredReport extends DeviceReport {
  readonly measuredAt: number;
}

export type DeviceStatus =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'measuring' }
  | { readonly kind: 'measured'; readonly report: MeasuredReport }
  | { readonly kind: 'failed'; readonly failure: Failure };

/** Every choice of what does the work, in the order of the switch. */
export const backendChoices: readonly EngineOptions['backend'][] = ['auto', 'webgpu', 'wasm'];

export class Device {
  #status = $state.raw<DeviceStatus>({ kind: 'unknown' });
  #backend = $state<EngineOptions['backend']>('auto');
  #offer = $state.raw<DeviceOffer | null>(null);

  get status(): DeviceStatus {
    return this.#status;
  }

  get report(): MeasuredReport | null {
    return this.#status.kind === 'measured' ? this.#status.report : null;
  }

  /** What does the work, as the person chose. */
  get backend(): EngineOptions['backend'] {
    return this.#backend;
  }

  /** What will do the work, as far as it is known. */
  get expectedBackend(): Backend {
    return expectedBackend(this.#backend, this.#offer, this.report?.backend ?? null);
  }

  /** What this machine offers; null until it was asked. */
  get offer(): DeviceOffer | null {
    return this.#offer;
  }

  async ask(): Promise<void> {
    this.#offer = await askDeviceOffer();
  }

  /** Takes effect with the next job. What was measured was measured on something else, and is forgotten. */
  async choose(backend: EngineOptions['backend']): Promise<void> {
    if (backend === this.#backend) return;
    this.#backend = backend;
    if (this.#status.kind !== 'measuring') this.#status = { kind: 'unknown' };
    await deviceEngine().configure({ backend });
    await saveSetting('backend', backend);
    await saveSetting('device-report', null);
  }

  /** Brings back the person's choice and the last measurement of this computer. */
  async restore(): Promise<void> {
    const chosen = await readSetting('backend');
    this.#backend = backendChoices.find((choice) => choice === chosen) ?? 'auto';
    await deviceEngine().configure({ backend: this.#backend });
    const stored = await readSetting('device-report');
    if (isMeasuredReport(stored) && this.#status.kind === 'unknown') this.#status = { kind: 'measured', report: stored };
  }

  /** Times one training sample and one picture on the engine. */
  async measure(): Promise<void> {
    this.#status = { kind: 'measuring' };
    try {
      const report: MeasuredReport = { ...(await deviceEngine().probe()), measuredAt: Date.now() };
      this.#status = { kind: 'measured', report };
      await saveSetting('device-report', report);
    } catch (error) {
      this.#status = { kind: 'failed', failure: toFailure(error) };
    }
  }

  /** Forgets measurement and choice, as part of deleting everything; `restore` comes after it. */
  forget(): void {
    this.#backend = 'auto';
    this.#status = { kind: 'unknown' };
  }

  /** Seconds to learn from `samples` samples, or null before a measurement. */
  secondsToLearn(samples: number): number | null {
    return this.report === null ? null : this.report.secondsPerTrainingSample * samples;
  }

  /** Seconds to draw `pictures` with `steps` steps each, or null before a measurement. */
  secondsToDraw(pictures: number, steps: number = pictureSteps): number | null {
    return this.report === null ? null : this.report.secondsPerPicture * pictures * (steps / pictureSteps);
  }

  /** Seconds for a whole run of an effort, test prints and trials included; an early end may save some of it. Null before a measurement. */
  secondsForRun(effort: Effort): number | null {
    const learn = this.secondsToLearn(samplesFor(effort));
    const draw = this.secondsToDraw(1, drawnStepsFor(effort));
    return learn === null || draw === null ? null : learn + draw;
  }

  /** Seconds for the whole job: 16 photos, normal learning, 24 pictures. */
  get secondsForWholeJob(): number | null {
    const learn = this.secondsForRun('normal');
    const draw = this.secondsToDraw(24);
    return learn === null || draw === null ? null : learn + draw;
  }
}

function isMeasuredReport(value: unknown): value is MeasuredReport {
  return (
    typeof value === 'object' &&
    value !== null &&
    'secondsPerTrainingSample' in value &&
    typeof value.secondsPerTrainingSample === 'number' &&
    'secondsPerPicture' in value &&
    typeof value.secondsPerPicture === 'number' &&
    'measuredAt' in value &&
    'selfTest' in value &&
    Array.isArray(value.selfTest)
  );
}

/** @file What this computer can do: measured once, remembered until measured again. */
import type { DeviceReport } from '#workers/contract/engine.ts';
import { readSetting, saveSetting } from '#storage/settings-store.ts';
import { type Failure, toFailure } from '../errors/failure.ts';
import { deviceEngine } from '../executors/device.ts';
import { pictureSteps, samplesFor } from '../flows/defaults.ts';

export interface MeasuredReport extends DeviceReport {
  readonly measuredAt: number;
}

export type DeviceStatus =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'measuring' }
  | { readonly kind: 'measured'; readonly report: MeasuredReport }
  | { readonly kind: 'failed'; readonly failure: Failure };

export class Device {
  #status = $state.raw<DeviceStatus>({ kind: 'unknown' });

  get status(): DeviceStatus {
    return this.#status;
  }

  get report(): MeasuredReport | null {
    return this.#status.kind === 'measured' ? this.#status.report : null;
  }

  /** Brings back the last measurement of this computer. */
  async restore(): Promise<void> {
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

  /** Forgets the measurement, as part of deleting everything. */
  forget(): void {
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

  /** Seconds for the whole job: 16 photos, normal learning, 24 pictures. */
  get secondsForWholeJob(): number | null {
    const learn = this.secondsToLearn(samplesFor('normal'));
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

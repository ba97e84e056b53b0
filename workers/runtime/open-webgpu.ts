/** @file Opens WebGPU with a way around each fault that the self-test finds. */
import { AppError } from '#models/errors/app-error.ts';
import type { GraphRunner } from '#models/runtime/graph-runner.ts';
import type { SelfTestEntry } from '../contract/engine.ts';
import { requestWebGpuDevice, type WebGpuDevice } from './device.ts';
import type { MemoryBudget } from './memory-budget.ts';
import { createWebGpuRunner } from './ort-web-runner.ts';
import { runSelfTest } from './self-test.ts';
import { attentionCase, operatorCases } from './self-test-cases.ts';

export interface OpenedWebGpu {
  /** Owns the device. */
  readonly runner: GraphRunner;
  readonly gpu: WebGpuDevice;
  readonly fusedAttention: boolean;
  readonly selfTest: readonly SelfTestEntry[];
}

/**
 * A WebGPU runner that gives right numbers here: with subgroups and fused attention; else without subgroups; else with attention spelled out.
 *
 * @throws {AppError} `device-unavailable` if there is no adapter; `self-test-failed` if other operators are wrong: use wasm then
 */
export async function openWebGpu({ budget }: { readonly budget?: MemoryBudget } = {}): Promise<OpenedWebGpu> {
  const attention = attentionCase();
  const open = (gpu: WebGpuDevice, fusedAttention: boolean) => createWebGpuRunner({ gpu, fusedAttention, ...(budget === undefined ? {} : { budget }) });
  const entries: SelfTestEntry[] = [];
  let gpu = await requestWebGpuDevice();
  let runner = open(gpu, true);
  try {
    entries.push(...(await runSelfTest(runner, [attention])));
    if (!entries.at(-1)!.passed && gpu.hasSubgroups) {
      await runner.dispose();
      gpu = await requestWebGpuDevice({ subgroups: false });
      runner = open(gpu, true);
      entries.push(renamed((await runSelfTest(runner, [attention]))[0]!, 'fused attention without subgroups'));
    }
    const fusedAttention = entries.at(-1)!.passed;
    if (!fusedAttention) {
      await runner.dispose();
      gpu = await requestWebGpuDevice({ subgroups: false });
      runner = open(gpu, false);
      entries.push(renamed((await runSelfTest(runner, [attention]))[0]!, 'attention spelled out'));
    }
    const usable = operatorCases().filter(({ needsShaderF16 }) => needsShaderF16 !== true || gpu.hasShaderF16);
    entries.push(...(await runSelfTest(runner, usable)));
    // A failure that a later entry worked around is on record and does not count; half precision is not relied on: weights are widened.
    const decisive = entries.filter(
      ({ name }, i) => !(name.startsWith('fused attention') && i < entries.length - 1 - usable.length) && name !== 'half precision',
    );
    const wrong = decisive.filter(({ passed }) => !passed);
    if (wrong.length > 0) {
      const list = wrong.map(({ name, maxError, note }) => `${name} (${note ?? `off by ${maxError ?? 'NaN'}`})`).join(', ');
      throw new AppError('self-test-failed', { message: `${gpu.description}: ${list}`, help: 'The work runs on the processor instead, more slowly.' });
    }
    return { runner, gpu, fusedAttention, selfTest: entries };
  } catch (error) {
    await runner.dispose();
    throw error;
  }
}

function renamed(entry: SelfTestEntry, name: string): SelfTestEntry {
  return { ...entry, name };
}

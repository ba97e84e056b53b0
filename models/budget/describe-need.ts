/** @file A budget in one sentence, for the command line and for reports. */
import { totalBytes, type MemoryNeed } from './memory-need.ts';
import type { TierNeed } from './training-tiers.ts';

/** `5.9 GiB`, or `340 MiB` below one. */
export function formatBytes(bytes: number): string {
  return bytes >= 2 ** 30 ? `${(bytes / 2 ** 30).toFixed(1)} GiB` : `${Math.round(bytes / 2 ** 20)} MiB`;
}

/** `5.9 GiB (weights 3.2 GiB, ...)` */
export function describeNeed(need: MemoryNeed): string {
  const parts = [`weights ${formatBytes(need.weightBytes)}`, `activations ${formatBytes(need.activationBytes)}`];
  if (need.adapterBytes > 0) parts.push(`adapters and optimizer ${formatBytes(need.adapterBytes)}`);
  if (need.runtimeBytes > 0) parts.push(`program and runtime ${formatBytes(need.runtimeBytes)}`);
  return `${formatBytes(totalBytes(need))} (${parts.join(', ')})`;
}

/** What fits where `availableBytes` are free, and whether it costs time. */
export function describeFit(fit: TierNeed | null, availableBytes: number): string {
  if (fit === null) return `${formatBytes(availableBytes)} are free: too little to learn a likeness with this model`;
  const { resolutionPx, preset, need } = fit;
  const layers = preset === 'full' ? 'every layer' : 'attention layers only';
  const again = Number.isFinite(need.plannedBytes) ? ', computing some of it twice' : '';
  return `${formatBytes(availableBytes)} are free: a likeness can be learned at ${resolutionPx} px with ${layers}${again}, which takes ${describeNeed(need)}`;
}

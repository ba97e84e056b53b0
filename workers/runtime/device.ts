/** @file Chooses the WebGPU adapter and makes the one device that all our graphs share. */
import { AppError } from '#models/errors/app-error.ts';
import { describeAdapter, isSoftwareAdapter } from '../contract/device-facts.ts';

export interface WebGpuDevice {
  readonly device: GPUDevice;
  /** Vendor and architecture as the browser tells them. */
  readonly description: string;
  /** True for an adapter that computes on the processor, a hundred times slower than wasm: right for tests only. */
  readonly isSoftware: boolean;
  readonly hasShaderF16: boolean;
  readonly hasSubgroups: boolean;
  /** Rejects with `device-lost` when the device goes away, other than by our own `destroy`. */
  readonly lost: Promise<never>;
}

/** What our largest buffers need; the default limits (128 MiB a binding) are what phones offer and desktops exceed. */
const wantedLimits = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupSizeY',
  'maxComputeWorkgroupSizeZ',
  'maxComputeWorkgroupsPerDimension',
] as const;

/**
 * A device with the adapter's largest limits.
 *
 * @param subgroups false leaves the feature out: onnxruntime's fused attention is wrong on adapters with subgroups of 4 (see `self-test`)
 * @throws {AppError} `device-unavailable` if the browser has no WebGPU, no adapter, or refuses the device
 */
export async function requestWebGpuDevice({ subgroups = true }: { readonly subgroups?: boolean } = {}): Promise<WebGpuDevice> {
  const gpu = (globalThis.navigator as Navigator | undefined)?.gpu;
  if (gpu === undefined) throw unavailable('this browser has no WebGPU');
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (adapter === null) throw unavailable('WebGPU offers no adapter');

  const wanted: GPUFeatureName[] = ['shader-f16', ...(subgroups ? (['subgroups'] as const) : [])];
  const requiredFeatures = wanted.filter((feature) => adapter.features.has(feature));
  const requiredLimits = Object.fromEntries(wantedLimits.map((limit) => [limit, adapter.limits[limit]]));
  const device = await adapter.requestDevice({ requiredFeatures, requiredLimits }).catch((cause: unknown) => {
    throw unavailable('the adapter refused a device', cause);
  });

  const lost = device.lost.then(({ reason, message }) => {
    if (reason === 'destroyed') return new Promise<never>(() => undefined);
    throw new AppError('device-lost', {
      message: `the graphics device was lost: ${message}`,
      help: 'Start the work again: it resumes from its last checkpoint.',
      retryable: true,
    });
  });
  lost.catch(() => undefined); // it is raced against each run; between runs nobody listens
  return {
    device,
    description: describeAdapter(adapter.info),
    isSoftware: isSoftwareAdapter(adapter.info),
    hasShaderF16: device.features.has('shader-f16'),
    hasSubgroups: device.features.has('subgroups'),
    lost,
  };
}

function unavailable(message: string, cause?: unknown): AppError {
  return new AppError('device-unavailable', {
    message,
    help: 'The work runs on the processor instead, more slowly.',
    ...(cause === undefined ? {} : { cause }),
  });
}

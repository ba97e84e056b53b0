/** @file What memory the engine may count on where it runs. Browsers tell little of it: what is known is used, the rest is assumed here. */
import type { MemoryPlatform } from '#models/budget/memory-need.ts';

export interface EngineMemory extends MemoryPlatform {
  /** For the model, its training and the runtime together. */
  readonly availableBytes: number;
  /** Pictures with more pixels pass the autoencoder in tiles. */
  readonly tileAbovePixels: number;
}

const gibibyte = 2 ** 30;

/** As in Node, where one run was measured: see the README of `models/budget`. */
const assumed = { runtimeBytes: 200 * 2 ** 20, allocatorShare: 1.1 } as const;

/**
 * onnxruntime rounds buffers of a graphics device up to one of 26 sizes, such as 4, 8, 12 and 16 MiB, and keeps those that are free for a
 * later tensor of that size: 1.2 to 1.5 times what was planned. See the README of `models/budget`.
 */
const webGpuShare = 1.35;

/** At 1024 x 1024 the autoencoder's widest layer holds 1 GiB: 256 channels of float32 for each pixel. */
const largestWholePixels = 1024 * 1024;
const widestLayerBytesPerPixel = 256 * 4;

/** wasm addresses 4 GiB. A quarter is left for copies, for the page, and for room that is free in pieces too small to use. */
export function wasmMemory(): EngineMemory {
  return { ...assumed, availableBytes: 3 * gibibyte, tileAbovePixels: largestWholePixels };
}

/** Of a graphics card with the 8 GiB that Stable Diffusion in a browser is usually said to ask for, less what screen and browser take. */
const usualCardBytes = 6 * gibibyte;

/**
 * No browser tells what a graphics card holds. Most adapters share the computer's memory, of which `navigator.deviceMemory` tells no more
 * than 8 GiB, so a computer that says less has less for this too.
 *
 * @param limits         of the device that is used
 * @param computerGiB    `navigator.deviceMemory`; undefined where the browser does not say
 */
export function webGpuMemory(
  { maxStorageBufferBindingSize, maxBufferSize }: Pick<GPUSupportedLimits, 'maxStorageBufferBindingSize' | 'maxBufferSize'>,
  computerGiB: number | undefined,
): EngineMemory {
  const bindingBytes = Math.min(maxStorageBufferBindingSize, maxBufferSize);
  return {
    ...assumed,
    allocatorShare: webGpuShare,
    availableBytes: Math.min(usualCardBytes, (computerGiB ?? Infinity) * gibibyte * 0.75),
    bindingBytes,
    tileAbovePixels: Math.min(largestWholePixels, Math.floor(bindingBytes / widestLayerBytesPerPixel)),
  };
}

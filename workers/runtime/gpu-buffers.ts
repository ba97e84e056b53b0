/** @file Buffers of the graphics device: filled from the host, and read back in one go. */

/**
 * A storage buffer that holds `data`. The size is rounded up to 16 bytes, as onnxruntime's shaders read vectors of four.
 *
 * @throws {Error} `out of memory` if the device refuses it
 */
export async function createBuffer(device: GPUDevice, data: ArrayBufferView<ArrayBufferLike>): Promise<GPUBuffer> {
  device.pushErrorScope('out-of-memory');
  device.pushErrorScope('validation');
  const buffer = device.createBuffer({
    size: Math.max(16, Math.ceil(data.byteLength / 16) * 16),
    usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST | GPUBufferUsage.COPY_SRC,
  });
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  const whole = bytes.length % 4 === 0 ? bytes : Uint8Array.from({ length: Math.ceil(bytes.length / 4) * 4 }, (_, i) => bytes[i] ?? 0);
  device.queue.writeBuffer(buffer, 0, whole as Uint8Array<ArrayBuffer>);
  const [invalid, outOfMemory] = await Promise.all([device.popErrorScope(), device.popErrorScope()]);
  const error = invalid ?? outOfMemory;
  if (error === null) return buffer;
  buffer.destroy();
  throw new Error(`out of memory: ${error.message}`);
}

/** Bytes of a buffer to be read. */
export interface BufferSource {
  readonly buffer: GPUBuffer;
  readonly sizeBytes: number;
}

/**
 * Copies buffers to the host through one staging buffer: one submission and one wait, however many they are.
 *
 * @returns one array for each source, in order, each with memory of its own
 */
export async function readBuffers(device: GPUDevice, sources: readonly BufferSource[]): Promise<Uint8Array[]> {
  if (sources.length === 0) return [];
  const offsets: number[] = [];
  let totalBytes = 0;
  for (const { sizeBytes } of sources) {
    offsets.push(totalBytes);
    totalBytes += Math.ceil(sizeBytes / 16) * 16;
  }
  if (totalBytes > device.limits.maxBufferSize && sources.length > 1) {
    const middle = Math.ceil(sources.length / 2);
    return [...(await readBuffers(device, sources.slice(0, middle))), ...(await readBuffers(device, sources.slice(middle)))];
  }
  const staging = device.createBuffer({ size: Math.max(16, totalBytes), usage: GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST });
  try {
    const encoder = device.createCommandEncoder();
    sources.forEach(({ buffer, sizeBytes }, i) => {
      if (sizeBytes > 0) encoder.copyBufferToBuffer(buffer, 0, staging, offsets[i]!, Math.ceil(sizeBytes / 4) * 4);
    });
    device.queue.submit([encoder.finish()]);
    await staging.mapAsync(GPUMapMode.READ);
    const mapped = staging.getMappedRange();
    return sources.map(({ sizeBytes }, i) => new Uint8Array(mapped.slice(offsets[i]!, offsets[i]! + sizeBytes)));
  } finally {
    staging.destroy();
  }
}

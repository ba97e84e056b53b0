/** @file Counts every buffer of a graphics device, ours and onnxruntime's: what the browser cannot tell, and what a memory budget is held against. */

export interface BufferCount {
  /** Bytes of all buffers that were made and not yet destroyed. */
  readonly usedBytes: number;
  /** The most there were at once since the beginning, or since `restart`. */
  readonly peakBytes: number;
  /** The peak begins again from what is used now. */
  restart(): void;
}

/** Counts from now on. A buffer that is dropped without being destroyed stays counted, as the device may keep it too. */
export function countBuffers(device: GPUDevice): BufferCount {
  let [usedBytes, peakBytes] = [0, 0];
  const create = device.createBuffer.bind(device);
  device.createBuffer = (descriptor) => {
    const buffer = create(descriptor);
    usedBytes += buffer.size;
    peakBytes = Math.max(peakBytes, usedBytes);
    const destroy = buffer.destroy.bind(buffer);
    let isDestroyed = false;
    buffer.destroy = () => {
      if (!isDestroyed) usedBytes -= buffer.size;
      isDestroyed = true;
      destroy();
    };
    return buffer;
  };
  return {
    get usedBytes() {
      return usedBytes;
    },
    get peakBytes() {
      return peakBytes;
    },
    restart: () => {
      peakBytes = usedBytes;
    },
  };
}

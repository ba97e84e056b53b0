/** @file For tests: the engine's thread on a graphics card that offers no more than WebGPU promises, 128 MiB a binding. The engine in it is the real one, and so is the device: it is made with that limit. */
import './engine.worker.ts';

const promisedBindingBytes = 128 * 2 ** 20;

const described = Object.getOwnPropertyDescriptor(GPUAdapter.prototype, 'limits')!;
Object.defineProperty(GPUAdapter.prototype, 'limits', {
  get(this: GPUAdapter) {
    const limits = described.get!.call(this) as GPUSupportedLimits;
    return new Proxy(limits, {
      get: (target, name) => (name === 'maxStorageBufferBindingSize' ? promisedBindingBytes : (Reflect.get(target, name, target) as unknown)),
    });
  },
});

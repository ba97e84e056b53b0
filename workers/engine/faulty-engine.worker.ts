/** @file For tests: the engine's thread on a machine that fails when it is told to. The engine in it is the real one. */
import type { Fault } from './engine-faults.ts';
import './engine.worker.ts';

const devices = new Set<GPUDevice>();
let isFull = false;

// The device is really destroyed under the engine's feet. A page that destroys a device is told the reason "destroyed", which the engine
// takes for its own doing; only that word is changed to what a driver that gives up says.
const { requestDevice } = GPUAdapter.prototype;
GPUAdapter.prototype.requestDevice = async function (this: GPUAdapter, ...options) {
  const device = await requestDevice.apply(this, options);
  const lost = device.lost.then(({ message }) => ({ reason: devices.has(device) ? 'destroyed' : 'unknown', message }));
  Object.defineProperty(device, 'lost', { value: lost });
  devices.add(device);
  return device;
};

// What a browser without room does to a write, at the only door that writes go through.
const { put } = IDBObjectStore.prototype;
IDBObjectStore.prototype.put = function (this: IDBObjectStore, ...record) {
  if (isFull) throw new DOMException('no room', 'QuotaExceededError');
  return put.apply(this, record);
};

new BroadcastChannel('engine-faults').onmessage = ({ data }: MessageEvent<Fault>) => {
  if (data === 'lose-device') {
    for (const device of devices) {
      devices.delete(device);
      device.destroy();
    }
  } else {
    isFull = data === 'fill-storage';
  }
};

/** @file An output that stays where the platform left it. */
import type { Tensor as OrtTensor } from 'onnxruntime-common';
import { AppError } from '#models/errors/app-error.ts';
import type { Value } from '#models/graph/graph.ts';
import type { DeviceTensor } from '#models/runtime/graph-runner.ts';
import type { DType } from '#models/tensor/dtype.ts';
import type { Shape } from '#models/tensor/shape.ts';
import type { Tensor } from '#models/tensor/tensor.ts';
import type { OrtDevice } from './ort-device.ts';
import { fromOrtData } from './ort-platform.ts';

export class OrtDeviceTensor implements DeviceTensor {
  readonly kind = 'device';
  readonly dtype: DType;
  readonly shape: Shape;
  readonly #device: OrtDevice;
  #ort: OrtTensor | null;

  constructor({ dtype, shape }: Value, ort: OrtTensor, device: OrtDevice) {
    this.dtype = dtype;
    this.shape = shape;
    this.#ort = ort;
    this.#device = device;
  }

  get ort(): OrtTensor {
    if (this.#ort === null) throw new AppError('internal', { message: 'a device tensor was used after it was disposed' });
    return this.#ort;
  }

  async read(): Promise<Tensor> {
    return fromOrtData(this.dtype, this.shape, await this.#device.read(this.ort));
  }

  dispose(): void {
    const ort = this.#ort;
    this.#ort = null;
    if (ort !== null)
      this.#device.release(() => {
        ort.dispose();
      });
  }
}

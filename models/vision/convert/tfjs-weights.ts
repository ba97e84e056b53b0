/** @file Reads the weights of a TensorFlow.js graph model: a manifest and one file of bytes. */
import { AppError } from '../../errors/app-error.ts';
import { widenHalves } from '../../tensor/float16.ts';
import { elementCount } from '../../tensor/shape.ts';

interface TfjsWeight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly quantization?: { readonly dtype: string; readonly scale?: number; readonly min?: number };
}

/** What lies where in the file of bytes. */
export interface TfjsManifest {
  readonly weightsManifest: readonly { readonly weights: readonly TfjsWeight[] }[];
}

/** The parts of `model.json` that are read. */
export interface TfjsModel extends TfjsManifest {
  readonly modelTopology: { readonly node: readonly { readonly name: string; readonly op: string; readonly input?: readonly string[] }[] };
}

/** A weight in TensorFlow's layout. */
export interface TfjsTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
  /** Where the file holds bytes: `data` is `bytes * scale + min`. */
  readonly quantised?: { readonly bytes: Uint8Array; readonly scale: number; readonly min: number };
}

const bytesPerStored: Readonly<Record<string, number>> = { uint8: 1, float16: 2 };

/**
 * Every float weight by name; float16 is widened, bytes are scaled back, integer constants are left out.
 *
 * @param bytes all shards, one after another
 * @throws {AppError} `weights-corrupt` if the bytes do not fill the manifest, or are stored in another way
 */
export function readTfjsWeights(model: TfjsManifest, bytes: Uint8Array): Map<string, TfjsTensor> {
  const weights = new Map<string, TfjsTensor>();
  let offset = 0;
  for (const { name, shape, dtype, quantization } of model.weightsManifest.flatMap((group) => group.weights)) {
    const stored = quantization?.dtype ?? dtype;
    const size = elementCount(shape) * (bytesPerStored[stored] ?? 4);
    const own = bytes.slice(offset, offset + size);
    offset += size;
    if (own.length !== size) throw new AppError('weights-corrupt', { message: `${name} ends after the file does` });
    if (stored === 'float16') weights.set(name, { shape, data: widenHalves(new Uint16Array(own.buffer)) });
    else if (stored === 'float32') weights.set(name, { shape, data: new Float32Array(own.buffer) });
    else if (stored === 'uint8' && quantization?.scale !== undefined && quantization.min !== undefined) {
      const { scale, min } = quantization;
      weights.set(name, { shape, data: Float32Array.from(own, (byte) => byte * scale + min), quantised: { bytes: own, scale, min } });
    } else if (stored !== 'int32') throw new AppError('weights-corrupt', { message: `${name} is stored as ${stored}` });
  }
  if (offset !== bytes.length) throw new AppError('weights-corrupt', { message: `${bytes.length} bytes for a manifest of ${offset}` });
  return weights;
}

/** @file Reads the weights of a TensorFlow.js graph model: a manifest and one file of bytes. */
import { AppError } from '../../errors/app-error.ts';
import { widenHalves } from '../../tensor/float16.ts';
import { elementCount } from '../../tensor/shape.ts';

interface TfjsWeight {
  readonly name: string;
  readonly shape: readonly number[];
  readonly dtype: string;
  readonly quantization?: { readonly dtype: string };
}

/** The parts of `model.json` that are read. */
export interface TfjsModel {
  readonly weightsManifest: readonly { readonly weights: readonly TfjsWeight[] }[];
  readonly modelTopology: { readonly node: readonly { readonly name: string; readonly op: string; readonly input?: readonly string[] }[] };
}

/** A weight in TensorFlow's layout. */
export interface TfjsTensor {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/**
 * Every float weight by name; float16 is widened, integer constants are left out.
 *
 * @param bytes all shards, one after another
 * @throws {AppError} `weights-corrupt` if the bytes do not fill the manifest, or are stored in another way
 */
export function readTfjsWeights(model: TfjsModel, bytes: Uint8Array): Map<string, TfjsTensor> {
  const weights = new Map<string, TfjsTensor>();
  let offset = 0;
  for (const { name, shape, dtype, quantization } of model.weightsManifest.flatMap((group) => group.weights)) {
    const stored = quantization?.dtype ?? dtype;
    const size = elementCount(shape) * (stored === 'float16' ? 2 : 4);
    const own = bytes.slice(offset, offset + size);
    offset += size;
    if (own.length !== size) throw new AppError('weights-corrupt', { message: `${name} ends after the file does` });
    if (stored === 'float16') weights.set(name, { shape, data: widenHalves(new Uint16Array(own.buffer)) });
    else if (stored === 'float32') weights.set(name, { shape, data: new Float32Array(own.buffer) });
    else if (stored !== 'int32') throw new AppError('weights-corrupt', { message: `${name} is stored as ${stored}` });
  }
  if (offset !== bytes.length) throw new AppError('weights-corrupt', { message: `${bytes.length} bytes for a manifest of ${offset}` });
  return weights;
}

/** @file The tensors of one or several safetensors files by name, read one at a time: a model of gigabytes is never in memory as files. */
import { AppError } from '../errors/app-error.ts';
import { widenHalves } from '../tensor/float16.ts';
import type { Tensor } from '../tensor/tensor.ts';
import type { ByteSource } from './byte-source.ts';
import type { ModelFolder } from './model-folder.ts';
import { readHeader, readTensor } from './safetensors.ts';
import type { TensorEntry } from './safetensors-header.ts';
import type { WeightFiles } from './weight-files.ts';

/** One tensor that could be read: what the header says of it, and how to get it. */
export interface StoredTensor extends TensorEntry {
  /** Path of the file it is in, for messages. */
  readonly path: string;
  readonly source: ByteSource;
}

/**
 * Reads the headers of a component's files.
 *
 * @returns tensor name -> tensor, in the order of files and bytes, which is the fastest to read
 * @throws {AppError} `weights-corrupt` if a header is wrong, or a shard lacks a tensor that the index says it has; `model-file-missing`
 */
export async function openStoredWeights(folder: ModelFolder, files: WeightFiles): Promise<Map<string, StoredTensor>> {
  const found = new Map<string, StoredTensor>();
  for (const path of files.paths) {
    const source = await folder.open(path);
    const { entries } = await readHeader(source).catch((error: unknown) => {
      throw inFile(path, error);
    });
    for (const entry of [...entries.values()].sort((a, b) => a.offsetBytes - b.offsetBytes)) {
      if ((files.shardOf?.get(entry.name) ?? path) === path) found.set(entry.name, { ...entry, path, source });
    }
  }
  for (const [name, path] of files.shardOf ?? []) {
    if (!found.has(name))
      throw new AppError('weights-corrupt', { message: `${path} lacks ${name}, which the list of shards says it has`, help: 'Download the shards again.' });
  }
  return found;
}

/**
 * Reads one tensor and looks at every number of it: one NaN in a weight makes every picture black, hours later.
 *
 * @returns in its stored type, except BF16 and F64, which become float32
 * @throws {AppError} `weights-corrupt` if it ends early or holds NaN or infinity
 */
export async function readStoredTensor(stored: StoredTensor): Promise<Tensor> {
  const read = await readTensor(stored.source, stored);
  if (!allFinite(read)) {
    throw new AppError('weights-corrupt', {
      message: `${stored.name} in ${stored.path} holds numbers that are not finite`,
      help: 'The file is damaged, or the model was broken when it was merged. Download it again or choose another one.',
    });
  }
  return read;
}

/**
 * Some rows of a matrix, each read once, from front to back.
 *
 * @param rows numbers of rows of `stored` [R, C]; may repeat
 * @returns float32 [rows, C], whatever the stored type
 * @throws {AppError} `weights-corrupt` as `readStoredTensor`; `model-unknown` for a row that is not there
 */
export async function readStoredRows(stored: StoredTensor, rows: ArrayLike<number>): Promise<Tensor<'float32'>> {
  const [count = 0, width = 0] = stored.shape;
  const places = new Map<number, number[]>();
  for (let place = 0; place < rows.length; place++) {
    const row = rows[place]!;
    if (row < 0 || row >= count)
      throw new AppError('model-unknown', {
        message: `row ${row} is asked of ${stored.name}, which has ${count}`,
        help: 'The tokenizer and the text encoder of this model do not belong together.',
      });
    places.set(row, [...(places.get(row) ?? []), place]);
  }
  const data = new Float32Array(rows.length * width);
  const rowBytes = stored.lengthBytes / count;
  for (const [row, wanted] of [...places].sort(([a], [b]) => a - b)) {
    const read = await readStoredTensor({ ...stored, shape: [1, width], offsetBytes: stored.offsetBytes + row * rowBytes, lengthBytes: rowBytes });
    const values = read.dtype === 'float16' ? widenHalves(read.data as Uint16Array) : (read.data as Float32Array);
    for (const place of wanted) data.set(values, place * width);
  }
  return { dtype: 'float32', shape: [rows.length, width], data };
}

/** True if no element is NaN or infinite: looks for an exponent of all ones in the bits. */
function allFinite({ dtype, data }: Tensor): boolean {
  if (dtype !== 'float16' && dtype !== 'float32') return true;
  const [words, exponent] = dtype === 'float16' ? [data as Uint16Array, 0x7c00] : [new Uint32Array(data.buffer, data.byteOffset, data.length), 0x7f800000];
  for (let index = 0; index < words.length; index++) if ((words[index]! & exponent) === exponent) return false;
  return true;
}

/** The same error with the file's path in front. */
function inFile(path: string, error: unknown): unknown {
  if (!(error instanceof AppError)) return error;
  return new AppError(error.code, {
    message: `${path}: ${error.message}`,
    ...(error.help === undefined ? {} : { help: error.help }),
    retryable: error.retryable,
    cause: error,
  });
}

/** @file Reads and writes safetensors: named tensors behind a JSON header. @see github.com/huggingface/safetensors */
import { AppError } from '../errors/app-error.ts';
import { bytesPerElement, viewBytes, type DType } from '../tensor/dtype.ts';
import { tensor, type Tensor } from '../tensor/tensor.ts';
import { bytesAsSource, type ByteSource } from './byte-source.ts';
import { parseHeader, readHeaderLength, type SafetensorsHeader, type StoredType, type TensorEntry } from './safetensors-header.ts';

/**
 * The element type a stored type is read as. BF16 and F64 have no array of ours and are converted; U8 is read like BOOL. Tensors of other
 * types may be in a file, as quantised models and odd leftovers are, but cannot be read.
 */
export const readAs: Readonly<Partial<Record<StoredType, DType>>> = {
  F64: 'float32',
  F32: 'float32',
  F16: 'float16',
  BF16: 'float32',
  I64: 'int64',
  I32: 'int32',
  BOOL: 'bool',
  U8: 'bool',
};

const writtenAs: Readonly<Record<DType, StoredType>> = { float32: 'F32', float16: 'F16', int64: 'I64', int32: 'I32', bool: 'BOOL' };

/**
 * Reads only the header: a few kilobytes of a file of gigabytes.
 *
 * @throws {AppError} `weights-corrupt` if the header or the size of the file is wrong
 */
export async function readHeader(source: ByteSource): Promise<SafetensorsHeader> {
  const length = readHeaderLength(await source.read(0, Math.min(8, source.sizeBytes)), source.sizeBytes);
  return parseHeader(await source.read(8, length), source.sizeBytes);
}

/**
 * Reads one tensor.
 *
 * @param entry from `readHeader` of the same source
 * @returns a tensor of dtype `readAs[entry.storedType]`, owned by the caller; it may share memory with what `source.read` gave
 * @throws {AppError} `weights-corrupt` if the source gives fewer bytes than it promised, `model-unknown` for a type that we do not read
 */
export async function readTensor(source: ByteSource, entry: TensorEntry): Promise<Tensor> {
  return decodeTensor(entry, await source.read(entry.offsetBytes, entry.lengthBytes));
}

/**
 * Reads a whole file that is in memory. Tensors share its bytes where they are aligned.
 *
 * @throws {AppError} `weights-corrupt`
 */
export function parseSafetensors(file: Uint8Array): { tensors: Map<string, Tensor>; metadata: Readonly<Record<string, string>> } {
  const length = readHeaderLength(file.subarray(0, 8), file.length);
  const { entries, metadata } = parseHeader(file.subarray(8, 8 + length), file.length);
  const tensors = new Map<string, Tensor>();
  for (const entry of entries.values()) {
    tensors.set(entry.name, decodeTensor(entry, file.subarray(entry.offsetBytes, entry.offsetBytes + entry.lengthBytes)));
  }
  return { tensors, metadata };
}

/** The tensor in `bytes`, converted as `readAs` says. */
export function decodeTensor(entry: TensorEntry, bytes: Uint8Array): Tensor {
  if (bytes.length !== entry.lengthBytes) {
    throw new AppError('weights-corrupt', {
      message: `tensor "${entry.name}" has ${entry.lengthBytes} bytes, only ${bytes.length} could be read`,
      help: 'The file changed while it was read, or is damaged. Choose it again.',
    });
  }
  if (entry.storedType === 'F64') return tensor('float32', entry.shape, narrowDoubles(bytes));
  if (entry.storedType === 'BF16') return tensor('float32', entry.shape, widenBrainFloats(bytes));
  const dtype = requireReadable(entry);
  return tensor(dtype, entry.shape, viewBytes(dtype, bytes));
}

/**
 * The element type that a tensor will have when it is read.
 *
 * @throws {AppError} `model-unknown` if it is stored in a type that we do not read
 */
export function requireReadable({ name, storedType }: Pick<TensorEntry, 'name' | 'storedType'>): DType {
  const dtype = readAs[storedType];
  if (dtype !== undefined) return dtype;
  throw new AppError('model-unknown', {
    message: `tensor "${name}" is stored as ${storedType}; Likeness reads ${Object.keys(readAs).join(', ')}`,
    help: 'Look for the same model in float16 (fp16) or float32.',
  });
}

/** U8 is read as `bool`; one that holds more than 0 and 1, as quantised weights do, goes back as U8. */
function holdsBytes(dtype: DType, data: Tensor['data']): boolean {
  return dtype === 'bool' && (data as Uint8Array).some((value) => value > 1);
}

/** bfloat16 is the upper half of a float32. */
function widenBrainFloats(bytes: Uint8Array): Float32Array {
  const halves = viewBytes('float16', bytes); // only the width counts: raw 16-bit words
  const words = new Uint32Array(halves.length);
  for (let index = 0; index < words.length; index++) words[index] = halves[index]! << 16;
  return new Float32Array(words.buffer);
}

function narrowDoubles(bytes: Uint8Array): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Float32Array.from({ length: bytes.byteLength / 8 }, (_, index) => view.getFloat64(index * 8, true));
}

/**
 * Writes a file: the same tensors give the same bytes. Wider elements come first, so that every tensor is aligned to its element.
 *
 * @param tensors  in any order; within one element size they are sorted by name, as the reference implementation does
 * @param metadata goes into `__metadata__`, left out if empty
 */
export function writeSafetensors(tensors: ReadonlyMap<string, Tensor>, metadata: Readonly<Record<string, string>> = {}): Uint8Array<ArrayBuffer> {
  const ordered = [...tensors].sort(([nameA, a], [nameB, b]) => bytesPerElement[b.dtype] - bytesPerElement[a.dtype] || (nameA < nameB ? -1 : 1));
  const header: [name: string, value: unknown][] = Object.keys(metadata).length > 0 ? [['__metadata__', metadata]] : [];
  let end = 0;
  for (const [name, { dtype, shape, data }] of ordered) {
    if (name === '__metadata__') throw new AppError('internal', { message: 'no tensor may be called __metadata__' });
    header.push([name, { dtype: holdsBytes(dtype, data) ? 'U8' : writtenAs[dtype], shape, data_offsets: [end, (end += data.byteLength)] }]);
  }
  const json = new TextEncoder().encode(JSON.stringify(Object.fromEntries(header)));
  const headerLength = Math.ceil(json.length / 8) * 8;

  const file = new Uint8Array(8 + headerLength + end);
  new DataView(file.buffer).setUint32(0, headerLength, true);
  file.fill(0x20, 8, 8 + headerLength); // padded with spaces, which JSON allows
  file.set(json, 8);
  let offset = 8 + headerLength;
  for (const [, { data }] of ordered) {
    file.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), offset);
    offset += data.byteLength;
  }
  return file;
}

export { bytesAsSource, type ByteSource };

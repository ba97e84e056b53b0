/** @file The table of contents of a safetensors file: read without trust, written the same way each time. */
import { AppError } from '../errors/app-error.ts';

/** Bytes per element of every element type that a file may hold. Not all of them can be read: `readAs` says which, and as what. */
export const storedBytes = {
  F64: 8,
  F32: 4,
  F16: 2,
  BF16: 2,
  F8_E4M3: 1,
  F8_E5M2: 1,
  I64: 8,
  I32: 4,
  I16: 2,
  I8: 1,
  U64: 8,
  U32: 4,
  U16: 2,
  U8: 1,
  BOOL: 1,
} as const;

export type StoredType = keyof typeof storedBytes;

/** Where one tensor lies. */
export interface TensorEntry {
  readonly name: string;
  readonly storedType: StoredType;
  readonly shape: readonly number[];
  /** From the start of the file. */
  readonly offsetBytes: number;
  readonly lengthBytes: number;
}

export interface SafetensorsHeader {
  readonly entries: ReadonlyMap<string, TensorEntry>;
  /** The `__metadata__` of the file: free text by name. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Where the tensor bytes begin. */
  readonly dataOffsetBytes: number;
}

/** The format's own limit: a longer header is an attack or an accident. */
export const maxHeaderBytes = 100_000_000;

/**
 * The number of header bytes that the first 8 bytes of a file announce.
 *
 * @throws {AppError} `weights-corrupt` if the file is too short for it
 */
export function readHeaderLength(first8: Uint8Array, fileSizeBytes: number): number {
  if (first8.length < 8) throw corrupt(`the file has ${fileSizeBytes} bytes, a safetensors file has at least 10`);
  const view = new DataView(first8.buffer, first8.byteOffset, 8);
  const length = view.getUint32(0, true) + view.getUint32(4, true) * 2 ** 32;
  if (length > maxHeaderBytes) throw corrupt(`this is not a safetensors file: by its first 8 bytes its header would be ${length} bytes long`);
  if (length < 2 || 8 + length > fileSizeBytes) throw corrupt(`the header claims ${length} of the ${fileSizeBytes} bytes in the file`);
  return length;
}

/**
 * Checks a header as hard as the reference implementation does: every tensor in range, no overlap, no gap.
 *
 * @param json          the header bytes, without the 8 that hold their number
 * @param fileSizeBytes the size of the whole file
 * @throws {AppError} `weights-corrupt` with the tensor at fault
 */
export function parseHeader(json: Uint8Array, fileSizeBytes: number): SafetensorsHeader {
  const dataOffsetBytes = 8 + json.length;
  const entries = new Map<string, TensorEntry>();
  let metadata: Record<string, string> = {};
  for (const [name, value] of Object.entries(parseJsonObject(json))) {
    if (name === '__metadata__') metadata = parseMetadata(value);
    else entries.set(name, parseEntry(name, value, dataOffsetBytes));
  }
  checkTiling([...entries.values()], dataOffsetBytes, fileSizeBytes);
  return { entries, metadata, dataOffsetBytes };
}

function parseJsonObject(json: Uint8Array): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(json));
  } catch (cause) {
    throw corrupt('the header is not JSON', cause);
  }
  if (!isObject(parsed)) throw corrupt('the header is not a JSON object');
  return parsed;
}

function parseMetadata(value: unknown): Record<string, string> {
  if (!isObject(value)) throw corrupt('__metadata__ is not a JSON object');
  for (const [name, text] of Object.entries(value)) {
    if (typeof text !== 'string') throw corrupt(`__metadata__ "${name}" is not text`);
  }
  return value as Record<string, string>;
}

function parseEntry(name: string, value: unknown, dataOffsetBytes: number): TensorEntry {
  if (!isObject(value)) throw corrupt(`tensor "${name}" is not described by an object`);
  const { dtype, shape, data_offsets: offsets } = value;
  if (typeof dtype !== 'string' || !Object.hasOwn(storedBytes, dtype)) {
    throw corrupt(`tensor "${name}" has element type ${JSON.stringify(dtype)}, known are ${Object.keys(storedBytes).join(', ')}`);
  }
  if (!isSizes(shape)) throw corrupt(`tensor "${name}" has shape ${JSON.stringify(shape)}`);
  if (!isSizes(offsets) || offsets.length !== 2) throw corrupt(`tensor "${name}" has offsets ${JSON.stringify(offsets)}`);
  const [begin, end] = offsets as [number, number];
  const lengthBytes = shape.reduce((product, size) => product * size, 1) * storedBytes[dtype as StoredType];
  if (end - begin !== lengthBytes) {
    throw corrupt(`tensor "${name}", ${dtype} [${shape.join(', ')}], needs ${lengthBytes} bytes, its offsets ${begin} to ${end} give ${end - begin}`);
  }
  return { name, storedType: dtype as StoredType, shape, offsetBytes: dataOffsetBytes + begin, lengthBytes };
}

/** The tensors must cover the rest of the file exactly: a missing tail is how a broken download shows. */
function checkTiling(entries: TensorEntry[], dataOffsetBytes: number, fileSizeBytes: number): void {
  let end = dataOffsetBytes;
  for (const entry of entries.toSorted((a, b) => a.offsetBytes - b.offsetBytes || a.lengthBytes - b.lengthBytes)) {
    if (entry.offsetBytes !== end) {
      throw corrupt(`tensor "${entry.name}" begins at byte ${entry.offsetBytes}, the one before it ends at ${end}`);
    }
    end += entry.lengthBytes;
  }
  if (end !== fileSizeBytes) throw corrupt(`the tensors end at byte ${end}, the file has ${fileSizeBytes}`);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isSizes(value: unknown): value is number[] {
  return Array.isArray(value) && value.every((size) => Number.isSafeInteger(size) && size >= 0);
}

function corrupt(message: string, cause?: unknown): AppError {
  return new AppError('weights-corrupt', {
    message,
    help: 'The file is damaged or not a safetensors file. Download or choose it again.',
    ...(cause === undefined ? {} : { cause }),
  });
}

import { existsSync, readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isAppError } from '../errors/app-error.ts';
import { fromHalfBits } from '../tensor/float16.ts';
import { tensor, type Tensor } from '../tensor/tensor.ts';
import { bytesAsSource, parseSafetensors, readHeader, readTensor, writeSafetensors } from './safetensors.ts';

interface Golden {
  file: string;
  values: Record<string, string[]>;
  shapes: Record<string, number[]>;
}
const golden = JSON.parse(readFileSync(new URL('../testing/golden/safetensors.json', import.meta.url), 'utf8')) as Golden;
const goldenFile = new Uint8Array(Buffer.from(golden.file, 'base64'));

/** A file from header text and data bytes, however wrong. */
function makeFile(header: unknown, dataBytes = 0, announced?: number): Uint8Array {
  const json = Buffer.from(typeof header === 'string' ? header : JSON.stringify(header));
  const file = Buffer.alloc(8 + json.length + dataBytes);
  file.writeBigUInt64LE(BigInt(announced ?? json.length));
  json.copy(file, 8);
  return new Uint8Array(file);
}

test('a file of the reference implementation is read, every element type of it', () => {
  const { tensors, metadata } = parseSafetensors(goldenFile);
  expect(metadata).toEqual({ format: 'pt', title: 'ein Bild äöü' });
  for (const [name, expected] of Object.entries(golden.values)) {
    const { dtype, shape, data } = tensors.get(name)!;
    expect(shape).toEqual(golden.shapes[name]);
    const numbers = [...data].map((value) => (dtype === 'float16' ? fromHalfBits(Number(value)) : value));
    if (dtype === 'int64') expect(numbers.map(String)).toEqual(expected);
    else if (dtype === 'bool') expect(numbers).toEqual(expected.map((text) => ({ True: 1, False: 0 })[text] ?? Number(text)));
    else numbers.forEach((value, index) => expect(value).toBe(name === 'f64' ? Math.fround(Number(expected[index])) : Number(expected[index])));
  }
});

test('a header and one tensor are read without the rest of the file', async () => {
  const reads: [offset: number, length: number][] = [];
  const inMemory = bytesAsSource(goldenFile);
  const source = { ...inMemory, read: (offset: number, length: number) => (reads.push([offset, length]), inMemory.read(offset, length)) };
  const header = await readHeader(source);
  const entry = header.entries.get('i32')!;
  expect((await readTensor(source, entry)).data).toEqual(Int32Array.of(2 ** 31 - 1, -7));
  expect(reads).toEqual([
    [0, 8],
    [8, header.dataOffsetBytes - 8],
    [entry.offsetBytes, 8],
  ]);
});

const anyTensor: fc.Arbitrary<Tensor> = fc.array(fc.integer({ min: 0, max: 4 }), { maxLength: 3 }).chain((shape) => {
  const length = shape.reduce((product, size) => product * size, 1);
  const of = <T>(element: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(element, { minLength: length, maxLength: length });
  return fc.oneof(
    of(fc.float({ noNaN: true })).map((values): Tensor => tensor('float32', shape, Float32Array.from(values))),
    of(fc.integer({ min: 0, max: 65535 })).map((values): Tensor => tensor('float16', shape, Uint16Array.from(values))),
    of(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })).map((values): Tensor => tensor('int64', shape, BigInt64Array.from(values))),
    of(fc.integer()).map((values): Tensor => tensor('int32', shape, Int32Array.from(values))),
    of(fc.integer({ min: 0, max: 1 })).map((values): Tensor => tensor('bool', shape, Uint8Array.from(values))),
  );
});
const tensorName = fc.oneof(fc.string({ unit: 'grapheme', maxLength: 12 }), fc.constantFrom('__proto__', '0', 'constructor', 'a.b.weight'));
const anyTensors = fc
  .array(
    fc.tuple(
      tensorName.filter((name) => name !== '__metadata__'),
      anyTensor,
    ),
    { maxLength: 6 },
  )
  .map((list) => new Map(list));

test('whatever is written is read back, from any alignment, and written again as the same bytes', () => {
  fc.assert(
    fc.property(anyTensors, fc.dictionary(fc.string(), fc.string(), { maxKeys: 3 }), fc.integer({ min: 0, max: 7 }), (tensors, metadata, shift) => {
      const file = writeSafetensors(tensors, metadata);
      const shifted = new Uint8Array(file.length + shift).subarray(shift);
      shifted.set(file);
      const read = parseSafetensors(shifted);
      expect(read.tensors).toEqual(tensors);
      expect({ ...read.metadata }).toEqual({ ...metadata });
      const headerLength = Number(new DataView(file.buffer).getBigUint64(0, true));
      expect(headerLength % 8).toBe(0);
      expect(writeSafetensors(read.tensors, read.metadata)).toEqual(file);
    }),
  );
});

test('a file cut anywhere, or grown, is refused', () => {
  for (let length = 0; length < goldenFile.length; length++) {
    expect(() => parseSafetensors(goldenFile.subarray(0, length))).toThrow(expect.objectContaining({ code: 'weights-corrupt' }));
  }
  expect(() => parseSafetensors(new Uint8Array([...goldenFile, 0]))).toThrow(/the tensors end at byte/);
});

test('a changed byte in the header ends in our error or in a readable file, never in anything else', () => {
  fc.assert(
    fc.property(fc.nat(goldenFile.length - 1), fc.nat(255), (position, value) => {
      const file = goldenFile.slice();
      file[position] = value;
      try {
        parseSafetensors(file);
      } catch (error) {
        expect(isAppError(error, 'weights-corrupt')).toBe(true);
      }
    }),
    { numRuns: 2000 },
  );
});

const one = { dtype: 'F32', shape: [2], data_offsets: [0, 8] };
describe('each lie of a header is called by its name', () => {
  test.each([
    ['a header longer than the file', makeFile({ a: one }, 8, 9999), /claims 9999 of the/],
    ['an absurd header length', makeFile({ a: one }, 8, 2 ** 50), /not a safetensors file/],
    ['something that is no JSON', makeFile('not json at all'), /not JSON/],
    ['JSON that is no object', makeFile('[1, 2]'), /not a JSON object/],
    ['bytes that are no UTF-8', new Uint8Array([2, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]), /not JSON/],
    ['an element type nobody knows', makeFile({ a: { ...one, dtype: 'F4' } }, 8), /"a" has element type "F4"/],
    ['an element type from the prototype', makeFile({ a: { ...one, dtype: 'toString' } }, 8), /"toString"/],
    ['a negative size', makeFile({ a: { ...one, shape: [-2] } }, 8), /"a" has shape \[-2\]/],
    ['a fractional size', makeFile({ a: { ...one, shape: [2.5] } }, 8), /shape \[2.5\]/],
    ['offsets that are none', makeFile({ a: { ...one, data_offsets: [0] } }, 8), /has offsets \[0\]/],
    ['offsets in reverse', makeFile({ a: { ...one, data_offsets: [8, 0] } }, 8), /give -8/],
    ['a shape that needs other bytes', makeFile({ a: { ...one, shape: [3] } }, 8), /needs 12 bytes.*give 8/],
    ['two tensors over each other', makeFile({ a: one, b: { ...one, data_offsets: [4, 12] } }, 12), /"b" begins at byte/],
    ['a gap between tensors', makeFile({ a: one, b: { ...one, data_offsets: [12, 20] } }, 20), /"b" begins at byte/],
    ['a missing end', makeFile({ a: one }, 4), /the tensors end at byte/],
    ['metadata that is no text', makeFile({ __metadata__: { n: 1 }, a: one }, 8), /__metadata__ "n" is not text/],
    ['a tensor that is no object', makeFile({ a: 'tensor' }), /"a" is not described/],
  ])('%s', (_, file, message) => {
    try {
      parseSafetensors(file);
    } catch (error) {
      expect(isAppError(error, 'weights-corrupt') && error.help).toMatch(/again\.$/);
      expect((error as Error).message).toMatch(message);
      return;
    }
    expect.unreachable('it was read');
  });
});

test('a source that gives fewer bytes than it promised is refused', async () => {
  const source = bytesAsSource(goldenFile);
  const { entries } = await readHeader(source);
  const short = { ...source, read: async () => new Uint8Array(3) };
  await expect(readTensor(short, entries.get('f32')!)).rejects.toThrow(/only 3 could be read/);
});

const realLora = new URL('../../../shared/data/weights/lora-cloneofsimo', import.meta.url);
test.skipIf(!existsSync(realLora))('the header of a real LoRA file is read through a file handle (skipped where shared data is absent)', async () => {
  const { readdirSync } = await import('node:fs');
  const name = readdirSync(realLora).find((file) => file.endsWith('.safetensors'))!;
  const handle = await open(new URL(`${realLora.href}/${name}`));
  const { size } = await handle.stat();
  const source = {
    sizeBytes: size,
    read: async (position: number, length: number) => (await handle.read({ buffer: Buffer.alloc(length), position, length })).buffer,
  };
  const { entries } = await readHeader(source);
  expect(entries.size).toBeGreaterThan(10);
  const [first] = entries.values();
  expect((await readTensor(source, first!)).data.length).toBe(first!.shape.reduce((a, b) => a * b, 1));
  await handle.close();
});

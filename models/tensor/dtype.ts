/** @file The element types we use, their sizes, and the typed array that holds each. */

/** float16 is held as its raw bits; bool as 0 or 1. */
export interface ArrayOfDType {
  float32: Float32Array;
  float16: Uint16Array;
  int32: Int32Array;
  int64: BigInt64Array;
  bool: Uint8Array;
}

export type DType = keyof ArrayOfDType;

/** Bytes of one element. */
export const bytesPerElement: Readonly<Record<DType, number>> = {
  float32: 4,
  float16: 2,
  int32: 4,
  int64: 8,
  bool: 1,
};

const arrayConstructors = {
  float32: Float32Array,
  float16: Uint16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  bool: Uint8Array,
} as const;

/** A zeroed array of `length` elements of `dtype`. */
export function allocate<D extends DType>(dtype: D, length: number): ArrayOfDType[D] {
  return new arrayConstructors[dtype](length) as ArrayOfDType[D];
}

/**
 * The elements in `bytes` as the array of `dtype`; a copy where the bytes are not aligned to the element.
 *
 * @param bytes little-endian, a multiple of the element size
 */
export function viewBytes<D extends DType>(dtype: D, bytes: Uint8Array): ArrayOfDType[D] {
  const size = bytesPerElement[dtype];
  const aligned = bytes.byteOffset % size === 0 ? bytes : bytes.slice();
  const Constructor = arrayConstructors[dtype] as unknown as new (buffer: ArrayBufferLike, offset: number, length: number) => ArrayOfDType[D];
  return new Constructor(aligned.buffer, aligned.byteOffset, aligned.byteLength / size);
}

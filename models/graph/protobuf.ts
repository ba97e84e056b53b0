/** @file As much of the protobuf wire format as an ONNX file needs: varints, fixed 32-bit floats, length-delimited fields. */

const wireVarint = 0;
const wireBytes = 2;
const wireFixed32 = 5;

const utf8 = new TextEncoder();

/** Appends fields to one message. Nested messages are written by their own writer and appended as bytes. */
export class ProtobufWriter {
  #bytes = new Uint8Array(256);
  #length = 0;

  /** An integer field, signed 64-bit on the wire; `value` is a safe integer. */
  int(field: number, value: number): this {
    this.#tag(field, wireVarint);
    this.#varint(value);
    return this;
  }

  /** One field per value, unpacked: every reader accepts that. */
  ints(field: number, values: readonly number[]): this {
    for (const value of values) this.int(field, value);
    return this;
  }

  /** A 32-bit float field. */
  float(field: number, value: number): this {
    this.#tag(field, wireFixed32);
    this.#reserve(4);
    new DataView(this.#bytes.buffer).setFloat32(this.#length, value, true);
    this.#length += 4;
    return this;
  }

  bytes(field: number, value: Uint8Array): this {
    this.#tag(field, wireBytes);
    this.#varint(value.length);
    this.#reserve(value.length);
    this.#bytes.set(value, this.#length);
    this.#length += value.length;
    return this;
  }

  string(field: number, value: string): this {
    return this.bytes(field, utf8.encode(value));
  }

  message(field: number, write: (writer: ProtobufWriter) => void): this {
    const nested = new ProtobufWriter();
    write(nested);
    return this.bytes(field, nested.finish());
  }

  /** What has been written; valid until the next field is appended. */
  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  #tag(field: number, wireType: number): void {
    this.#varint(field * 8 + wireType);
  }

  #varint(value: number): void {
    this.#reserve(10);
    if (value < 0) {
      this.#bigVarint(BigInt.asUintN(64, BigInt(value))); // negative numbers take ten bytes, as protobuf wants
      return;
    }
    let rest = value;
    while (rest >= 128) {
      this.#bytes[this.#length++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    this.#bytes[this.#length++] = rest;
  }

  #bigVarint(value: bigint): void {
    let rest = value;
    while (rest >= 128n) {
      this.#bytes[this.#length++] = Number(rest & 127n) | 128;
      rest >>= 7n;
    }
    this.#bytes[this.#length++] = Number(rest);
  }

  #reserve(extra: number): void {
    if (this.#length + extra <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + extra));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}

/** @file ZIP files for tests, as honest or as false as a test wants them. */
import { crc32, deflateRawSync } from 'node:zlib';
import sharp from 'sharp';
import { mostPictures, mostUnpackedBytes } from './container-limits.ts';
import { unpackZip } from './unpack-zip.ts';

/** A picture of noise, so that it does not get smaller. */
export const jpeg = await sharp({ create: { width: 300, height: 200, channels: 3, background: 'red', noise: { type: 'gaussian', mean: 120, sigma: 30 } } })
  .jpeg()
  .toBuffer();
export const fullBudget = { pictures: mostPictures, unpackedBytes: mostUnpackedBytes };

/** One entry, and what its headers claim. */
export interface Packed {
  readonly name: string | Buffer;
  readonly bytes: Uint8Array;
  readonly method?: 0 | 8 | 9 | 14 | 99;
  readonly flags?: number;
  /** Placed here instead of behind the one before. */
  readonly offset?: number;
  /** Claimed in place of the true sizes, in the list only. */
  readonly claims?: { readonly packedBytes?: number; readonly unpackedBytes?: number };
  /** The extra field of the list's record. */
  readonly extra?: Buffer;
}

/** A ZIP as APPNOTE.TXT 4.3 lays it out. */
export function zip(entries: readonly Packed[], comment = Buffer.alloc(0)): Buffer<ArrayBuffer> {
  const [locals, list]: [Buffer[], Buffer[]] = [[], []];
  let offset = 0;
  for (const entry of entries) {
    const name = Buffer.from(entry.name as string);
    const method = entry.method ?? 8;
    const data = method === 8 ? deflateRawSync(entry.bytes) : Buffer.from(entry.bytes);
    const common = Buffer.alloc(26);
    common.writeUInt16LE(20, 0);
    common.writeUInt16LE(entry.flags ?? 0x800, 2);
    common.writeUInt16LE(method, 4);
    common.writeUInt32LE(crc32(entry.bytes), 10);
    common.writeUInt32LE(data.length, 14);
    common.writeUInt32LE(entry.bytes.length, 18);
    common.writeUInt16LE(name.length, 22);
    const local = Buffer.concat([Buffer.from('PK\x03\x04'), common, name, data]);
    const rest = Buffer.alloc(14);
    rest.writeUInt32LE(entry.offset ?? offset, 10);
    const extra = entry.extra ?? Buffer.alloc(0);
    const listed = Buffer.from(common);
    listed.writeUInt32LE(entry.claims?.packedBytes ?? data.length, 14);
    listed.writeUInt32LE(entry.claims?.unpackedBytes ?? entry.bytes.length, 18);
    listed.writeUInt16LE(extra.length, 24);
    list.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\0', 'latin1'), listed, rest, name, extra]));
    locals.push(local);
    offset += local.length;
  }
  const directory = Buffer.concat(list);
  const end = Buffer.alloc(22);
  end.write('PK\x05\x06', 'latin1');
  end.writeUInt16LE(entries.length, 8);
  end.writeUInt16LE(entries.length, 10);
  end.writeUInt32LE(directory.length, 12);
  end.writeUInt32LE(offset, 16);
  end.writeUInt16LE(comment.length, 20);
  return Buffer.concat([...locals, directory, end, comment]) as Buffer<ArrayBuffer>;
}
export const photo = (name: string | Buffer, more: Partial<Packed> = {}): Packed => ({ name, bytes: jpeg, ...more });
export const unpack = (entries: readonly Packed[], limits = fullBudget): ReturnType<typeof unpackZip> => unpackZip(new Blob([zip(entries)]), limits);

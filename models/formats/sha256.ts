/** @file SHA-256 as pure code: the browser's own digest is asynchronous and wants everything in memory at once. */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';

/** The hash of bytes that come in pieces. */
export interface RunningHash {
  update(bytes: Uint8Array): void;
  /** Lower-case hexadecimal, 64 digits. Call once, at the end. */
  hex(): string;
}

/** Begins a hash. */
export function startSha256(): RunningHash {
  const hash = sha256.create();
  return { update: (bytes) => void hash.update(bytes), hex: () => bytesToHex(hash.digest()) };
}

/** The hash of bytes in memory, lower-case hexadecimal. */
export function sha256Hex(bytes: Uint8Array): string {
  return bytesToHex(sha256(bytes));
}

/** @file How a model file is cut. */

/** Small enough to lose in a crash and to hold twice on a phone, large enough that a file of 3 GB has 400 records. */
export const chunkBytes = 8 * 2 ** 20;

/** SHA-256 of bytes in memory, hex. */
export async function digestOf(bytes: BufferSource): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

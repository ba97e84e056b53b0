/**
 * @file GPT-2's way to write any bytes as visible letters: printable bytes stand for themselves, the others for letters from U+0100.
 * A vocabulary of 256 such letters can spell every text there is.
 */

function isPrintable(byte: number): boolean {
  return (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
}

const printable = Array.from({ length: 256 }, (_, byte) => byte).filter(isPrintable);
const others = Array.from({ length: 256 }, (_, byte) => byte).filter((byte) => !isPrintable(byte));

/** The 256 letters in the order in which CLIP numbers them: printable bytes first. */
export const alphabet: readonly string[] = [
  ...printable.map((byte) => String.fromCharCode(byte)),
  ...others.map((_, index) => String.fromCharCode(256 + index)),
];

const letterOfByte = new Map([...printable, ...others].map((byte, index) => [byte, alphabet[index]!]));
const byteOfLetter = new Map([...letterOfByte].map(([byte, letter]) => [letter, byte]));
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** The UTF-8 bytes of `text`, each as its letter. */
export function toLetters(text: string): string[] {
  return Array.from(encoder.encode(text), (byte) => letterOfByte.get(byte)!);
}

/** The text that `letters` spell; broken UTF-8 becomes U+FFFD, unknown letters are left out. */
export function fromLetters(letters: string): string {
  return decoder.decode(Uint8Array.from([...letters].flatMap((letter) => byteOfLetter.get(letter) ?? [])));
}

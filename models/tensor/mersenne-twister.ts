/** @file MT19937, the 32-bit generator under PyTorch's CPU random numbers. @see Matsumoto and Nishimura 1998 */

const wordCount = 624;
const middle = 397;

/** A stream of uniform uint32 from a 32-bit seed. */
export class MersenneTwister {
  private readonly words = new Uint32Array(wordCount);
  private position = wordCount;

  /** @param seed a whole number; its low 32 bits count */
  constructor(seed: number) {
    this.words[0] = Number(BigInt.asUintN(32, BigInt(seed)));
    for (let index = 1; index < wordCount; index++) {
      const previous = this.words[index - 1]!;
      this.words[index] = Math.imul(previous ^ (previous >>> 30), 1812433253) + index;
    }
  }

  /** The next uint32. */
  next(): number {
    if (this.position === wordCount) this.twist();
    let word = this.words[this.position++]!;
    word ^= word >>> 11;
    word ^= (word << 7) & 0x9d2c5680;
    word ^= (word << 15) & 0xefc60000;
    return (word ^ (word >>> 18)) >>> 0;
  }

  /** A copy of the state. */
  save(): { words: Uint32Array; position: number } {
    return { words: this.words.slice(), position: this.position };
  }

  /** Goes on from a state that `save` gave. */
  load(words: Uint32Array, position: number): void {
    this.words.set(words);
    this.position = position;
  }

  private twist(): void {
    const words = this.words;
    for (let index = 0; index < wordCount; index++) {
      const mixed = (words[index]! & 0x80000000) | (words[(index + 1) % wordCount]! & 0x7fffffff);
      words[index] = words[(index + middle) % wordCount]! ^ (mixed >>> 1) ^ (mixed & 1 ? 0x9908b0df : 0);
    }
    this.position = 0;
  }
}

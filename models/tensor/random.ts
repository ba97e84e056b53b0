/**
 * @file The random numbers of PyTorch's CPU generator: the same seed gives the same noise, so the same picture.
 *
 * [Note: two ways to a normal number] PyTorch draws fewer than 16 normals one by one in double precision and keeps the second of
 * each Box-Muller pair for later. From 16 on it fills blocks of 16 in float32: 8 radii from the first half, 8 angles from the
 * second; a ragged end redraws the last 16. Its vectorised fill approximates log, sin and cos, ours does not: they agree to 1e-6.
 * @see ATen/core/DistributionsHelper.h and ATen/native/cpu/DistributionTemplates.h of PyTorch 2
 */
import { MersenneTwister } from './mersenne-twister.ts';

/** Everything that decides the numbers to come; plain data, safe to store and to post between threads. */
export interface RandomState {
  /** The 624 words of the twister, uint32. */
  readonly words: Uint32Array;
  /** How many of the words are used up, 0..624. */
  readonly position: number;
  /** The second normal of a pair, waiting for the next short `normal`; null if none waits. */
  readonly waitingNormal: number | null;
}

const blockLength = 16;

/** A stream of random numbers equal to `torch.manual_seed(seed)` followed by the same calls. */
export class TorchRandom {
  private readonly twister: MersenneTwister;
  private waitingNormal: number | null = null;

  /** @param seed a whole number from 0; like PyTorch only its low 32 bits count */
  constructor(seed: number) {
    this.twister = new MersenneTwister(seed);
  }

  /** A generator that goes on exactly where `state` was taken. */
  static restore(state: RandomState): TorchRandom {
    const random = new TorchRandom(0);
    random.twister.load(state.words, state.position);
    random.waitingNormal = state.waitingNormal;
    return random;
  }

  /** A copy of the state; the generator goes on unchanged. */
  save(): RandomState {
    return { ...this.twister.save(), waitingNormal: this.waitingNormal };
  }

  /** `torch.rand(count)`: float32 in [0, 1). */
  uniform(count: number): Float32Array {
    return Float32Array.from({ length: count }, () => this.uniform24());
  }

  /** `torch.randn(count)`: float32 standard normals. One call per tensor: two calls of 8 are not one call of 16. */
  normal(count: number): Float32Array {
    const values = new Float32Array(count);
    if (count < blockLength) {
      for (let index = 0; index < count; index++) values[index] = this.nextNormal();
      return values;
    }
    for (let index = 0; index < count; index++) values[index] = this.uniform24();
    for (let start = 0; start + blockLength <= count; start += blockLength) boxMuller(values, start);
    if (count % blockLength !== 0) {
      const start = count - blockLength;
      for (let index = start; index < count; index++) values[index] = this.uniform24();
      boxMuller(values, start);
    }
    return values;
  }

  /** One of `torch.randint(0, below, ...)`: a whole number in [0, below), `below` at most 2^53. */
  integer(below: number): number {
    if (below < 2 ** 28) return this.twister.next() % below; // PyTorch takes 64 bits where 32 would show a bias
    return Number(this.bits64() % BigInt(below));
  }

  /** `torch.randint(0, below, (count,))`. */
  integers(below: number, count: number): number[] {
    return Array.from({ length: count }, () => this.integer(below));
  }

  /** `torch.randperm(count)`: the numbers 0..count-1 in random order; for fewer than 2^32 / 20 of them. */
  permutation(count: number): number[] {
    const order = Array.from({ length: count }, (_, index) => index);
    for (let index = 0; index < count - 1; index++) {
      const other = index + (this.twister.next() % (count - index));
      [order[index], order[other]] = [order[other]!, order[index]!];
    }
    return order;
  }

  private uniform24(): number {
    return (this.twister.next() & 0xffffff) * 2 ** -24;
  }

  private uniform53(): number {
    const high = this.twister.next();
    return ((high & 0x1fffff) * 2 ** 32 + this.twister.next()) * 2 ** -53;
  }

  private bits64(): bigint {
    const high = BigInt(this.twister.next());
    return (high << 32n) | BigInt(this.twister.next());
  }

  private nextNormal(): number {
    const waiting = this.waitingNormal;
    if (waiting !== null) {
      this.waitingNormal = null;
      return waiting;
    }
    const angle = 2 * Math.PI * this.uniform53();
    const radius = Math.sqrt(-2 * Math.log1p(-this.uniform53()));
    this.waitingNormal = radius * Math.sin(angle);
    return radius * Math.cos(angle);
  }
}

/** Turns 16 uniforms at `start` into 16 normals, in place. */
function boxMuller(values: Float32Array, start: number): void {
  for (let index = start; index < start + blockLength / 2; index++) {
    const radius = Math.sqrt(-2 * Math.log(1 - values[index]!));
    const angle = 2 * Math.PI * values[index + blockLength / 2]!;
    values[index] = radius * Math.cos(angle);
    values[index + blockLength / 2] = radius * Math.sin(angle);
  }
}

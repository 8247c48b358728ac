import { createHash } from 'node:crypto';

/** A stream of numbers that depends on nothing but its source text: the same text, the same picture. */
export class Random {
  private a: number;
  private b: number;
  private c: number;
  private counter = 1;

  constructor(source: string) {
    const digest = createHash('sha256').update(source).digest();
    this.a = digest.readInt32LE(0);
    this.b = digest.readInt32LE(4);
    this.c = digest.readInt32LE(8);
  }

  /** A number from 0 up to, not including, 1 (the generator is sfc32). */
  next(): number {
    const sum = (((this.a + this.b) | 0) + this.counter) | 0;
    this.counter = (this.counter + 1) | 0;
    this.a = this.b ^ (this.b >>> 9);
    this.b = (this.c + (this.c << 3)) | 0;
    this.c = (((this.c << 21) | (this.c >>> 11)) + sum) | 0;
    return (sum >>> 0) / 4_294_967_296;
  }

  between(low: number, high: number): number {
    return low + (high - low) * this.next();
  }

  /** A whole number from `low` to `high`, both included. */
  whole(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  pick<Choice>(choices: readonly [Choice, ...Choice[]]): Choice {
    return choices[Math.floor(this.next() * choices.length)] ?? choices[0];
  }

  /** A smooth curve through time with values within -1 and 1, made of a few sine waves. */
  wave(waves: number): (t: number) => number {
    const parts = Array.from({ length: waves }, (_, index) => ({
      frequency: (index + 1) * this.between(0.7, 1.3),
      phase: this.between(0, Math.PI * 2),
      height: 1 / (index + 1),
    }));
    const total = parts.reduce((sum, part) => sum + part.height, 0);
    return (t) =>
      parts.reduce((sum, part) => sum + part.height * Math.sin(t * part.frequency * Math.PI * 2 + part.phase), 0) /
      total;
  }
}

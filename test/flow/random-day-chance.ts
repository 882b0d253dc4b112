/** Chance of a random day: a seed fixes it. */
export class Chance {
  #state: number;
  constructor(seed: number) {
    this.#state = seed >>> 0;
  }
  /** From 0 up to, not including, 1. */
  next(): number {
    this.#state = (this.#state + 0x9e3779b9) >>> 0;
    let z = this.#state;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return ((z ^ (z >>> 15)) >>> 0) / 2 ** 32;
  }
  from(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }
  happens(probability: number): boolean {
    return this.next() < probability;
  }
  one<T>(of: readonly T[]): T {
    const found = of[Math.floor(this.next() * of.length)];
    if (found === undefined) throw new Error("nothing to choose from");
    return found;
  }
  weighted<T>(of: readonly (readonly [weight: number, T])[]): T {
    let left = this.next() * of.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, what] of of) {
      left -= weight;
      if (left < 0) return what;
    }
    return this.one(of)[1];
  }
}

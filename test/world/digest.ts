/** A hash of many small things: gathered, since each call of the real hash costs more than what it is about. */
import { createHash, type Hash } from "node:crypto";

const GATHERED_BYTES = 65_536;
const NO_BYTES = new Uint8Array(0);

export class Digest {
  readonly #hash: Hash;
  readonly #gathered = Buffer.allocUnsafe(GATHERED_BYTES);
  #length = 0;

  constructor(hash: Hash = createHash("sha256")) {
    this.#hash = hash;
  }

  add(words: string, bytes: Uint8Array = NO_BYTES): void {
    // A UTF-16 unit takes three bytes at most.
    const most = words.length * 3 + bytes.length;
    if (this.#length + most > GATHERED_BYTES) this.#flush();
    if (most > GATHERED_BYTES) {
      this.#hash.update(words).update(bytes);
      return;
    }
    this.#length += this.#gathered.write(words, this.#length);
    this.#gathered.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** Goes its own way from here. */
  copy(): Digest {
    this.#flush();
    return new Digest(this.#hash.copy());
  }

  /** To be asked once. */
  hex(): string {
    this.#flush();
    return this.#hash.digest("hex");
  }

  #flush(): void {
    this.#hash.update(this.#gathered.subarray(0, this.#length));
    this.#length = 0;
  }
}

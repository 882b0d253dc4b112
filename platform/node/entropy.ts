import { createHash, randomBytes } from "node:crypto";

export type Entropy = (count: number) => Uint8Array;

export const systemEntropy: Entropy = (count) => Uint8Array.from(randomBytes(count));

/** SHA-256 over seed, stream name and counter: the same bytes on every machine. For desks, never for a terminal on a counter. */
export function seededEntropy(seed: number, stream: string): Entropy {
  let counter = 0;
  let rest = Buffer.alloc(0);
  return (count) => {
    while (rest.length < count) {
      const block = createHash("sha256").update(`tael entropy ${seed} ${stream} ${counter++}`).digest();
      rest = Buffer.concat([rest, block]);
    }
    const bytes = Uint8Array.from(rest.subarray(0, count));
    rest = rest.subarray(count);
    return bytes;
  };
}

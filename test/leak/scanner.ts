/**
 * Looks for secrets in any bytes, in every shape a program could have left them in. Knows nothing of the program: it is given bytes and secrets.
 */
import { type Needle, needlesOf, type Secret, type View } from "./secrets.ts";
import { viewOf } from "./views.ts";

export type { Secret } from "./secrets.ts";

export interface Finding {
  secret: string;
  shape: string;
  where: string;
  /** Place in the view it was found in, and what stands there. */
  at: number;
  sight: string;
}

const SIGHT = 30;
const HEAD = 4;
const headAt = (bytes: Uint8Array, at: number): number =>
  (((bytes[at] as number) << 24) |
    ((bytes[at + 1] as number) << 16) |
    ((bytes[at + 2] as number) << 8) |
    (bytes[at + 3] as number)) >>>
  0;

/** All needles of one view in one pass: most places are left at the first look into a table of what a needle can begin with. */
class Finder {
  readonly #begins = new Uint8Array(1 << 16);
  readonly #byHead = new Map<number, Needle[]>();

  constructor(needles: readonly Needle[]) {
    for (const needle of needles) {
      if (needle.bytes.length < HEAD) throw new Error(`${needle.secret} as ${needle.shape} is too short to be looked for`);
      const head = headAt(needle.bytes, 0);
      this.#begins[head >>> 16] = 1;
      this.#byHead.set(head, [...(this.#byHead.get(head) ?? []), needle]);
    }
  }

  /** The first place of each secret and shape. */
  find(hay: Buffer, report: (needle: Needle, at: number) => void): void {
    for (let at = 0; at + HEAD <= hay.length; at++) {
      if (this.#begins[((hay[at] as number) << 8) | (hay[at + 1] as number)] === 0) continue;
      for (const needle of this.#byHead.get(headAt(hay, at)) ?? [])
        if (hay.subarray(at, at + needle.bytes.length).equals(needle.bytes)) report(needle, at);
    }
  }
}

const VIEWS: readonly View[] = ["raw", "unspaced", "digits", "hex"];

/** A scanner for these secrets; making it costs more than a small scan. */
export function scannerFor(secrets: readonly Secret[]): (where: string, bytes: Uint8Array) => Finding[] {
  const needles = needlesOf(secrets);
  const finders = VIEWS.map((view) => [view, new Finder(needles.filter((needle) => needle.view === view))] as const);
  return (where, bytes) => {
    const found = new Map<string, Finding>();
    for (const [view, finder] of finders) {
      const hay = viewOf(view, bytes);
      finder.find(hay, ({ secret, shape }, at) => {
        const name = `${secret} ${shape}`;
        const sight = JSON.stringify(hay.toString("latin1", Math.max(0, at - SIGHT), at + 2 * SIGHT));
        if (!found.has(name)) found.set(name, { secret, shape, where, at, sight });
      });
    }
    return [...found.values()];
  };
}

export const scan = (where: string, bytes: Uint8Array, secrets: readonly Secret[]): Finding[] =>
  scannerFor(secrets)(where, bytes);

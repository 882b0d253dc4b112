/**
 * dist/ca.json: the test authority's RSA keys by name, so that no desk has to find primes at its start. It holds secret test keys and nothing else.
 */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { chipProfiles, issueAll } from "../../tools/cards/index.ts";
import { SEED } from "./keys.ts";
import { madeKeys } from "../../tools/cards/authority.ts";

const FILE = "ca.json";

/** Made anew when the tray has other cards than those it was made for, or the seed is another. */
export function buildCa(dist: string): void {
  const file = join(dist, FILE);
  const made = `${SEED}: ${chipProfiles.map(({ pan }) => pan).join(" ")}`;
  if (existsSync(file) && (JSON.parse(readFileSync(file, "utf8")) as { made?: string }).made === made) return;
  issueAll();
  writeFileSync(file, `${JSON.stringify({ made, seed: SEED, rsa: madeKeys() }, null, 1)}\n`);
}

/** The cryptogram over a transaction (§10): the terminal's objects, AIP, ATC, CVR. */
import { applicationCryptogram, CRYPTOGRAM_TAGS } from "./card-keys.ts";
import type { Hex } from "./hex.ts";
import type { Path } from "./issue.ts";
import type { Current } from "./os.ts";
import { atcOf } from "./purse.ts";

export function cryptogramOver({ issued, state, progress }: Current, { cipher, aip }: Path, results: Hex): Hex {
  const said = CRYPTOGRAM_TAGS.map((tag) => progress.said.get(tag) ?? "").join("");
  return applicationCryptogram(cipher, issued.keys(cipher).ac, atcOf(state), said + aip + atcOf(state) + results);
}

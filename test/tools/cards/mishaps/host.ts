/** An issuer for the mishaps: believes a cryptogram that is this card's over what it was told, and nothing else (§10). */
import { answerCryptogram, chipMac, transactionKey, uniqueKey } from "../../../../tools/acquirer/chip/formulas.ts";
import { fromHex, toHex } from "../../../../tools/acquirer/text.ts";
import { issuerMasters } from "../../../../tools/cards/authority.ts";
import type { HostAnswer, OnlineRequest } from "../../../../app/emv/index.ts";

const COVERED = "9F02 9F03 9F1A 95 5F2A 9A 9C 9F37 82 9F36".split(" ");
const SM4 = "04";

/** The answer to one request; "05" when the cryptogram is not what it should be. The keys are those of the number it is told. */
export function judge({ pan, sequence = "00", tags }: OnlineRequest): Exclude<HostAnswer, string> {
  const value = (tag: string): string => toHex(tags[tag] ?? new Uint8Array(0));
  const algorithm = value("9F10").slice(14, 16) === SM4 ? "sm4" : "3des";
  const [atc, cryptogram] = [fromHex(value("9F36")), fromHex(value("9F26"))];
  if (atc.length !== 2 || cryptogram.length !== 8 || !/^\d{13,19}$/.test(pan)) return { code: "05" };
  const key = transactionKey(algorithm, uniqueKey(algorithm, fromHex(issuerMasters(pan, algorithm).ac), pan, sequence), atc);
  const results = value("9F10").slice(6, 14);
  const right = toHex(chipMac(algorithm, key, fromHex(COVERED.map(value).join("") + results))) === toHex(cryptogram);
  const code = right ? "00" : "05";
  return { code, authenticationData: [answerCryptogram(algorithm, key, cryptogram, code), Buffer.from(code)].reduce(joined) };
}

const joined = (a: Uint8Array, b: Uint8Array): Uint8Array => Uint8Array.from([...a, ...b]);

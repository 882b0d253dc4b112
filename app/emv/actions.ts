/** Terminal action analysis: what TVR, action codes and the terminal's reach come to (§6.9, Book 3 10.7). */
import { meets, or } from "./bits.ts";
import { type Bytes, EmvError, toBytes } from "./bytes.ts";

export type Cryptogram = "AAC" | "ARQC" | "TC";
export type Reach = "online-only" | "online-and-offline" | "offline-only";

/** Absent codes have the defaults of §6.9. By these names or by tag. */
export interface ActionCodes {
  iacDenial?: Bytes;
  iacOnline?: Bytes;
  iacDefault?: Bytes;
  tacDenial?: Bytes;
  tacOnline?: Bytes;
  tacDefault?: Bytes;
}

export interface ActionResult {
  action: Cryptogram;
  /** Which rule decided. */
  reason: "denial" | "online-only" | "online" | "default" | "nothing-against";
  /** Bits of the TVR that met the deciding codes. */
  met: Uint8Array;
}

/** The same by tag: the card's, and those of the parameters (§11.1). */
const CODE_TAGS: Readonly<Record<keyof ActionCodes, string>> = {
  iacDenial: "9F0E",
  iacOnline: "9F0F",
  iacDefault: "9F0D",
  tacDenial: "DF13",
  tacOnline: "DF12",
  tacDefault: "DF11",
};
const NONE = "0000000000";
const ALL = "FFFFFFFFFF";
/** Data authentication not performed or failed. */
const AUTHENTICATION = "CC00000000";

/**
 * `unable`: it was meant to go online and cannot (§6.12); then only denial and default codes count.
 *
 * @example analyseActions("0000008000", { iacOnline: "0000008000" }).action === "ARQC"
 */
export function analyseActions(
  tvr: Bytes,
  codes: ActionCodes | Readonly<Record<string, Bytes | undefined>> = {},
  reach: Reach | Bytes = "online-and-offline",
  unable = false,
): ActionResult {
  const results = five(tvr, "95");
  const said = codes as Readonly<Record<string, Bytes | undefined>>;
  const code = (name: keyof ActionCodes): Bytes | undefined => said[name] ?? said[CODE_TAGS[name]];
  const denial = pair(code("iacDenial") ?? NONE, code("tacDenial") ?? NONE, "denial");
  const online = pair(code("iacOnline") ?? ALL, code("tacOnline") ?? AUTHENTICATION, "online");
  const otherwise = pair(code("iacDefault") ?? ALL, code("tacDefault") ?? AUTHENTICATION, "default");
  const can = reachOf(reach);
  const decided = (action: Cryptogram, reason: ActionResult["reason"], mask: Uint8Array): ActionResult => ({
    action,
    reason,
    met: results.map((byte, i) => byte & (mask[i] ?? 0)),
  });
  if (!unable) {
    if (meets(results, denial)) return decided("AAC", "denial", denial);
    if (can === "online-only") return decided("ARQC", "online-only", online);
    if (can === "online-and-offline" && meets(results, online)) return decided("ARQC", "online", online);
  }
  if ((unable || can === "offline-only") && meets(results, otherwise)) return decided("AAC", "default", otherwise);
  return decided("TC", "nothing-against", otherwise);
}

function reachOf(reach: Reach | Bytes): Reach {
  if (reach === "online-only" || reach === "online-and-offline" || reach === "offline-only") return reach;
  const kind = (toBytes(reach, "9F35")[0] ?? 0) & 0x0f;
  const found = ([undefined, "online-only", "online-and-offline", "offline-only"] as const)[kind > 3 ? kind - 3 : kind];
  if (found === undefined) throw new EmvError("value", "9F35", "is no terminal type");
  return found;
}

function pair(issuer: Bytes, terminal: Bytes, name: string): Uint8Array {
  return or(five(issuer, `IAC ${name}`), five(terminal, `TAC ${name}`));
}

function five(value: Bytes, where: string): Uint8Array {
  const bytes = toBytes(value, where);
  if (bytes.length !== 5) throw new EmvError("value", where, `has ${bytes.length} bytes instead of 5`);
  return bytes;
}

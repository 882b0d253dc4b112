/** An application's parameters as the acquirer's centre sends them (§11.1). */
import { type Bytes, EmvError, toBytes, toDecimal, toHex, toNumber } from "./bytes.ts";
import { asMap } from "./data.ts";
import type { ApplicationInput } from "./terminal.ts";
import { parseTlv } from "./tlv.ts";

/** What each object must be long, in bytes. */
const SIZES: Readonly<Record<string, readonly [least: number, most: number]>> = {
  "9F06": [5, 16],
  DF01: [1, 1],
  "9F08": [2, 2],
  "9F09": [2, 2],
  DF11: [5, 5],
  DF12: [5, 5],
  DF13: [5, 5],
  "9F1B": [4, 4],
  DF15: [4, 4],
  DF16: [1, 1],
  DF17: [1, 1],
  DF14: [0, 252],
  DF18: [1, 1],
  "9F7B": [6, 6],
  DF19: [6, 6],
  DF20: [6, 6],
  DF21: [6, 6],
};

/**
 * One application. Objects nobody knows are left alone. Throws EmvError "tlv" when it is no TLV, "missing" without 9F06, "value" naming what has a
 * wrong length or is no number.
 *
 * @example decodeParameters("9F0608A000000333010101DF0101009F09020030DF1105D84000A800…")
 */
export function decodeParameters(download: Bytes): ApplicationInput {
  const data = asMap(parseTlv(download, { flat: true }));
  for (const [tag, value] of data) {
    const size = SIZES[tag];
    if (size !== undefined && (value.length < size[0] || value.length > size[1])) {
      throw new EmvError("value", tag, `has ${value.length} bytes, must have ${size[0]} to ${size[1]}`);
    }
  }
  const aid = data.get("9F06");
  if (aid === undefined) throw new EmvError("missing", "9F06", "the parameters name no application");
  const binary = (tag: string) => optional(data.get(tag), toNumber);
  const decimal = (tag: string) => optional(data.get(tag), (value) => decimalOf(tag, value));
  return {
    aid: toHex(aid),
    partial: data.get("DF01")?.[0] !== 1,
    version: data.get("9F09") ?? data.get("9F08"),
    tacDefault: data.get("DF11"),
    tacOnline: data.get("DF12"),
    tacDenial: data.get("DF13"),
    floorLimitFen: binary("9F1B"),
    thresholdFen: binary("DF15"),
    maxTargetPercent: decimal("DF16"),
    targetPercent: decimal("DF17"),
    defaultDdol: nonEmpty(data.get("DF14")),
    onlinePin: optional(data.get("DF18"), (value) => (value[0] ?? 0) !== 0),
    ecashLimitFen: decimal("9F7B"),
    contactless: { floorLimitFen: decimal("DF19"), limitFen: decimal("DF20"), cvmLimitFen: decimal("DF21") },
  };
}

function optional<T>(value: Uint8Array | undefined, read: (value: Uint8Array) => T): T | undefined {
  return value === undefined ? undefined : read(value);
}

function nonEmpty(value: Uint8Array | undefined): Bytes | undefined {
  return value === undefined || value.length === 0 ? undefined : toBytes(value);
}

function decimalOf(tag: string, value: Uint8Array): number {
  const number = toDecimal(value);
  if (number === undefined) throw new EmvError("value", tag, "is no decimal number");
  return number;
}

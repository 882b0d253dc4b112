/** Issuer scripts (§6.13, §10): commands for the card, each with the MAC that ties it to this transaction. */
import type { ChipScript } from "../contract.ts";
import { encrypt, xor } from "../crypto.ts";
import { fromHex, toHex } from "../text.ts";
import { chipMac, type ChipAlgorithm, transactionKey, withPadding } from "./formulas.ts";

/** The card's own keys, and the transaction they are used in. */
export interface ScriptKeys {
  algorithm: ChipAlgorithm;
  ac: Uint8Array;
  mac: Uint8Array;
  enc: Uint8Array;
  atc: Uint8Array;
  cryptogram: Uint8Array;
}

const IDENTIFIER = "9F1804";
const MAC_BYTES = 4;
const hex2 = (value: number): string => value.toString(16).toUpperCase().padStart(2, "0");
const tlv = (tag: string, value: string): string => {
  const size = value.length / 2;
  return tag + (size > 0x7f ? `81${hex2(size)}` : hex2(size)) + value;
};

/** CLA INS P1 P2, and the data that go before the MAC. */
function bare(script: ChipScript, keys: ScriptKeys): { header: string; data: string } {
  switch (script.do) {
    case "application-block":
      return { header: "841E0000", data: "" };
    case "application-unblock":
      return { header: "84180000", data: "" };
    case "card-block":
      return { header: "84160000", data: "" };
    case "pin-unblock":
      return { header: "84240000", data: "" };
    case "pin-change":
      return { header: "84240002", data: pinData(script.pin, keys) };
    case "put-data":
      return { header: `04DA${script.tag}`, data: script.value };
    case "update-record":
      return { header: `04DC${hex2(script.record)}${hex2((script.file << 3) | 4)}`, data: script.value };
    case "command":
      return { header: script.header, data: script.data };
    default:
      return script satisfies never;
  }
}

/** 08 ‖ block ‖ 80…, enciphered; the block is 0L PIN F… with bytes 5–8 of the card's AC key mixed in. */
function pinData(pin: string, { algorithm, ac, enc, atc }: ScriptKeys): string {
  const clear = fromHex((hex2(pin.length) + pin).padEnd(16, "F"));
  const mask = new Uint8Array(8);
  mask.set(ac.subarray(4, 8), 4);
  const plain = withPadding(algorithm, Uint8Array.from([8, ...xor(clear, mask)]));
  return toHex(encrypt(algorithm, transactionKey(algorithm, enc, atc), plain));
}

/** One command, as it goes into 86. */
export function scriptCommand(script: ChipScript, keys: ScriptKeys): string {
  const { header, data } = bare(script, keys);
  const whole = header + hex2(data.length / 2 + MAC_BYTES);
  const covered = fromHex(whole + toHex(keys.atc) + toHex(keys.cryptogram) + data);
  const key = transactionKey(keys.algorithm, keys.mac, keys.atc);
  return whole + data + toHex(chipMac(keys.algorithm, key, covered).slice(0, MAC_BYTES));
}

/** Templates 71 and 72, each with a number of its own in 9F18; no scripts, no bytes. */
export function scriptTemplates(scripts: readonly ChipScript[], keys: ScriptKeys): string {
  return (["71", "72"] as const)
    .map((template) => {
      const own = scripts.filter((script) => (script.template ?? "72") === template);
      if (own.length === 0) return "";
      const identifier = IDENTIFIER + template.padStart(8, "0");
      return tlv(template, identifier + own.map((script) => tlv("86", scriptCommand(script, keys))).join(""));
    })
    .join("");
}

/** Throws Error saying what is wrong with it. */
export function checkScript(script: ChipScript): void {
  const bytes = (value: string): boolean => /^([0-9A-Fa-f]{2})*$/.test(value);
  if (script.do === "pin-change" && !/^\d{4,12}$/.test(script.pin)) throw new Error("script: pin must have 4 to 12 digits");
  if (script.do === "put-data" && !(/^[0-9A-F]{4}$/.test(script.tag) && bytes(script.value)))
    throw new Error("script: put-data needs a tag of two bytes and a value in hex");
  if (script.do === "update-record" && !bytes(script.value)) throw new Error("script: the record must be hex");
  if (script.do === "command" && !(/^[0-9A-F]{8}$/.test(script.header) && bytes(script.data)))
    throw new Error("script: a command needs CLA INS P1 P2 and its data in hex");
}

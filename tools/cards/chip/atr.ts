/** Answers to reset in the form payment terminals accept (EMV Book 1 8): what a card says of itself before anything else. */
import { byte, fromHex, type Hex, size, textHex } from "./hex.ts";

const HISTORICAL = textHex("TAEL-01");

/** TB1 = 00, TC1 = 00: no programming voltage, no extra guard time. */
function t0(): Hex {
  return `3B${byte(0x60 | size(HISTORICAL))}0000${HISTORICAL}`;
}

/** T=1 alone: blocks of 254 bytes, waiting times BWI 4, CWI 5. */
function t1(): Hex {
  const body = `${byte(0xe0 | size(HISTORICAL))}00008131FE45${HISTORICAL}`;
  return `3B${body}${byte(fromHex(body).reduce((sum, value) => sum ^ value, 0))}`;
}

export const atrOf = (protocol: "T=0" | "T=1"): Hex => (protocol === "T=0" ? t0() : t1());

/** A trace of APDUs, one a line: `> 00A40400…`, `< 6F…9000`, or without marks, command and answer in turn. */
import { describeTlv, maskDigits, parseTlv } from "./tlv.ts";

const COMMANDS: Record<string, string> = {
  A4: "SELECT",
  B2: "READ RECORD",
  A8: "GET PROCESSING OPTIONS",
  AE: "GENERATE AC",
  CA: "GET DATA",
  "88": "INTERNAL AUTHENTICATE",
  "82": "EXTERNAL AUTHENTICATE",
  "84": "GET CHALLENGE",
  "20": "VERIFY",
  C0: "GET RESPONSE",
};
const STATUS: Record<string, string> = {
  "9000": "done",
  "6283": "selected file invalidated",
  "6300": "authentication failed",
  "6700": "wrong length",
  "6982": "security status not satisfied",
  "6983": "blocked",
  "6985": "conditions not satisfied",
  "6A81": "function not supported",
  "6A82": "not found",
  "6A83": "record not found",
  "6A86": "wrong P1 P2",
  "6A88": "data not found",
  "6D00": "unknown instruction",
  "6E00": "unknown class",
};

export interface Exchange {
  dir: "command" | "answer";
  hex: string;
}

/** Undefined when the text is not such a trace. */
export function readTrace(text: string): Exchange[] | undefined {
  const lines = text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
  if (lines.length < 2) return undefined;
  const trace: Exchange[] = [];
  for (const [i, line] of lines.entries()) {
    const match = /^(>|<|->|<-|=>|<=|C-APDU:?|R-APDU:?)?\s*((?:[0-9A-Fa-f]{2}\s*){2,})$/.exec(line);
    if (match === null) return undefined;
    const mark = match[1];
    const answer = mark === undefined ? i % 2 === 1 : mark.startsWith("<") || mark.startsWith("R");
    trace.push({ dir: answer ? "answer" : "command", hex: match[2]!.replace(/\s+/g, "").toUpperCase() });
  }
  return trace;
}

function describeCommand(hex: string): string[] {
  const [cla, ins, p1, p2] = [hex.slice(0, 2), hex.slice(2, 4), hex.slice(4, 6), hex.slice(6, 8)];
  const data = hex.length > 10 ? hex.slice(10, 10 + Number.parseInt(hex.slice(8, 10), 16) * 2) : "";
  // A PIN block travels in VERIFY; it is nobody's business.
  const shown = ins === "20" ? "*".repeat(data.length) : data;
  return [`> ${COMMANDS[ins] ?? "?"}  CLA ${cla} INS ${ins} P1 ${p1} P2 ${p2}${shown === "" ? "" : `  ${shown}`}`];
}

function describeAnswer(hex: string, clear: boolean): string[] {
  const status = hex.slice(-4);
  const data = hex.slice(0, -4);
  const retry = /^63C(.)$/.exec(status);
  const words =
    STATUS[status] ?? (retry ? `${Number.parseInt(retry[1]!, 16)} tries left` : status.startsWith("61") ? "more data" : "");
  const head = `< ${status} ${words}`.trimEnd();
  if (data === "") return [head];
  const tlv = parseTlv(data);
  if (tlv === undefined) return [head, `    ${clear ? data : data.replace(/\d{13,}/g, maskDigits)}`];
  return [head, ...describeTlv(tlv, clear, "    ")];
}

export function describeTrace(trace: readonly Exchange[], clear: boolean): string[] {
  return trace.flatMap(({ dir, hex }) => (dir === "command" ? describeCommand(hex) : describeAnswer(hex, clear)));
}

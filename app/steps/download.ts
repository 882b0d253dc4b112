/** Parameters from the host (§2.9, 60.3 = 360) and the terminal's own status to it (362), code by code of §7.3. */
import { blacklistBlock, parameterBytes, parameterTags } from "../acquirer/answers.ts";
import { concat, encodeUtf8 } from "../../platform/guest/bytes.ts";
import { hostTextDecoder, hostTextEncoder } from "./host-text.ts";
import {
  changeParameters,
  type ParameterChange,
  type ParameterRow,
  type ParameterValue,
  type Refused,
  refusalOf,
} from "./parameters.ts";
import { failureWords, manage } from "./manage.ts";
import { note } from "./audit.ts";
import type { Terminal } from "./terminal.ts";

export type DownloadResult =
  | {
      ok: true;
      changed: number;
      /** What was not taken, and why; in words. */
      left: { name: string; why: string }[];
      /** The code from which nothing could be read. */
      unknown: string | undefined;
      restart: boolean;
    }
  | { ok: false; words: string };

/** Every value is checked on its own: one that cannot be is left as it was, the others count, all in one commit. */
export async function downloadParameters(t: Terminal): Promise<DownloadResult> {
  const fate = await manage(t, { about: "parameters", batch: t.journal.batch }, "download.title");
  if (fate?.fate !== "answered" || fate.code !== "00") return { ok: false, words: failureWords(t, fate) };
  const { tags, unknown } = parameterTags(fate.answer);
  const left: { name: string; why: string }[] = [];
  const changes: ParameterChange[] = [];
  for (const row of t.parameters.rows) {
    const bytes = row.code === undefined ? undefined : tags.get(row.code);
    if (bytes === undefined) continue;
    const value = fromWire(t, row, bytes);
    if (value === t.parameters.value(row.id)) continue;
    const refused: Refused | undefined = value === undefined ? { why: "choice", values: {} } : refusalOf(t, row, value, "host");
    if (refused === undefined) changes.push({ id: row.id, value: value as ParameterValue });
    else left.push({ name: t.ui.say(`param.${row.id}`), why: t.ui.say(`param-refused.${refused.why}`, refused.values) });
  }
  const { restart } = changeParameters(t, "", "download", changes);
  if (changes.length === 0) note(t, "download", left.length === 0 && unknown === undefined ? "ok" : "refused");
  for (const { name, why } of left) t.system.log.warn(`download: ${name}: ${why}`);
  if (unknown !== undefined) t.system.log.warn(`download: code ${unknown} is in no table; what follows it was not read`);
  // That all was heard (361); whatever becomes of it, the parameters are here.
  await manage(t, { about: "parameters-end", batch: t.journal.batch }, "download.title");
  return { ok: true, changed: changes.length, left, unknown, restart };
}

/** Entries one download may bring; a host that has more is wrong, or never ends. */
const MOST_BLACKLISTED = 999;

/** The host's blacklist (390), block by block; nothing changes before the last one is here. */
export async function downloadBlacklist(t: Terminal): Promise<{ ok: true; count: number } | { ok: false; words: string }> {
  const { batch } = t.journal;
  const prefixes: string[] = [];
  for (let from = 1; from <= MOST_BLACKLISTED; ) {
    const fate = await manage(t, { about: "blacklist", from, batch }, "blacklist.download");
    if (fate?.fate !== "answered" || fate.code !== "00") return { ok: false, words: failureWords(t, fate) };
    const block = blacklistBlock(fate.answer);
    // A block that does not come nearer the end would be asked for for ever.
    if (block === undefined || (block.more && block.last < from)) return { ok: false, words: t.ui.say("download.damaged") };
    prefixes.push(...block.prefixes);
    from = block.more ? block.last + 1 : Number.POSITIVE_INFINITY;
  }
  const count = t.blacklist.takeHosts(prefixes);
  note(t, "download", count === prefixes.length ? "ok" : "refused", `blacklist ${count}/${prefixes.length}`);
  await manage(t, { about: "blacklist-end", batch }, "blacklist.download");
  return { ok: true, count };
}

export async function sendStatus(t: Terminal): Promise<{ ok: true } | { ok: false; words: string }> {
  const fate = await manage(t, { about: "status", batch: t.journal.batch, tags: statusTags(t) }, "download.status-title");
  return fate?.fate === "answered" && fate.code === "00" ? { ok: true } : { ok: false, words: failureWords(t, fate) };
}

const ascii = (bytes: Uint8Array): string => String.fromCharCode(...bytes).trim();

/** undefined: not a value of this type at all. */
export function fromWire(t: Terminal, { is, bit, otherwise }: ParameterRow, bytes: Uint8Array): ParameterValue | undefined {
  if (bit !== undefined) return ((bytes[(bit - 1) >> 3] ?? 0) & (0x80 >> ((bit - 1) & 7))) !== 0;
  switch (is.type) {
    case "switch":
      return { "0": false, "1": true }[ascii(bytes)];
    case "number":
    case "amount":
      return /^\d+$/.test(ascii(bytes)) ? Number(ascii(bytes)) : undefined;
    case "choice":
      return is.choices.some(({ value }) => value === ascii(bytes)) ? ascii(bytes) : otherwise;
    case "digits":
      return ascii(bytes);
    case "text":
      return (hostTextDecoder(t)?.(bytes) ?? ascii(bytes)).trim();
  }
}

/** The parameters as they stand, which devices work (01–05), and how busy the line was (51). */
function statusTags(t: Terminal): Uint8Array {
  const { keypad, pinpad, msr, printer, display } = t.devices;
  const devices = [keypad, pinpad, msr, printer, display].map((device, n) => tag(`0${n + 1}`, device === undefined ? "0" : "1"));
  const codes = [...new Set(t.parameters.rows.flatMap(({ code }) => code ?? []))].sort();
  return concat(...devices, ...codes.map((code) => parameterTag(t, code)), tag("51", busyness(t)));
}

const tag = (code: string, value: string): Uint8Array => encodeUtf8(code + value);

/** Hours since the start, connections, answers: 4, 3 and 3 digits. */
function busyness({ hostRequests, system }: Terminal): string {
  const digits = (value: number, count: number): string => String(Math.min(value, 10 ** count - 1)).padStart(count, "0");
  const { begun, answered } = hostRequests.traffic;
  return digits(Math.floor(system.scheduler.now() / 3_600_000), 4) + digits(begun, 3) + digits(answered, 3);
}

const BLANK = 0x20;

/** Nothing at all when the value does not fit the code's few bytes. */
function parameterTag(t: Terminal, code: string): Uint8Array {
  const size = parameterBytes(code);
  const rows = t.parameters.rows.filter((row) => row.code === code);
  const value = new Uint8Array(size);
  for (const { id, bit } of rows) {
    if (bit !== undefined && t.parameters.value(id) === true) value[(bit - 1) >> 3]! |= 0x80 >> ((bit - 1) & 7);
  }
  const row = rows[0];
  if (row !== undefined && row.bit === undefined) {
    const text = toWire(row, t.parameters.value(row.id), size);
    const bytes = hostTextEncoder(t)?.(text) ?? encodeUtf8(text);
    if (bytes.length > size) return new Uint8Array(0);
    value.fill(BLANK);
    value.set(bytes);
  }
  return concat(encodeUtf8(code), value);
}

function toWire({ is }: ParameterRow, value: ParameterValue | undefined, size: number): string {
  if (is.type === "switch") return value === true ? "1" : "0";
  return is.type === "number" ? String(value ?? 0).padStart(size, "0") : String(value ?? "");
}

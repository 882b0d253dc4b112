/** What chips need in a terminal (§2.9, §11.1): CA keys (372, 373, then 370) and AID parameters (382, then 380). Lists come in blocks: a terminal says what it has. */
import { managed, refusedByRule } from "../answers.ts";
import type { Context } from "../context.ts";
import { declines, type Serve } from "../requests.ts";
import { bytesText, fromHex, textBytes, toHex } from "../text.ts";

const NONE = "0";
const LAST = "1";
const MORE = "2";
/** As many as surely fit into DE62. */
const ENTRIES = 10;

const text = (flag: string, hex = ""): string => bytesText(Uint8Array.from([flag.charCodeAt(0), ...fromHex(hex)]));
const tlv = (tag: string, value: string): string => tag + (value.length / 2).toString(16).toUpperCase().padStart(2, "0") + value;

/** DE62 asks `1` and two digits: how many the terminal has of this list. */
const list =
  (what: string, entries: (context: Context) => readonly string[]): Serve =>
  (context, request) => {
    if (declines(request.forced)) return refusedByRule(context, request);
    const all = entries(context);
    const held = Number((request.fields[62] ?? "").slice(1));
    const block = all.slice(held, held + ENTRIES);
    const flag = block.length === 0 ? NONE : held + block.length < all.length ? MORE : LAST;
    return managed(
      context,
      request,
      { 62: text(flag, block.join("")) },
      `${what}: ${block.length} of ${all.length}, after ${held}`,
    );
  };

const keyEntries = (sm: boolean) => (context: Context) =>
  (context.chips?.keys ?? [])
    .filter((key) => (key.sm ?? false) === sm)
    .map(({ rid, index, expiry }) => tlv("9F06", rid) + tlv("9F22", index) + tlv("DF05", toHex(textBytes(expiry))));

export const keyList = list("CA keys", keyEntries(false));
export const smKeyList = list("SM CA keys", keyEntries(true));
export const applicationList = list("AIDs", ({ chips }) => (chips?.applications ?? []).map(({ aid }) => tlv("9F06", aid)));

/** DE62 asks for one by the objects that name it. */
const one =
  (what: string, found: (context: Context, asked: string) => string | undefined): Serve =>
  (context, request) => {
    if (declines(request.forced)) return refusedByRule(context, request);
    const asked = toHex(textBytes(request.fields[62] ?? ""));
    const objects = found(context, asked);
    const words = `${what} ${asked}: ${objects === undefined ? "there is none" : "handed out"}`;
    return managed(context, request, { 62: objects === undefined ? text(NONE) : text(LAST, objects) }, words);
  };

export const keyDownload = one("CA key", ({ chips }, asked) => {
  return chips?.keys.find(({ rid, index }) => tlv("9F06", rid) + tlv("9F22", index) === asked)?.objects;
});
export const applicationDownload = one("AID", ({ chips }, asked) => {
  return chips?.applications.find(({ aid }) => tlv("9F06", aid) === asked)?.objects;
});

/** CA keys (370–373) and application parameters (380–382): first the list, then each entry by its name, then the word that all was heard (§2.9). */
import { encodeAscii, fromHex, toHex } from "../../platform/guest/bytes.ts";
import { downloadBlock } from "../acquirer/answers.ts";
import type { Fate } from "../acquirer/host.ts";
import type { ChipDownload } from "../acquirer/messages.ts";
import { encodeTlv, EmvError, parseTlv } from "../emv/index.ts";
import type { Prompt } from "../text/words.ts";
import { type CardTable, entryFault } from "./card-data.ts";
import { blacklistLacks } from "./chip-terminal.ts";
import { downloadContactless } from "./contactless-downloads.ts";
import { downloadBlacklist } from "./download.ts";
import { failureWords, manage } from "./manage.ts";
import type { Terminal } from "./terminal.ts";

export type CardDownload =
  | {
      ok: true;
      count: number;
      /** Entries that were not taken, and why. */
      left: { name: string; why: string }[];
    }
  | { ok: false; words: string };

interface TableMessages {
  /** The lists to ask for, one after the other. */
  lists(t: Terminal): ChipDownload[];
  entry: ChipDownload;
  end: ChipDownload;
  /** Objects that name an entry. */
  names: readonly string[];
  title: Prompt;
}

const TABLES: Record<CardTable, TableMessages> = {
  applications: {
    lists: () => ["aid-list"],
    entry: "aid",
    end: "aid-end",
    names: ["9F06"],
    title: "card-data.applications",
  },
  keys: {
    lists: (t) => (usesSm(t) ? ["ca-key-list", "sm-key-list"] : ["ca-key-list"]),
    entry: "ca-key",
    end: "ca-key-end",
    names: ["9F06", "9F22"],
    title: "card-data.keys",
  },
};

/** Hosts of the SM profile keep their SM2 keys in a list of their own. */
const usesSm = ({ profile }: Terminal): boolean => profile.keys.signOnCode === "005" || profile.keys.signOnCode === "006";

/** Two digits can count so many. */
const MOST_ENTRIES = 99;
const NOTHING = new Uint8Array(0);

/** One table, from where it was cut off; nothing of it counts before it is whole. */
export async function downloadTable(t: Terminal, table: CardTable): Promise<CardDownload> {
  const { title, entry, end, lists } = TABLES[table];
  const names: string[] = [];
  for (const list of lists(t)) {
    const listed = await askList(t, table, list);
    if (!Array.isArray(listed)) return listed;
    names.push(...listed);
  }
  const left: { name: string; why: string }[] = [];
  for (const [n, name] of names.entries()) {
    t.ui.show("downloading", { title, done: n, of: names.length });
    if (t.cardData.part(table)[name] !== undefined) continue;
    const fate = await manage(t, { about: "download", what: entry, block: fromHex(name), batch: t.journal.batch });
    const block = contentOf(fate);
    if (block === undefined) return { ok: false, words: failureWords(t, fate) };
    const objects = toHex(block.bytes);
    const why = block.flag === "0" ? "the host does not have it" : entryFault(table, objects);
    if (why === undefined) t.cardData.keep(table, name, objects);
    else {
      t.system.log.warn(`download: ${table} ${name}: ${why}`);
      left.push({ name, why });
    }
  }
  t.ui.show("downloading", { title, done: names.length, of: names.length });
  t.cardData.finish(table, names);
  // That all was heard; whatever becomes of it, the table is here.
  await manage(t, { about: "download", what: end, batch: t.journal.batch });
  return { ok: true, count: names.length - left.length, left };
}

/** At the first sign-on (M3): both tables, what is said of taps, and the blacklist. Nothing where no chip can be read, or when all is there. */
export async function firstDownloads(t: Terminal): Promise<CardDownload | undefined> {
  if (t.training !== undefined) return undefined;
  const chips = t.devices.icc === undefined || t.cardData.complete ? undefined : await downloadChips(t);
  if (chips?.ok === false) return chips;
  // What the merchant's trade can do without for a while: another sign-on tries again, or somebody from 7 6.
  const contactless = t.devices.picc === undefined || t.cardData.ranges.complete ? undefined : await downloadContactless(t);
  if (contactless?.ok === false) t.system.log.warn(`contactless data: ${contactless.words}`);
  if (chips === undefined && !blacklistLacks(t)) return undefined;
  const blacklist = await downloadBlacklist(t);
  if (!blacklist.ok) t.system.log.warn(`blacklist: ${blacklist.words}`);
  return chips;
}

async function downloadChips(t: Terminal): Promise<CardDownload> {
  const left: { name: string; why: string }[] = [];
  let count = 0;
  for (const table of ["applications", "keys"] as const) {
    const result = await downloadTable(t, table);
    if (!result.ok) return result;
    count += result.count;
    left.push(...result.left);
  }
  return { ok: true, count, left };
}

/** Names of a list's entries, hex digits of the objects an entry is asked for with. */
async function askList(t: Terminal, table: CardTable, what: ChipDownload): Promise<string[] | { ok: false; words: string }> {
  const { title, names: wanted } = TABLES[table];
  const names: string[] = [];
  t.ui.show("downloading", { title, done: 0, of: 0 });
  while (names.length <= MOST_ENTRIES) {
    const block = encodeAscii(`1${String(names.length).padStart(2, "0")}`);
    const fate = await manage(t, { about: "download", what, block, batch: t.journal.batch });
    const content = contentOf(fate);
    if (content === undefined) return { ok: false, words: failureWords(t, fate) };
    const listed = namesIn(content.bytes, wanted);
    if (listed === undefined) return { ok: false, words: t.ui.say("download.damaged") };
    names.push(...listed);
    // A block that brings nothing new would be asked for for ever.
    if (content.flag !== "2" || listed.length === 0) return [...new Set(names)];
  }
  return { ok: false, words: t.ui.say("download.damaged") };
}

/** Entries begin with 9F06; undefined when the bytes are no TLV or an entry lacks what names it. */
function namesIn(bytes: Uint8Array, wanted: readonly string[]): string[] | undefined {
  try {
    const entries: Map<string, Uint8Array>[] = [];
    for (const { tag, value } of parseTlv(bytes, { flat: true })) {
      if (tag === "9F06") entries.push(new Map());
      entries.at(-1)?.set(tag, value);
    }
    if (entries.some((entry) => wanted.some((tag) => !entry.has(tag)))) return undefined;
    return entries.map((entry) => toHex(encodeTlv(wanted.map((tag): [string, Uint8Array] => [tag, entry.get(tag) ?? NOTHING]))));
  } catch (error) {
    if (error instanceof EmvError) return undefined;
    throw error;
  }
}

const contentOf = (fate: Fate | undefined) =>
  fate?.fate === "answered" && fate.code === "00" ? downloadBlock(fate.answer) : undefined;

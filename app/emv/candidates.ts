/** Which applications card and terminal have in common, told from what the card says: pure (§6.2). */
import { type Bytes, EmvError, startsWith, toBytes, toHex, toText } from "./bytes.ts";
import { kindOf } from "./dictionary.ts";
import type { Application, Terminal } from "./terminal.ts";
import { findTlv, onlyTlv, type Tlv, valueIn } from "./tlv.ts";

export interface Candidate {
  /** Full name of the application on the card, hex digits. */
  aid: string;
  /** To show: 9F12 when the terminal has its characters, else 50, else the AID. */
  name: string;
  /** 50 and 9F12 as they are, undefined when the card gives none. */
  label: string | undefined;
  preferredName: string | undefined;
  /** 1 comes first; 0 means no priority and comes last. */
  priority: number;
  /** The cardholder has to agree. */
  confirm: boolean;
  /** 5F2D: "zh", "en" … in order. */
  languages: readonly string[];
  /** Of a contactless directory, hex digits. */
  kernelId: string | undefined;
  /** The terminal's application it was matched with. */
  application: Application;
}

export interface Fci {
  /** 84. */
  name: Uint8Array;
  /** All inside A5. */
  proprietary: readonly Tlv[];
}

/** An FCI with 84 and A5; undefined when it is not one. */
export function parseFci(bytes: Bytes): Fci | undefined {
  const fci = onlyTlv(toBytes(bytes, "FCI"), "6F");
  const name = findTlv(fci?.children ?? [], "84");
  const proprietary = findTlv(fci?.children ?? [], "A5");
  if (name === undefined || name.value.length < 1 || name.value.length > 16 || proprietary === undefined) return undefined;
  return { name: name.value, proprietary: proprietary.children ?? [] };
}

/** Entries (61) of a directory record; undefined when it is no template 70. */
export function directoryEntries(record: Bytes): Tlv[] | undefined {
  const template = onlyTlv(toBytes(record, "record"), "70");
  return template?.children?.filter(({ tag }) => tag === "61");
}

/** The terminal's application a name belongs to: the exact one, else the longest that may be partial. */
export function matching(name: Uint8Array, applications: readonly Application[]): Application | undefined {
  const digits = toHex(name);
  const fits = applications.filter(({ aid, partial }) => aid === digits || (partial && startsWith(name, toBytes(aid))));
  return fits.sort((a, b) => b.aid.length - a.aid.length)[0];
}

/** From the objects of a directory entry, or of A5. */
export function candidateFrom(
  objects: readonly Tlv[],
  name: Uint8Array,
  application: Application,
  terminal: Terminal,
): Candidate {
  const text = (tag: string): string | undefined => wellFormed(tag, valueIn(objects, tag));
  const priority = valueIn(objects, "87")[0] ?? 0;
  const codeTable = valueIn(objects, "9F11")[0];
  const preferredName = text("9F12");
  const readable = codeTable !== undefined && terminal.characterSets.includes(codeTable);
  const label = text("50");
  const kernel = valueIn(objects, "9F2A");
  return {
    aid: toHex(name),
    name: (readable ? preferredName : undefined) ?? label ?? toHex(name),
    label,
    preferredName,
    priority: priority & 0x0f,
    confirm: (priority & 0x80) !== 0,
    languages: text("5F2D")?.match(/../g) ?? [],
    kernelId: kernel.length === 0 ? undefined : toHex(kernel),
    application,
  };
}

/** Empty, or longer than the dictionary allows, is as if it were not there. */
function wellFormed(tag: string, value: Uint8Array): string | undefined {
  const most = kindOf(tag)?.max ?? 16;
  return value.length === 0 || value.length > most ? undefined : toText(value);
}

/** Candidates of directory records, in the card's order. Throws EmvError "value" for a record that is none. */
export function candidatesOf(records: readonly Bytes[], terminal: Terminal): Candidate[] {
  return records.flatMap((record, i) => {
    const entries = directoryEntries(record);
    if (entries === undefined) throw new EmvError("value", `record ${i + 1}`, "is no directory record (template 70)");
    return entries.flatMap((entry) => candidateOf(entry, terminal) ?? []);
  });
}

/** What an entry does not say for itself the directory says for all of them: code table and languages. */
const OF_THE_DIRECTORY: ReadonlySet<string> = new Set(["9F11", "5F2D"]);

/** Undefined when the entry names no application the terminal has. `directory` is A5 of the directory's FCI. */
export function candidateOf(entry: Tlv, terminal: Terminal, directory: readonly Tlv[] = []): Candidate | undefined {
  const objects = [...(entry.children ?? []), ...directory.filter(({ tag }) => OF_THE_DIRECTORY.has(tag))];
  const name = valueIn(objects, "4F");
  if (name.length < 5 || name.length > 16) return undefined;
  const application = matching(name, terminal.applications);
  return application === undefined ? undefined : candidateFrom(objects, name, application, terminal);
}

/** Highest priority first; equal ones in the card's order. */
export function inOrder(candidates: readonly Candidate[]): Candidate[] {
  const rank = ({ priority }: Candidate): number => (priority === 0 ? 16 : priority);
  return [...candidates].sort((a, b) => rank(a) - rank(b));
}

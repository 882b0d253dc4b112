/**
 * The terminal's parameters (M26): the profile gives the defaults, what was keyed or downloaded is stored over them, sealed. `profile` is the two
 * together, and all that the rest of the app reads. The table of parameters is app/admin/parameters.table.ts.
 */
import { assert } from "../../platform/guest/assert.ts";
import { decodeUtf8, encodeUtf8 } from "../../platform/guest/bytes.ts";
import type { System } from "../../platform/guest/system.ts";
import { DIRECTIONS } from "../model/ledger.ts";
import type { Profile } from "../model/profile.ts";
import type { TransactionKind } from "../model/transaction.ts";
import type { Prompt } from "../text/words.ts";
import type { Audit } from "./audit.ts";
import { profileProblem } from "./profile.ts";
import type { Terminal } from "./terminal.ts";

type IdOf<P> = P extends `param.${infer Id}` ? Id : never;
/** Each has its title in app/text: `param.<id>`. */
export type ParameterId = IdOf<Prompt>;
export type ParameterGroup = GroupOf<Prompt>;
type GroupOf<P> = P extends `param-group.${infer Group}` ? Group : never;
export type ParameterUnit = "s" | "times" | "percent" | "minutes" | "hour" | "days" | "rate";

export type ParameterValue = string | number | boolean;

export type ParameterType =
  /** A string of digits. */
  | { type: "digits"; min: number; max: number; begins?: string }
  | { type: "number"; min: number; max: number; unit?: ParameterUnit }
  | { type: "amount"; minFen: number; maxFen: number }
  | { type: "choice"; choices: readonly { value: string; text: Prompt }[] }
  | { type: "switch" }
  /** max: bytes of GBK. secret: never shown. */
  | { type: "text"; min: number; max: number; form?: RegExp; secret?: boolean };

export interface ParameterRow {
  id: ParameterId;
  group: ParameterGroup;
  is: ParameterType;
  /** Where the profile has it. Without one, the parameter lives here alone. */
  path?: string;
  /** The profile's number is this many times ours: milliseconds of our seconds. */
  factor?: number;
  /** A switch for one member of the list at `path`; no list there means all of `list`. */
  member?: string;
  list?: readonly string[];
  /** What it is when neither the profile nor anybody says. */
  initial?: ParameterValue;
  /** Its code in a download (§7.3); `bit` of the four bytes of 26, from 1. */
  code?: string;
  bit?: number;
  /** Of a downloaded choice that is none of ours. */
  otherwise?: string;
  /** host: only by a download · nobody: shown only. */
  who: "administrator" | "host" | "nobody";
  /** Not while a batch is open or money is owed: the host knows them under this one. */
  frozen?: boolean;
  /** What reads it and is not in this terminal: it is kept, told to the host, and said so on the screen. */
  needs?: "modem" | "signature-pad" | "inside-pad";
  /** A change needs a new sign-on · a restart. */
  signOn?: boolean;
  restart?: boolean;
}

/** Why a value is refused; app/text has `param-refused.<why>`. */
export interface Refused {
  why: "digits" | "begins" | "range" | "amount" | "choice" | "short" | "long" | "form" | "frozen" | "fixed" | "profile";
  values: Record<string, string | number>;
}

export interface ParameterChange {
  id: ParameterId;
  value: ParameterValue;
}

export interface Parameters {
  /** Defaults with what is stored over them. A new object after each change. */
  readonly profile: Profile;
  readonly rows: readonly ParameterRow[];
  value(id: ParameterId): ParameterValue | undefined;
  /** undefined: it may be so. */
  refusal(row: ParameterRow, value: ParameterValue): Refused | undefined;
  /** All in one commit, with their line in the audit log. Throws StoreError and changes nothing when the store refuses; no value may be one that `refusal` refuses. */
  set(by: string, what: "parameter" | "download", changes: readonly ParameterChange[]): void;
  /** Called after a change. */
  onChange: (() => void) | undefined;
}

const KEY = "parameters";

/** Throws when what is stored was altered. A stored value that the table no longer allows is left out, and logged. */
export function openParameters(system: System, defaults: Profile, rows: readonly ParameterRow[], audit: Audit): Parameters {
  return new StoredParameters(system, defaults, rows, audit);
}

type Values = Partial<Record<ParameterId, ParameterValue>>;

class StoredParameters implements Parameters {
  onChange: (() => void) | undefined;
  profile: Profile;
  readonly #byId: ReadonlyMap<ParameterId, ParameterRow>;
  #stored: Values;

  constructor(
    private readonly system: System,
    private readonly defaults: Profile,
    readonly rows: readonly ParameterRow[],
    private readonly audit: Audit,
  ) {
    this.#byId = new Map(rows.map((row) => [row.id, row]));
    assert(this.#byId.size === rows.length, "no parameter stands twice in the table");
    this.profile = defaults;
    this.#stored = this.#open();
    this.profile = this.#composed(this.#stored);
  }

  value(id: ParameterId): ParameterValue | undefined {
    const row = this.#row(id);
    return this.#stored[id] ?? defaultOf(row, this.defaults);
  }

  refusal(row: ParameterRow, value: ParameterValue): Refused | undefined {
    const refused = wrongValue(row.is, value);
    if (refused !== undefined) return refused;
    const problem = profileProblem(this.#composed({ ...this.#stored, [row.id]: value }));
    return problem === undefined ? undefined : { why: "profile", values: { words: problem } };
  }

  set(by: string, what: "parameter" | "download", changes: readonly ParameterChange[]): void {
    if (changes.length === 0) return;
    const next: Values = { ...this.#stored };
    for (const { id, value } of changes) {
      const row = this.#row(id);
      assert(wrongValue(row.is, value) === undefined, `${id} was checked before`);
      if (value === defaultOf(row, this.defaults)) delete next[id];
      else next[id] = value;
    }
    const profile = this.#composed(next);
    const stored = { put: KEY, value: this.system.seal(encodeUtf8(JSON.stringify(next))) };
    this.audit.record({ who: by, what, result: "ok", object: changes.map((change) => this.#told(change)).join(" ") }, [stored]);
    this.#stored = next;
    this.profile = profile;
    this.onChange?.();
  }

  /** "count.retries 3>5"; a secret is only named. */
  #told({ id, value }: ParameterChange): string {
    const { is } = this.#row(id);
    return is.type === "text" && is.secret ? id : `${id} ${String(this.value(id) ?? "")}>${String(value)}`;
  }

  #row(id: ParameterId): ParameterRow {
    const row = this.#byId.get(id);
    assert(row !== undefined, `${id} is in the table`);
    return row;
  }

  #open(): Values {
    const sealed = this.system.store.get(KEY);
    if (sealed === undefined) return {};
    const stored = JSON.parse(decodeUtf8(this.system.unseal(sealed))) as Values;
    return Object.fromEntries(
      Object.entries(stored).filter(([id, value]) => {
        const row = this.#byId.get(id as ParameterId);
        const good = row !== undefined && this.refusal(row, value) === undefined;
        if (!good) this.system.log.warn(`parameter ${id}: what is stored is no value of this firmware's; the default counts`);
        return good;
      }),
    );
  }

  #composed(stored: Values): Profile {
    const profile = JSON.parse(JSON.stringify(this.defaults)) as Profile;
    for (const row of this.rows) {
      const value = stored[row.id];
      if (value !== undefined && row.path !== undefined) put(profile, row, value);
    }
    const tips = this.#byId.get("tip.mode");
    return agreed(profile, String(stored["tip.mode"] ?? tips?.initial), stored["application.type"]);
  }
}

/** What one parameter says about another. */
function agreed(profile: Profile, tipMode: string, applicationType: ParameterValue | undefined): Profile {
  // A tip switched off is a tip of nothing, whatever the percentage says; "adjustment" leaves no tips by themselves.
  if (tipMode === "0") profile.rules = { ...profile.rules, tipPercent: 0 };
  if (tipMode === "2")
    profile.rules = { ...profile.rules, enabled: (profile.rules?.enabled ?? KINDS).filter((kind) => kind !== "tip") };
  // §1.3: the header begins with the class of the application.
  if (typeof applicationType === "string" && applicationType.startsWith("6"))
    profile.header = applicationType + profile.header.slice(2);
  // §4.3: keys of SM4 make one kind of MAC, and no others make it.
  const sm = profile.keys.signOnCode === "005" || profile.keys.signOnCode === "006";
  if (sm !== (profile.keys.mac === "sm4")) profile.keys = { ...profile.keys, mac: sm ? "sm4" : "ecb" };
  const { backup } = profile.host as { backup?: Partial<NonNullable<Profile["host"]["backup"]>> };
  if (backup !== undefined) {
    if (backup.host === undefined || backup.host === "") delete profile.host.backup;
    else backup.port ??= profile.host.port;
  }
  return profile;
}

const KINDS = Object.keys(DIRECTIONS) as TransactionKind[];

type Tree = Record<string, unknown>;

function at(profile: Profile, path: string): unknown {
  return path.split(".").reduce<unknown>((tree, name) => (tree as Tree | undefined)?.[name], profile);
}

/** The row's value in the profile; what it is initially when there is none. */
function defaultOf({ path, factor = 1, member, is, initial }: ParameterRow, profile: Profile): ParameterValue | undefined {
  const found = path === undefined ? undefined : at(profile, path);
  if (member !== undefined) return found === undefined ? true : (found as string[]).includes(member);
  if (found === undefined) return initial;
  if (is.type === "choice") return String(found);
  return typeof found === "number" ? found / factor : (found as ParameterValue);
}

function put(profile: Profile, { path = "", factor = 1, member, list = [], is }: ParameterRow, value: ParameterValue): void {
  const names = path.split(".");
  const last = names.pop() ?? "";
  let tree = profile as unknown as Tree;
  for (const name of names) tree = (tree[name] ??= {}) as Tree;
  if (member !== undefined) {
    const now = (tree[last] as string[] | undefined) ?? [...list];
    tree[last] = value === true ? [...new Set([...now, member])] : now.filter((each) => each !== member);
  } else if (is.type === "choice") {
    // Where the profile has a number, the choice is one too.
    tree[last] = typeof tree[last] === "number" ? Number(value) : value;
  } else tree[last] = typeof value === "number" ? value * factor : value;
}

/** Bytes of GBK: one for ASCII, two for anything else. */
export const gbkBytes = (text: string): number => [...text].reduce((sum, character) => sum + (character < "\x80" ? 1 : 2), 0);

const within = (value: number, min: number, max: number): boolean => Number.isSafeInteger(value) && value >= min && value <= max;

export function wrongValue(is: ParameterType, value: ParameterValue): Refused | undefined {
  switch (is.type) {
    case "switch":
      return typeof value === "boolean" ? undefined : { why: "choice", values: {} };
    case "choice":
      return is.choices.some((choice) => choice.value === value) ? undefined : { why: "choice", values: {} };
    case "number":
      return typeof value === "number" && within(value, is.min, is.max)
        ? undefined
        : { why: "range", values: { min: is.min, max: is.max } };
    case "amount":
      return typeof value === "number" && within(value, is.minFen, is.maxFen)
        ? undefined
        : { why: "amount", values: { min: (is.minFen / 100).toFixed(2), max: (is.maxFen / 100).toFixed(2) } };
    case "digits":
      if (typeof value !== "string" || !/^\d*$/.test(value) || value.length < is.min || value.length > is.max)
        return { why: "digits", values: { count: is.min === is.max ? is.min : `${is.min}–${is.max}` } };
      return is.begins === undefined || value.startsWith(is.begins)
        ? undefined
        : { why: "begins", values: { begins: is.begins } };
    case "text": {
      const text = typeof value === "string" ? value : "";
      if (text.length < is.min) return { why: "short", values: { min: is.min } };
      if (gbkBytes(text) > is.max) return { why: "long", values: { max: is.max } };
      return text === "" || is.form === undefined || is.form.test(text) ? undefined : { why: "form", values: {} };
    }
  }
}

/** Something has still to reach the host, or a settlement stands half done. */
export function moneyIsOwed({ journal }: Pick<Terminal, "journal">): boolean {
  return journal.owed !== undefined || journal.settlement !== undefined || journal.pendingAdvices().length > 0;
}

/** A batch is open, or money is owed: the host knows both under the present numbers. */
export function moneyIsOpen({ journal }: Pick<Terminal, "journal">): boolean {
  return journal.count > 0 || moneyIsOwed({ journal });
}

/** Why this row cannot become `value` now. `by`: who wants it. */
export function refusalOf(
  t: Pick<Terminal, "journal" | "parameters">,
  row: ParameterRow,
  value: ParameterValue,
  by: "administrator" | "host",
): Refused | undefined {
  if (row.who === "nobody" || (row.who === "host" && by !== "host")) return { why: "fixed", values: {} };
  if (row.frozen === true && moneyIsOpen(t)) return { why: "frozen", values: {} };
  return t.parameters.refusal(row, value);
}

/** Sets them and does what they ask for; resolves whether a restart is needed before all of them count. */
export function changeParameters(
  t: Pick<Terminal, "journal" | "parameters">,
  by: string,
  what: "parameter" | "download",
  changes: readonly ParameterChange[],
): { restart: boolean } {
  const real = changes.filter(({ id, value }) => t.parameters.value(id) !== value);
  t.parameters.set(by, what, real);
  const rows = t.parameters.rows.filter(({ id }) => real.some((change) => change.id === id));
  if (rows.some(({ signOn }) => signOn) && t.journal.signedOn) t.journal.needSignOn();
  return { restart: rows.some(({ restart }) => restart) };
}

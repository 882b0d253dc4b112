/**
 * The words of a scenario: one line, one call of the API (or one look at its answers). A row a verb; ./README.md is the list for people.
 */
export interface Api {
  call<T>(method: "GET" | "POST" | "DELETE", path: string, body?: unknown): Promise<T>;
}

export interface SlipView {
  text: string[];
}
export interface StateView {
  power: string;
  level: string | null;
  screen: { id: string; title: string; lines: string[]; hints: string[] };
  batch: string;
  trace: string;
  debt: { reversals: number | null; offline: number | null };
  indicators: Record<string, unknown>;
  leds: Record<string, boolean>;
}
interface MessageView {
  dir: string;
  mti: string;
  fields: Record<string, string>;
  mac: string;
}

/** An expectation that was not met; the words say what was there instead. */
export class Unmet extends Error {}
/** A step nobody understands. */
export class Unreadable extends Error {}

type Run = (api: Api, words: string[], rest: string) => Promise<void>;

interface Verb {
  verb: string;
  /** How it is written, for people. */
  usage: string;
  run: Run;
}

const keys = (api: Api, names: string[]): Promise<StateView> => api.call("POST", "/keys", { keys: names });

/** "100.00" → the digits a person types, from the fen up. */
export function amountKeys(amount: string): string[] {
  if (!/^\d+(\.\d{1,2})?$/.test(amount)) throw new Unreadable(`amount ${amount}: yuan with at most two decimals, like 100.00`);
  const [yuan = "0", fen = ""] = amount.split(".");
  return [...(yuan + fen.padEnd(2, "0")).replace(/^0+(?=\d)/, "")];
}

/** "60s" "5m" "1h" "2d" or ms. */
export function durationMs(text: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)?$/.exec(text);
  if (match === null) throw new Unreadable(`${text}: a time like 500ms, 60s, 5m, 1h or 2d`);
  const unit = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 }[match[2] ?? "ms"] ?? 1;
  return Math.round(Number(match[1]) * unit);
}

const whole = (text: string | undefined, name: string): number => {
  if (text === undefined || !/^\d+$/.test(text)) throw new Unreadable(`${name}: a whole number`);
  return Number(text);
};
const required = (word: string | undefined, name: string): string => {
  if (word === undefined || word === "") throw new Unreadable(`${name} is missing`);
  return word;
};

export const VERBS: readonly Verb[] = [
  {
    verb: "login",
    usage: "login 01 0000",
    run: async (api, [operator, password]) => {
      await keys(api, [...required(operator, "operator"), "enter", ...required(password, "password"), "enter"]);
    },
  },
  { verb: "keys", usage: "keys menu 8 1", run: async (api, names) => void (await keys(api, names)) },
  { verb: "key", usage: "key enter", run: async (api, names) => void (await keys(api, names)) },
  { verb: "enter", usage: "enter", run: async (api) => void (await keys(api, ["enter"])) },
  { verb: "cancel", usage: "cancel", run: async (api) => void (await keys(api, ["cancel"])) },
  {
    verb: "amount",
    usage: "amount 100.00",
    run: async (api, [amount]) => void (await keys(api, [...amountKeys(required(amount, "amount")), "enter"])),
  },
  {
    verb: "type",
    usage: "type 0210 37 (what the last such message said, digit by digit)",
    run: async (api, [mti, field]) => {
      const messages = await api.call<MessageView[]>("GET", "/messages");
      const last = messages.findLast((message) => message.mti === required(mti, "mti"));
      const value = last?.fields[required(field, "field")];
      if (value === undefined) throw new Unmet(`type ${mti} ${field}: there was no ${mti} with a field ${field}`);
      if (!/^\d+$/.test(value)) throw new Unreadable(`type ${mti} ${field}: ${value} has more than digits`);
      await keys(api, [...value]);
    },
  },
  {
    verb: "swipe",
    usage: "swipe debit-1 · swipe track2 6222…=3012…",
    run: async (api, [first, second]) => {
      const card = required(first, "card");
      const body = /^track[123]$/.test(card) ? { [card]: required(second, card) } : { card };
      await api.call("POST", "/card", { action: "swipe", ...body });
    },
  },
  ...(["insert", "tap"] as const).map((action) => ({
    verb: action,
    usage: `${action} CARD`,
    run: async (api: Api, [card]: string[]) => void (await api.call("POST", "/card", { action, card: required(card, "card") })),
  })),
  { verb: "remove", usage: "remove", run: async (api) => void (await api.call("POST", "/card", { action: "remove" })) },
  { verb: "scan", usage: "scan 6212…", run: async (api, _words, code) => void (await api.call("POST", "/scan", { code })) },
  { verb: "pin", usage: "pin 123456", run: async (api, [pin]) => void (await api.call("POST", "/pinpad", { pin: pin ?? "" })) },
  {
    verb: "pinpad",
    usage: "pinpad enter · pinpad cancel · pinpad 1 2 3",
    run: async (api, names) => {
      const body = names.length === 1 && names[0] === "cancel" ? { action: "cancel" } : { keys: names };
      await api.call("POST", "/pinpad", body);
    },
  },
  { verb: "tear", usage: "tear", run: async (api) => void (await api.call("DELETE", "/paper")) },
  {
    verb: "fault",
    usage: "fault host drop-response 1 · fault host cut-at-byte value 9",
    run: async (api, [device, fault, ...more]) => {
      const body: Record<string, unknown> = { device: required(device, "device"), fault: required(fault, "fault") };
      while (more.length > 0) {
        const word = more.shift()!;
        if (word === "value" || word === "count") body[word] = Number(required(more.shift(), word));
        else body.count = whole(word, "count");
      }
      await api.call("POST", "/faults", body);
    },
  },
  {
    verb: "clear",
    usage: "clear faults [device [fault]] · clear rules",
    run: async (api, [what, device, fault]) => {
      if (what === "rules") return void (await api.call("DELETE", "/acquirer/rules"));
      if (what !== "faults") throw new Unreadable("clear faults, or clear rules");
      await api.call("DELETE", "/faults", {
        ...(device === undefined ? {} : { device }),
        ...(fault === undefined ? {} : { fault }),
      });
    },
  },
  {
    verb: "power",
    usage: "power cut|on|cycle",
    run: async (api, [action]) => void (await api.call("POST", "/power", { action })),
  },
  {
    verb: "clock",
    usage: "clock advance 60s · clock at 2026-12-31T23:59:50+08:00 · clock run free",
    run: async (api, [what, value]) => {
      if (what === "advance") await api.call("POST", "/clock", { advanceMs: durationMs(required(value, "time")) });
      else if (what === "at" || what === "run") await api.call("POST", "/clock", { [what]: value });
      else throw new Unreadable("clock advance, clock at, or clock run");
    },
  },
  {
    verb: "rule",
    usage: "rule amount 0.51 answer 51 [count 1] · rule mti 0400 fault silence",
    run: async (api, words) => void (await api.call("POST", "/acquirer", rule(words))),
  },
  {
    verb: "account",
    usage: "account 6222021234567890128 pin 246810 balance 1000.00 expiry 3012",
    run: async (api, [pan, ...more]) => {
      const account: Record<string, unknown> = { pan: required(pan, "card number"), balanceFen: 0 };
      for (let i = 0; i < more.length; i += 2) {
        const name = more[i]!;
        const value = required(more[i + 1], name);
        if (name === "balance") account.balanceFen = Number(amountKeys(value).join(""));
        else account[name] = value;
      }
      await api.call("POST", "/acquirer", { account });
    },
  },
  { verb: "chapter", usage: "chapter M11 消费撤销 (a heading in reports; does nothing)", run: () => Promise.resolve() },
  { verb: "expect", usage: "expect screen approved (see below)", run: (api, words, rest) => expectation(api, words, rest) },
];

/** match words (amount mti card management terminal, or a field number), then answer CODE or fault NAME, then count, delay. */
function rule(words: string[]): Record<string, unknown> {
  const match: Record<string, unknown> = {};
  const made: Record<string, unknown> = { match };
  for (let i = 0; i < words.length; i += 2) {
    const name = words[i]!;
    const value = required(words[i + 1], name);
    if (name === "amount") match.amount = amountKeys(value).join("").padStart(12, "0");
    else if (["mti", "card", "management", "terminal"].includes(name)) match[name] = value;
    else if (/^\d{1,2}$/.test(name)) match.fields = { ...(match.fields as object | undefined), [name]: value };
    else if (name === "answer") made.answer = { "39": value };
    else if (name === "fault") made.fault = value;
    else if (name === "count" || name === "atByte") made[name] = whole(value, name);
    else if (name === "delay") made.delayMs = durationMs(value);
    else
      throw new Unreadable(
        `rule: "${name}" is not one of amount mti card management terminal, a field number, answer, fault, count, delay`,
      );
  }
  return made;
}

// — expectations —

interface Look {
  what: string;
  usage: string;
  run: Run;
}

const contains = (texts: string[], wanted: string): boolean => texts.some((text) => text.includes(wanted));

function equal(what: string, found: unknown, wanted: string): void {
  if (String(found) !== wanted) throw new Unmet(`expected ${what} ${wanted}, found ${String(found)}`);
}

const state = (api: Api): Promise<StateView> => api.call("GET", "/state");
const slips = (api: Api): Promise<SlipView[]> => api.call("GET", "/paper");

export const LOOKS: readonly Look[] = [
  {
    what: "screen",
    usage: "expect screen approved",
    run: async (api, [, id]) => {
      const { screen } = await state(api);
      if (screen.id !== id) throw new Unmet(`expected screen ${id}, found ${screen.id}: ${screen.lines.join(" | ")}`);
    },
  },
  {
    what: "line",
    usage: "expect line 余额不足",
    run: async (api, _words, rest) => {
      const { screen } = await state(api);
      if (!contains([screen.title, ...screen.lines, ...screen.hints], rest)) {
        throw new Unmet(`expected "${rest}" on the screen, found: ${[screen.title, ...screen.lines].join(" | ")}`);
      }
    },
  },
  {
    what: "slip",
    usage: "expect slip contains 消费 · expect slip without 6229990000000000019",
    run: async (api, [, how], rest) => {
      const wanted = rest.slice((how ?? "").length).trim();
      const found = await slips(api);
      const there = contains(
        found.map(({ text }) => text.join("\n")),
        wanted,
      );
      if (how === "contains" && !there)
        throw new Unmet(`no slip contains "${wanted}"; last: ${found.at(-1)?.text.join(" | ") ?? "nothing printed"}`);
      if (how === "without" && there) throw new Unmet(`a slip contains "${wanted}"`);
      if (how !== "contains" && how !== "without") throw new Unreadable("expect slip contains …, or expect slip without …");
    },
  },
  {
    what: "slips",
    usage: "expect slips 2",
    run: async (api, [, count]) => equal("slips", (await slips(api)).length, required(count, "number")),
  },
  {
    what: "message",
    usage: "expect message 0400 39=98 · expect message none 0400",
    run: async (api, [, first, ...more]) => {
      const all = await api.call<MessageView[]>("GET", "/messages?clear=1");
      if (first === "none") {
        const [mti] = more;
        if (all.some((message) => message.mti === mti)) throw new Unmet(`a message ${mti} was on the line`);
        return;
      }
      const last = all.filter((message) => message.mti === first).at(-1);
      if (last === undefined) throw new Unmet(`no message ${first}; there were ${all.map(({ mti }) => mti).join(" ") || "none"}`);
      for (const pair of more) {
        const [name = "", wanted = ""] = pair.split("=");
        equal(`${first} ${name}`, name === "mac" ? last.mac : last.fields[name], wanted);
      }
    },
  },
  {
    what: "check",
    usage: "expect check ok",
    run: async (api) => {
      const { ok, differences } = await api.call<{ ok: boolean; differences: { words: string }[] }>("GET", "/check");
      if (!ok) throw new Unmet(`the books differ: ${differences.map(({ words }) => words).join("; ")}`);
    },
  },
  {
    what: "level",
    usage: "expect level ready",
    run: async (api, [, level]) => equal("level", (await state(api)).level, level ?? ""),
  },
  {
    what: "power",
    usage: "expect power off",
    run: async (api, [, power]) => equal("power", (await state(api)).power, power ?? ""),
  },
  {
    what: "batch",
    usage: "expect batch 000001",
    run: async (api, [, batch]) => equal("batch", (await state(api)).batch, batch ?? ""),
  },
  {
    what: "debt",
    usage: "expect debt 1",
    run: async (api, [, count]) => equal("owed reversals", (await state(api)).debt.reversals, required(count, "number")),
  },
  {
    what: "journal",
    usage: "expect journal 2",
    run: async (api, [, count]) => {
      const { transactions } = await api.call<{ transactions: unknown[] }>("GET", "/journal");
      equal("transactions", transactions.length, required(count, "number"));
    },
  },
];

async function expectation(api: Api, words: string[], rest: string): Promise<void> {
  const [what = ""] = words;
  const look = LOOKS.find((each) => each.what === what);
  if (look === undefined) throw new Unreadable(`expect ${what}: not one of ${LOOKS.map((each) => each.what).join(", ")}`);
  await look.run(api, words, rest.slice(what.length).trim());
}

/** Runs one line. Throws Unmet, Unreadable, or what the API refused. */
export async function runStep(api: Api, line: string): Promise<void> {
  const text = line.trim();
  const [verb = ""] = text.split(/\s+/);
  const found = VERBS.find((each) => each.verb === verb);
  if (found === undefined) throw new Unreadable(`"${verb}" is not one of ${VERBS.map((each) => each.verb).join(", ")}`);
  const rest = text.slice(verb.length).trim();
  await found.run(api, rest === "" ? [] : rest.split(/\s+/), rest);
}

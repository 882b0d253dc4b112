/** Every parameter has somebody who reads it, or says what it needs that this terminal has not; every switch rules its transaction. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { PARAMETERS } from "../../../app/admin/parameters.table.ts";
import { type Entry, MAIN_MENU, offered } from "../../../app/menu.ts";
import type { Profile } from "../../../app/model/profile.ts";
import type { TransactionKind } from "../../../app/model/transaction.ts";
import { openAudit } from "../../../app/steps/audit.ts";
import { fromWire } from "../../../app/steps/download.ts";
import { openParameters, type ParameterRow } from "../../../app/steps/parameters.ts";
import { readProfile } from "../../../app/steps/profile.ts";
import { isEnabled, permit } from "../../../app/steps/rules.ts";
import { tippable } from "../../../app/steps/tips.ts";
import { Left, type Terminal } from "../../../app/steps/terminal.ts";
import { createFakeSystem } from "../../fakes/system.ts";

/** Where a parameter is written down, checked or browsed; reading it there is no use of it. */
const KEEPERS = /app\/(admin\/parameters|steps\/(parameters|profile)\.ts|model\/profile\.ts|text\/)/;

const sources = ["app", "hal"].flatMap((room) =>
  readdirSync(room, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .map((name) => join(room, name)),
);
const code = sources.filter((file) => !KEEPERS.test(file)).map((file) => readFileSync(file, "utf8"));
const somebodyReads = (words: RegExp): boolean => code.some((text) => words.test(text));

/** A name in the profile counts only where it is read from an object or taken out of one; a default beside it does not. */
function isRead({ id, path, group }: ParameterRow): boolean {
  if (path !== undefined) {
    const name = path.split(".").at(-1) ?? "";
    return somebodyReads(new RegExp(`\\.${name}\\b|rule\\([^)]*"${name}"|[{,]\\s*${name}\\s*[,}=]`));
  }
  if (group === "risk") return somebodyReads(/value\(`risk\.\$\{id\}/);
  return somebodyReads(new RegExp(`value\\("${id.replaceAll(".", "\\.")}"\\)`));
}

/** Read where they are kept: what one says about another (steps/parameters.ts), and what the journal counts (admin/parameters.ts). */
const READ_AT_HOME = {
  "tip.mode": ["app/steps/parameters.ts", '"tip.mode"'],
  "application.type": ["app/steps/parameters.ts", '"application.type"'],
  "counter.batch": ["app/admin/parameters.ts", "journal.batch"],
  "counter.trace": ["app/admin/parameters.ts", "journal.nextTrace"],
} as const;

describe("who uses it", () => {
  test.each(PARAMETERS.filter(({ needs }) => needs === undefined).map((row) => [row.id, row] as const))("%s", (id, row) => {
    const home = (READ_AT_HOME as Record<string, readonly [string, string]>)[id];
    if (home === undefined) expect(isRead(row)).toBe(true);
    else expect(readFileSync(home[0], "utf8")).toContain(home[1]);
  });

  test("a parameter that needs what is not here is not read either", () => {
    for (const row of PARAMETERS.filter(({ needs }) => needs !== undefined))
      expect([row.id, isRead(row)]).toEqual([row.id, false]);
  });
});

const { testKeys: _, ...demo } = JSON.parse(readFileSync("tools/sim/profiles/demo.json", "utf8")) as Profile & {
  testKeys: unknown;
};

function merchant(rules: Profile["rules"] = demo.rules) {
  const system = createFakeSystem();
  const profile = readProfile(new TextEncoder().encode(JSON.stringify({ ...demo, rules })));
  const audit = openAudit(system, { now: () => ({ date: "20261121", time: "090000" }) });
  const parameters = openParameters(system, profile, PARAMETERS, audit);
  const t = {
    parameters,
    get profile() {
      return parameters.profile;
    },
    ui: { say: (key: string) => key },
    journal: { full: false },
  } as unknown as Terminal;
  return { t, parameters };
}

type Kind = TransactionKind | "balance";

function entriesOf(kind: Kind, { rows = [], ...entry }: Entry = MAIN_MENU): Entry[] {
  return [...(entry.kind === kind ? [entry] : []), ...rows.flatMap((row) => entriesOf(kind, row))];
}

const SWITCHES = PARAMETERS.filter(({ group }) => group === "trade");
const kindOf = ({ id }: ParameterRow): Kind => id.slice("trade.".length) as Kind;
const KINDS = SWITCHES.map(kindOf);

describe("the switches of 26 (§7.3), each against every transaction", () => {
  test.each(SWITCHES.map((row) => [row.id, row] as const))("%s off takes away its own rows and no other", (id, row) => {
    const { t, parameters } = merchant();
    expect(entriesOf(kindOf(row)).length).toBeGreaterThan(0);
    parameters.set("99", "parameter", [{ id, value: false }]);
    for (const kind of KINDS) {
      const mine = kind === kindOf(row);
      expect([kind, isEnabled(t, kind)]).toEqual([kind, !mine]);
      for (const entry of entriesOf(kind)) expect([entry.text, offered(t, entry)]).toEqual([entry.text, !mine]);
      if (mine) expect(() => permit(t, kind)).toThrow(Left);
      else expect(() => permit(t, kind)).not.toThrow();
    }
  });

  test("each of the 32 bits of a download changes at most its own switch", () => {
    const { t } = merchant();
    const bits = PARAMETERS.filter(({ code }) => code === "26");
    expect(bits.map(({ bit }) => bit).sort((a, b) => (a ?? 0) - (b ?? 0))).toEqual(Array.from({ length: 13 }, (_, n) => n + 1));
    for (let bit = 1; bit <= 32; bit++) {
      const bytes = new Uint8Array(4);
      bytes[(bit - 1) >> 3] = 0x80 >> ((bit - 1) & 7);
      const on = bits.filter((row) => fromWire(t, row, bytes) === true).map((row) => row.bit);
      expect(on).toEqual(bits.some((row) => row.bit === bit) ? [bit] : []);
    }
  });
});

describe("tips", () => {
  const record = (more: object) => ({ state: "approved", responseCode: "00", pan: "6229990000000000019", ...more }) as never;

  test("only on foreign cards unless the merchant may otherwise; the host says whose card it is", () => {
    const { t, parameters } = merchant({ ...demo.rules, tipForeignOnly: true });
    expect(tippable(t, record({}))).toBe("problem.tip-domestic");
    expect(tippable(t, record({ organisation: "VIS" }))).toBeUndefined();
    expect(tippable(t, record({ responseCode: "", pan: "4000001234560019" }))).toBeUndefined();
    expect(tippable(t, record({ organisation: "VIS", state: "voided" }))).toBe("problem.cannot-here");
    parameters.set("99", "parameter", [{ id: "tip.foreign", value: false }]);
    expect(tippable(t, record({}))).toBeUndefined();
  });

  test("mode: off allows nothing, adjustment leaves no tips", () => {
    const { t, parameters } = merchant();
    expect(isEnabled(t, "tip")).toBe(true);
    parameters.set("99", "parameter", [{ id: "tip.mode", value: "2" }]);
    expect([isEnabled(t, "tip"), isEnabled(t, "adjustment"), isEnabled(t, "sale")]).toEqual([false, true, true]);
    parameters.set("99", "parameter", [{ id: "tip.mode", value: "0" }]);
    expect(t.profile.rules?.tipPercent).toBe(0);
  });
});

describe("what one parameter says about another", () => {
  test("a backup is there when it has a name; without a port of its own it has the first one's", () => {
    const { t, parameters } = merchant();
    parameters.set("99", "parameter", [{ id: "network.backup-port", value: 7_500 }]);
    expect(t.profile.host.backup).toBeUndefined();
    parameters.set("99", "parameter", [{ id: "network.backup-host", value: "10.0.0.2" }]);
    expect(t.profile.host.backup).toEqual({ host: "10.0.0.2", port: 7_500 });
    const other = merchant();
    other.parameters.set("99", "parameter", [{ id: "network.backup-host", value: "10.0.0.2" }]);
    expect(other.t.profile.host.backup).toEqual({ host: "10.0.0.2", port: demo.host.port });
    other.parameters.set("99", "parameter", [{ id: "network.backup-host", value: "" }]);
    expect(other.t.profile.host.backup).toBeUndefined();
  });

  test("keys of SM4 make its MAC, and no others do (§4.3)", () => {
    const { t, parameters } = merchant();
    for (const [code, mac] of [
      ["006", "sm4"],
      ["004", "ecb"],
      ["005", "sm4"],
    ] as const) {
      parameters.set("99", "parameter", [{ id: "crypto.sign-on", value: code }]);
      expect(t.profile.keys).toMatchObject({ signOnCode: code, mac });
    }
    parameters.set("99", "parameter", [
      { id: "crypto.sign-on", value: "003" },
      { id: "crypto.check", value: "x9.19" },
    ]);
    expect(t.profile.keys.mac).toBe("x9.19");
  });

  test("the application's class begins the header (§1.3)", () => {
    const { t, parameters } = merchant();
    parameters.set("", "download", [{ id: "application.type", value: "61" }]);
    expect(t.profile.header).toBe(`61${demo.header.slice(2)}`);
  });
});

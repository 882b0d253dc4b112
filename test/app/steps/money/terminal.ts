/**
 * A terminal for the steps that decide about money: the real journal on a disk that can fail, and round it nothing but what a test scripts: what the host
 * does with each request, and what somebody presses. Every screen, light and message is written down.
 */
import type { ExchangeOptions, Fate, Host, Message, Phase, Request } from "../../../../app/acquirer/host.ts";
import { openJournal, type OpenJournal } from "../../../../app/journal/open.ts";
import type { CardData } from "../../../../app/model/transaction.ts";
import type { Terminal } from "../../../../app/steps/terminal.ts";
import type { Input } from "../../../../app/steps/ui.ts";
import { wordsIn } from "../../../../app/text/index.ts";
import type { PinPad, WorkingKey } from "../../../../hal/pinpad/pinpad.ts";
import { readProfile } from "../../../../tools/sim/profile.ts";
import { createFakeSystem, type FakeSystem } from "../../../fakes/system.ts";

export const PAN = "6229990000000000019";
export const CARD: CardData = {
  entry: "swipe",
  pan: PAN,
  expiry: "3012",
  serviceCode: "201",
  track2: undefined,
  track3: undefined,
  holder: undefined,
};

/** What becomes of one request. `leaves: false`: it never leaves. `during`: what happens while the host is asked. */
export interface Scripted {
  fate: Fate;
  leaves?: boolean;
  phases?: Phase[];
  during?: (options: ExchangeOptions) => void;
}

export const answer = (code: string, fields: Record<number, string> = {}): Fate => ({
  fate: "answered",
  code,
  headerRequest: 0,
  answer: messageOf(code === "" ? fields : { 39: code, ...fields }),
});
export const messageOf = (fields: Record<number, string>): Message => ({
  mti: "0210",
  fields: new Map(Object.entries(fields).map(([number, value]) => [Number(number), value])),
});
export const SILENT: Scripted = { fate: { fate: "silent", words: "nothing came" } };
export const NO_LINE: Scripted = { fate: { fate: "not-sent", why: "no-line", words: "refused" }, leaves: false };
export const BAD_MAC: Scripted = { fate: { fate: "bad-mac", answer: messageOf({ 38: "A12345" }) } };
export const WRONG: Scripted = { fate: { fate: "wrong-packet", words: "trace differs" } };
export const ok = (code = "00", fields: Record<number, string> = {}): Scripted => ({ fate: answer(code, fields) });

/** A pad that says which of its keys it has. */
export const padWith = (...has: ("master" | WorkingKey)[]): Pick<PinPad, "masterKeyCheck" | "workingKeyCheck"> => {
  const check = (key: "master" | WorkingKey) => Promise.resolve(has.includes(key) ? new Uint8Array(4) : undefined);
  return { masterKeyCheck: () => check("master"), workingKeyCheck: check };
};

export interface World {
  t: Terminal;
  system: FakeSystem;
  journal: OpenJournal;
  /** What was asked, oldest first. */
  asked: Request[];
  /** What the host does next; when there is nothing more, it is silent. */
  script: Scripted[];
  /** What somebody does next; when there is nothing more, nobody does anything. */
  inputs: Input[];
  shown: { id: string; state: Record<string, unknown> }[];
  lights: string[];
  /** What the audit log was told. */
  notes: { what: string; result: string; object?: string }[];
  sounds: string[];
  /** Somebody presses Cancel while the host is asked. */
  pressCancel(): void;
}

export interface WorldOptions {
  signedOn?: boolean;
  host?: boolean;
  profile?: Partial<Terminal["profile"]>;
  values?: Record<string, string>;
  system?: FakeSystem;
  /** Nobody knows whether the keys are there; a pad to be asked, if any. */
  unkeyed?: { pinpad?: ReturnType<typeof padWith> };
}

export function worldOf({
  signedOn = true,
  host = true,
  profile = {},
  values = {},
  system = createFakeSystem(),
  unkeyed,
}: WorldOptions = {}): World {
  const journal = openJournal(system);
  if (signedOn) journal.signOn(journal.batch);
  const words = wordsIn("zh-CN");
  let onCancel: (() => void) | undefined;
  const world: Omit<World, "t"> = {
    system,
    journal,
    asked: [],
    script: [],
    inputs: [],
    shown: [],
    lights: [],
    notes: [],
    sounds: [],
    pressCancel: () => onCancel?.(),
  };
  const ui: Partial<Terminal["ui"]> = {
    words,
    say: (key, given) => words.say(key, given),
    show: (id, state) => void world.shown.push({ id, state: state as unknown as Record<string, unknown> }),
    wait: () => Promise.resolve(world.inputs.shift() ?? { input: "timeout" }),
    onCancelKey: (callback) => {
      onCancel = callback;
      return () => {
        onCancel = undefined;
      };
    },
    light: (light, on) => void world.lights.push(`${light} ${on ? "on" : "off"}`),
    good: () => void world.sounds.push("good"),
    bad: () => void world.sounds.push("bad"),
    attention: () => void world.sounds.push("attention"),
  };
  const scripted: Host = {
    describe: () => ({ entryMode: "021", security: "2610000000000000" }),
    lineState: "up",
    exchange: (request, options = {}) => exchange(world, request, options),
  };
  const t = {
    system,
    devices: { pinpad: unkeyed?.pinpad },
    profile: { ...readProfile("demo", process.env.TAEL_ROOT ?? process.cwd()), autoSignOn: false, ...profile },
    parameters: { value: (id: string) => values[id] ?? "" },
    journal,
    settings: { language: "zh-CN", clockOffsetMs: 0 },
    audit: { note: (entry: World["notes"][number]) => void world.notes.push(entry) },
    host: host ? scripted : undefined,
    ui,
    operator: "01",
    signedOffByHand: false,
    keyed: unkeyed === undefined,
    training: undefined,
  } as unknown as Terminal;
  return { ...world, t };
}

async function exchange(world: Omit<World, "t">, request: Request, options: ExchangeOptions): Promise<Fate> {
  world.asked.push(request);
  const {
    fate,
    leaves = true,
    phases = ["connecting", "sending", "waiting", "receiving"],
    during,
  } = world.script.shift() ?? SILENT;
  for (const phase of phases) options.onPhase?.(phase, 60);
  during?.(options);
  if (!leaves) return fate;
  try {
    options.beforeSend?.();
  } catch (error) {
    if ((error as Error).name === "AssertionError") throw error;
    return { fate: "not-sent", why: "journal", words: (error as Error).message };
  }
  return fate;
}

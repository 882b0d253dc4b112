/** Every call of the API, as data: the server, the checks and the OpenAPI document are made of this table. */
import type { z } from "zod";
import { DoorError } from "../../../platform/node/errors.ts";
import { maskFields } from "../../acquirer/codec.ts";
import { BadRequest, type Desk, type DeskState, NotNow } from "../desk.ts";
import * as s from "./schemas.ts";

export interface Call<Body = unknown> {
  desk: Desk;
  body: Body;
  query: Record<string, string>;
  timeoutMs: number;
}

/** JSON, unless it is one of these. `late`: the terminal did not settle in time. */
export type Answer =
  | { json: unknown }
  | { text: string }
  | { png: Uint8Array }
  /** The present state, 200 when settled in time, else 504. */
  | { settled: boolean };

export interface Route {
  method: "get" | "post" | "delete";
  path: string;
  summary: string;
  /** Names of query parameters and what they are for. */
  query?: Record<string, string>;
  body?: z.ZodType;
  /** A narrower schema chosen by what was sent, for better words when it is wrong. */
  bodyFor?: (body: unknown) => z.ZodType;
  /** A body may be left out. */
  bodyOptional?: boolean;
  answer: z.ZodType | "text" | "png";
  run(call: Call): Promise<Answer> | Answer;
}

function route<B extends z.ZodType>(
  row: Omit<Route, "run" | "body"> & { body: B; run(call: Call<z.infer<B>>): Promise<Answer> | Answer },
): Route {
  return row as unknown as Route;
}

function truthy(value: string | undefined): boolean {
  return value !== undefined && !["", "0", "false", "no"].includes(value);
}

/** The devices a desk with this board does not have (yet): said with 409, so that a client can tell it from a wrong call. */
function missing(what: string): never {
  throw new NotNow(`this board has no ${what}`);
}

const state = (desk: Desk): DeskState => desk.state;

export const ROUTES: readonly Route[] = [
  {
    method: "get",
    path: "/state",
    summary: "What the terminal shows and how it stands",
    answer: s.stateAnswer,
    run: ({ desk }) => ({ json: state(desk) }),
  },
  {
    method: "get",
    path: "/screen",
    summary: "The screen tree; null while nothing is shown",
    answer: s.anything,
    run: ({ desk }) => ({ json: desk.screenTree }),
  },
  {
    method: "get",
    path: "/screen.png",
    summary: "The LCD's pixels",
    answer: "png",
    run: ({ desk }) => ({ png: desk.devices.lcd.picture() }),
  },
  {
    method: "get",
    path: "/screen.txt",
    summary: "The LCD's words",
    answer: "text",
    run: ({ desk }) => ({ text: desk.screen.lines.map((line) => `${line}\n`).join("") }),
  },
  route({
    method: "post",
    path: "/keys",
    summary: "Presses keys of the terminal, one after another",
    body: s.keysBody,
    answer: s.stateAnswer,
    run: async ({ desk, body, timeoutMs }) => ({ settled: await desk.keys(body.keys, timeoutMs) }),
  }),
  route({
    method: "post",
    path: "/pinpad",
    summary: "Types on the PIN pad; 409 when it is not asking",
    body: s.pinpadBody,
    answer: s.stateAnswer,
    run: async ({ desk, body, timeoutMs }) => {
      if (body.pin !== undefined) return { settled: await desk.pin(body.pin, timeoutMs) };
      if (body.keys !== undefined) return { settled: await desk.pinpadKeys(body.keys, timeoutMs) };
      return { settled: await desk.pinpadCancel(timeoutMs) };
    },
  }),
  {
    method: "get",
    path: "/pinpad",
    summary: "What the PIN pad shows",
    answer: s.anything,
    run: ({ desk }) => ({ json: desk.pinpadView }),
  },
  {
    method: "get",
    path: "/cards",
    summary: "The card tray",
    answer: s.cardsAnswer,
    run: ({ desk }) => ({
      json: desk.tray.map(({ label, ...card }) => ({ ...card, label: `${label.zh} · ${label.en}`, labels: label })),
    }),
  },
  route({
    method: "post",
    path: "/card",
    summary: "Swipes a card of the tray or free tracks; inserts, takes out, or holds near a card of the tray",
    body: s.cardBody,
    answer: s.stateAnswer,
    run: async ({ desk, body, timeoutMs }) => {
      if (body.action === "insert") return { settled: await desk.insertCard(body.card!, timeoutMs) };
      if (body.action === "tap") return { settled: await desk.tapCard(body.card!, timeoutMs) };
      if (body.action === "remove") return { settled: await desk.removeCard(timeoutMs) };
      return { settled: await desk.swipe(body.card === undefined ? body : tracksOf(desk, body.card), timeoutMs) };
    },
  }),
  {
    method: "get",
    path: "/readers",
    summary: "What is in the chip slot and at the contactless reader, and what they do with it; null where the board has none",
    answer: s.anything,
    run: ({ desk }) => ({ json: desk.readers }),
  },
  {
    method: "get",
    path: "/chip",
    summary: "What a chip of the tray says of itself, and what is on it: counters, balances, log",
    query: { card: "its id" },
    answer: s.anything,
    run: ({ desk, query }) => {
      const { id, kind } = desk.card(query.card ?? "");
      if (!kind.includes("contact") && !kind.includes("contactless")) throw new BadRequest(`card: ${id} has no chip`);
      return { json: desk.wallet.card(id).view() };
    },
  },
  route({
    method: "post",
    path: "/scan",
    summary: "Holds a bar code in front of the scanner",
    body: s.scanBody,
    answer: s.stateAnswer,
    run: () => missing("scanner"),
  }),
  route({
    method: "post",
    path: "/sign",
    summary: "Signs on the signature pad",
    body: s.signBody,
    answer: s.stateAnswer,
    run: () => missing("signature pad"),
  }),
  {
    method: "get",
    path: "/paper",
    summary: "Slips, oldest first, read by the printer from the bytes it got",
    answer: s.paperAnswer,
    run: ({ desk }) => ({ json: desk.devices.printer.paper }),
  },
  {
    method: "get",
    path: "/paper.png",
    summary: "Picture of the roll, or of slip n",
    query: { n: "number of one slip" },
    answer: "png",
    run: ({ desk, query }) => ({ png: paperPicture(desk, query.n) }),
  },
  {
    method: "delete",
    path: "/paper",
    summary: "Tears off and forgets what hangs from the printer",
    answer: s.paperAnswer,
    run: ({ desk }) => {
      desk.tearPaper();
      return { json: desk.devices.printer.paper };
    },
  },
  {
    method: "get",
    path: "/wire",
    summary: "Bytes on a wire, oldest first",
    query: {
      device: "host pinpad printer msr icc picc keypad lights beeper; all when absent",
      after: "only entries with a greater n",
    },
    answer: s.wireAnswer,
    run: ({ desk, query }) => ({ json: desk.wires.list(query.device).filter(({ n }) => n > count(query.after, "after")) }),
  },
  {
    method: "get",
    path: "/messages",
    summary: "The host wire decoded",
    query: { clear: "1: card numbers unmasked, and the bytes", after: "only messages with a greater n" },
    answer: s.messagesAnswer,
    run: ({ desk, query }) => {
      const after = count(query.after, "after");
      const clear = truthy(query.clear);
      const shown = desk.messages().filter(({ n }) => n > after);
      return { json: clear ? shown : shown.map(({ hex: _, fields, ...rest }) => ({ ...rest, fields: maskFields(fields) })) };
    },
  },
  {
    method: "get",
    path: "/faults",
    summary: "What each device can do wrong, and what it does wrong now",
    answer: s.faultsAnswer,
    run: ({ desk }) => ({ json: desk.faults }),
  },
  route({
    method: "post",
    path: "/faults",
    summary: "Makes a device go wrong. What takes a count happens once when none is given; a switch or value stays until cleared",
    body: s.faultBody,
    answer: s.stateAnswer,
    run: async ({ desk, body: { device, timeoutMs: _, ...fault }, timeoutMs }) => {
      desk.setFault(device, fault);
      return { settled: await desk.settle(timeoutMs) };
    },
  }),
  route({
    method: "delete",
    path: "/faults",
    summary: "Clears faults: all, one device's, or one",
    query: { device: "this device only", fault: "this fault only" },
    body: s.clearFaultBody,
    bodyOptional: true,
    answer: s.stateAnswer,
    run: async ({ desk, body, query, timeoutMs }) => {
      desk.clearFault(body?.device ?? query.device, body?.fault ?? query.fault);
      return { settled: await desk.settle(timeoutMs) };
    },
  }),
  route({
    method: "post",
    path: "/power",
    summary: "cut stops the machine at once, in the middle of whatever it does",
    body: s.powerBody,
    answer: s.stateAnswer,
    run: async ({ desk, body, timeoutMs }) => {
      if (body.action !== "on") await desk.cut();
      if (body.action !== "cut") await desk.start();
      return { settled: await desk.settle(timeoutMs) };
    },
  }),
  {
    method: "get",
    path: "/clock",
    summary: "The desk's time",
    answer: s.anything,
    run: ({ desk }) => ({ json: { run: desk.clock.mode, now: desk.clock.now(), at: desk.isoTime() } }),
  },
  route({
    method: "post",
    path: "/clock",
    summary: "Moves time on, sets the calendar, or lets the clock run",
    body: s.clockBody,
    answer: s.stateAnswer,
    run: async ({ desk, body, timeoutMs }) => {
      if (body.at !== undefined) desk.clock.setWall(Date.parse(body.at));
      if (body.run !== undefined) desk.clock.setMode(body.run);
      if (body.advanceMs !== undefined) return { settled: await desk.advance(body.advanceMs, timeoutMs) };
      return { settled: await desk.settle(timeoutMs) };
    },
  }),
  {
    method: "get",
    path: "/journal",
    summary: "What the terminal recorded for the open batch, card numbers masked",
    answer: s.journalAnswer,
    run: async ({ desk }) => ({ json: await desk.journal() }),
  },
  {
    method: "get",
    path: "/acquirer",
    summary: "The built-in acquirer's accounts, rules, terminals and log",
    query: { clear: "1: card numbers unmasked, PINs shown" },
    answer: s.anything,
    run: ({ desk, query }) => {
      return { json: acquirer(desk).state({ clear: truthy(query.clear) }) };
    },
  },
  {
    method: "get",
    path: "/acquirer/ledger",
    summary: "The built-in acquirer's transactions by state, batches and totals",
    query: { clear: "1: card numbers unmasked" },
    answer: s.anything,
    run: ({ desk, query }) => ({ json: acquirer(desk).ledger({ clear: truthy(query.clear) }) }),
  },
  route({
    method: "post",
    path: "/acquirer",
    summary: "A rule, or any of {rules:[…], accounts:[…], account:{…}, parameters:{code:value}, blacklist:[…], contactless:{…}}",
    body: s.acquirerBody,
    bodyFor: s.acquirerBodyFor,
    answer: s.anything,
    run: ({ desk, body }) => {
      const host = acquirer(desk);
      const {
        rules = [],
        accounts = [],
        account,
        parameters,
        blacklist,
        contactless,
      } = "match" in body ? { rules: [body] } : body;
      if (parameters !== undefined) refusable(() => host.setParameters(parameters));
      if (blacklist !== undefined) refusable(() => host.setBlacklist(blacklist));
      if (contactless !== undefined) refusable(() => host.setContactless(contactless));
      for (const rule of rules) host.addRule(rule);
      for (const each of account === undefined ? accounts : [...accounts, account]) desk.addAccount(s.accountOf(each));
      return { json: { rules: host.state().rules, accounts: host.state().accounts.length } };
    },
  }),
  {
    method: "delete",
    path: "/acquirer/rules",
    summary: "Clears every rule",
    answer: s.anything,
    run: ({ desk }) => {
      acquirer(desk).clearRules();
      return { json: { rules: [] } };
    },
  },
  {
    method: "get",
    path: "/files",
    summary: "What the terminal sent over its file line: exports and backups, oldest first",
    answer: s.filesAnswer,
    run: ({ desk }) => ({ json: desk.devices.files.files.map(fileView) }),
  },
  route({
    method: "post",
    path: "/files",
    summary: "Gives the terminal a file over its file line: bytes of your own, or number n of what it sent",
    body: s.filesBody,
    answer: s.stateAnswer,
    run: async ({ desk, body, timeoutMs }) => {
      giveFile(desk, body);
      return { settled: await desk.settle(timeoutMs) };
    },
  }),
  {
    method: "delete",
    path: "/files",
    summary: "Forgets what the terminal sent",
    answer: s.filesAnswer,
    run: ({ desk }) => {
      desk.devices.files.forget();
      return { json: [] };
    },
  },
  {
    method: "get",
    path: "/firmware",
    summary: "The terminal's firmware slots, what waits to be installed, and how much of the package `sha256` is here",
    query: { sha256: "of a package that is being sent" },
    answer: s.anything,
    run: ({ desk, query }) => ({
      json: {
        ...desk.firmware.status,
        have: query.sha256 === undefined ? 0 : sumOf(query.sha256, (sum) => desk.firmware.have(sum)),
      },
    }),
  },
  route({
    method: "post",
    path: "/firmware",
    summary:
      "A piece of a firmware package, which is known by its SHA-256; with `last` it is judged, and installed or left for the firmware to install",
    body: s.firmwareBody,
    answer: s.anything,
    run: ({ desk, body: { sha256, at, base64, last } }) =>
      sumOf(sha256, (sum) => {
        const have = desk.firmware.add(sum, at, new Uint8Array(Buffer.from(base64, "base64")));
        return { json: last === true ? { have, ...desk.flashed(sum) } : { have } };
      }),
  }),
  {
    method: "get",
    path: "/check",
    summary: "The money check over slips, journal and ledger",
    answer: s.checkAnswer,
    run: async ({ desk }) => ({ json: await desk.check() }),
  },
  {
    method: "get",
    path: "/log",
    summary: "The desk's and the firmware's log, oldest first",
    answer: s.anything,
    run: ({ desk }) => ({ json: desk.log }),
  },
];

/** What the loader refuses of what was asked is the asker's mistake. */
function sumOf<T>(sum: string, work: (sum: string) => T): T {
  try {
    return work(sum);
  } catch (error) {
    if (error instanceof DoorError) throw new BadRequest(error.words);
    throw error;
  }
}

function acquirer(desk: Desk): NonNullable<Desk["acquirer"]> {
  if (desk.acquirer === undefined) throw new NotNow("the desk uses an external host; it has no built-in acquirer");
  return desk.acquirer;
}

function refusable(set: () => void): void {
  try {
    set();
  } catch (error) {
    throw new BadRequest((error as Error).message);
  }
}

const fileView = ({ n, name, bytes }: { n: number; name: string; bytes: Uint8Array }) => ({
  n,
  name,
  bytes: bytes.length,
  base64: Buffer.from(bytes).toString("base64"),
});

function giveFile(desk: Desk, { n, name, base64 }: z.infer<typeof s.filesBody>): void {
  const kept = desk.devices.files.files.find((each) => each.n === n);
  if (n !== undefined && kept === undefined) throw new BadRequest(`n: there is no file ${n}`);
  const bytes = base64 === undefined ? kept?.bytes : new Uint8Array(Buffer.from(base64, "base64"));
  if (bytes === undefined) throw new BadRequest("a file is n, or name and base64");
  try {
    desk.devices.files.give(name ?? kept?.name ?? "file", bytes);
  } catch (error) {
    throw new BadRequest((error as Error).message);
  }
}

function tracksOf(desk: Desk, id: string): { track1?: string | null; track2?: string | null; track3?: string | null } {
  const card = desk.card(id);
  if (!card.kind.includes("stripe")) throw new NotNow(`card ${id} has no stripe`);
  return { track1: card.track1, track2: card.track2, track3: card.track3 };
}

function paperPicture(desk: Desk, n: string | undefined): Uint8Array {
  if (n === undefined) return desk.devices.printer.picture();
  const picture = desk.devices.printer.slipPicture(count(n, "n"));
  if (picture === undefined) throw new BadRequest(`n: there is no slip ${n}`);
  return picture;
}

function count(text: string | undefined, name: string): number {
  if (text === undefined) return 0;
  if (!/^\d{1,9}$/.test(text)) throw new BadRequest(`${name}: a whole number`);
  return Number(text);
}

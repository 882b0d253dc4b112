/** A desk for the length of one flow, and everything that it leaves: the *artifacts*, each with what may be in it. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Machine } from "../../platform/node/machine.ts";
import { WorkerMachine } from "../../platform/node/worker-machine.ts";
import { serveApi } from "../../tools/sim/api/server.ts";
import { readBoard } from "../../tools/sim/board.ts";
import { Desk } from "../../tools/sim/desk.ts";
import { readProfile } from "../../tools/sim/profile.ts";
import { realParts } from "../../tools/sim/real-parts.ts";
import { httpApi } from "../../tools/sim/scenario/http-api.ts";
import { runScenario } from "../../tools/sim/scenario/scenario.ts";
import type { Api } from "../../tools/sim/scenario/steps.ts";
import { armed, type Bomb } from "../engine/bombs.ts";
import { firmware, root } from "../flow/in-process.ts";
import { PIN, renumbered, strongAccounts, strongAcquirer, strongChip, strongTray, withStrongKeys } from "./cards.ts";

/**
 * Who may hold what.
 *
 * - `kept`: what lies on a disk or is told, shown and printed: no PIN and no key, no track, no card number.
 * - `passing`: what holds a card while it is at work, or what a card's data goes through: no PIN and no key.
 */
export type Rule = "kept" | "passing";
export interface Artifact {
  name: string;
  rule: Rule;
  bytes: Uint8Array;
}

/** What the API answers to anybody. Not: the tray, which is the people's wallet; the acquirer, which is the host's; the wires, see `wires`. */
const ANSWERS = ["state", "screen", "screen.txt", "pinpad", "paper", "messages", "faults", "clock", "files", "journal", "check"];

/** Wires that end at eyes and hands. Through the others card data has to pass. */
const SHOWING = new Set(["printer", "lights", "beeper", "files"]);

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** An answer in words; what it holds in base64 is read as well. */
function readable(answer: string): string {
  const inside = [...answer.matchAll(/"base64":"([^"]*)"/g)].map(([, text = ""]) =>
    Buffer.from(text, "base64").toString("latin1"),
  );
  return [answer, ...inside].join("\n");
}

export interface Flow {
  name: string;
  steps: readonly string[];
  /** Of every card, and what `pin 123456` types. Default PIN. */
  pin?: string;
  /** With a recording of what came in through the door: for engineers, on a board of theirs. */
  recorded?: boolean;
  /** What goes wrong inside the firmware when the host's answer to a sale has come in. */
  bombs?: readonly Bomb[];
}

export interface Left {
  artifacts: Artifact[];
  /** Each output of the run as words: for putting together. */
  outputs: string[];
  failure: string | undefined;
}

export async function runFlow({ name, steps, pin = PIN, recorded = false, bombs = [] }: Flow): Promise<Left> {
  const dataDir = mkdtempSync(join(tmpdir(), "tael-leak-"));
  const recording = join(dataDir, "recording", "run.jsonl");
  mkdirSync(join(dataDir, "recording"));
  let machine: Machine | undefined;
  const desk = await Desk.create(
    {
      board: readBoard("desk", root),
      profile: withStrongKeys(readProfile("demo", root)),
      ...firmware(),
      ...(bombs.length === 0 ? {} : { bundle: armed(bombs) }),
      dataDir,
      clock: "free",
      seed: 1,
      ...(recorded ? { recordTo: recording } : {}),
    },
    {
      ...realParts,
      acquirer: strongAcquirer,
      openChip: strongChip(pin),
      tray: strongTray,
      accounts: () => strongAccounts(pin),
      machine: (options) => {
        machine = new WorkerMachine(options);
        return machine;
      },
    },
  );
  const screens: string[] = [];
  desk.onEvent((event) => {
    if (event.type === "screen") screens.push(JSON.stringify([event.screen, desk.screenTree]));
  });
  const server = await serveApi({ desk, port: 0, pageDir: join(root, "dist", "page") });
  try {
    await desk.acquirer?.listen(0);
    await desk.start();
    await desk.settle(30_000);
    const answers: string[] = [];
    const api = listened(httpApi(`http://127.0.0.1:${server.port}`), answers);
    const real = steps.map((step) => renumbered(step).replace(/\b(pin) 123456\b/, `$1 ${pin}`));
    const report = await runScenario({ name, desk: {}, steps: real }, api);
    const said = await answersOf(server.port);
    const { image } = (await machine?.memory(true)) ?? {};
    const texts: [string, string[]][] = [
      ["screens", screens],
      ["answers to steps", answers],
      ["answers", said],
      ["log", desk.log.map(({ words }) => words)],
      ["slips", desk.devices.printer.paper.map(({ text }) => text.join("\n"))],
    ];
    await desk.cut();
    const files = ["terminal", "pinpad"].flatMap((folder) => filesUnder(join(dataDir, folder)));
    const artifacts: Artifact[] = [
      // One frame after another: the newest digit of a number that is typed may be seen, each on a screen of its own (R5).
      ...texts.flatMap(([where, words]) =>
        words.map((text, n) => ({ name: `${where} ${n}`, rule: "kept" as const, bytes: Buffer.from(text) })),
      ),
      ...files.map((file) => ({ name: file.slice(dataDir.length + 1), rule: "kept" as const, bytes: readFileSync(file) })),
      ...wiresOf(desk),
      ...filesUnder(join(dataDir, "recording")).flatMap((file) => recordingOf(readFileSync(file))),
      { name: "memory", rule: "passing", bytes: image ?? new Uint8Array() },
    ];
    const failure = report.failure && `step ${report.failure.at}, ${report.failure.step}: ${report.failure.words}`;
    return { artifacts, outputs: texts.flatMap(([, words]) => words), failure };
  } finally {
    await server.close();
    await desk.close();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

function listened(api: Api, answers: string[]): Api {
  return {
    async call<T>(method: "GET" | "POST" | "DELETE", path: string, body?: unknown): Promise<T> {
      const answer = await api.call<T>(method, path, body);
      // What a look asks for in clear (?clear=1) it gets in clear; the acquirer's side is the host's.
      if (!path.startsWith("/acquirer") && !path.includes("clear=1")) answers.push(readable(JSON.stringify(answer)));
      return answer;
    },
  };
}

async function answersOf(port: number): Promise<string[]> {
  const all: string[] = [];
  for (const path of ANSWERS) {
    const answer = await fetch(`http://127.0.0.1:${port}/api/v1/${path}`);
    all.push(readable(await answer.text()));
  }
  return all;
}

/** Each wire and way in one piece, so that what went in several writes is one. */
function wiresOf(desk: Desk): Artifact[] {
  const wires = new Map<string, string[]>();
  for (const { device, dir, hex } of desk.wires.list()) {
    const wire = `wire ${device} ${dir}`;
    wires.set(wire, [...(wires.get(wire) ?? []), hex]);
  }
  return [...wires].map(([name, hex]) => ({
    name,
    rule: SHOWING.has(name.split(" ")[1] as string) ? "kept" : "passing",
    bytes: Buffer.from(hex.join(""), "hex"),
  }));
}

/** The file as it is, and all bytes it holds in base64, in one piece. */
function recordingOf(bytes: Uint8Array): Artifact[] {
  const text = Buffer.from(bytes).toString("latin1");
  const inside = [...text.matchAll(/"b64":"([^"]*)"/g)].map(([, base64 = ""]) => Buffer.from(base64, "base64"));
  return [
    { name: "recording", rule: "passing", bytes },
    { name: "recording, its bytes", rule: "passing", bytes: Buffer.concat(inside) },
  ];
}

/**
 * Goes through ./transactions.yaml on a desk of its own, in one language: what stood on the screen after each step and what came out of the printer, chapter
 * by chapter.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Language } from "../../app/text/words.ts";
import { type Running, startDesk } from "../../tools/sim/main.ts";
import { httpApi } from "../../tools/sim/scenario/http-api.ts";
import { readScenario } from "../../tools/sim/scenario/scenario.ts";
import { runStep, type StateView } from "../../tools/sim/scenario/steps.ts";

export interface Shot {
  step: string;
  screen: StateView["screen"];
  /** Numbers of the slips that came out meanwhile, and their words. */
  slips: { n: number; text: readonly string[] }[];
}

export interface Chapter {
  /** "void": of a transaction, its kind. */
  id: string;
  title: string;
  shots: Shot[];
}

const FILE = "transactions.yaml";
/** Steps at which nothing happens that a person would see. */
const UNSEEN = /^(expect|rule|clock) /;

/** `seen` is called after each shot, while the desk stands as it was taken. Throws when a step fails. */
export async function walk(
  language: Language,
  seen: (shot: Shot, desk: Running["desk"]) => void = () => undefined,
): Promise<Chapter[]> {
  const root = process.env.TAEL_ROOT ?? process.cwd();
  const { steps, desk } = readScenario(readFileSync(join(root, "test", "golden", FILE), "utf8"), FILE);
  const data = mkdtempSync(join(tmpdir(), "tael-walk-"));
  const profile = join(data, "profile.json");
  const demo = JSON.parse(readFileSync(join(root, "tools", "sim", "profiles", "demo.json"), "utf8")) as object;
  writeFileSync(profile, JSON.stringify({ ...demo, language }));
  const running = await startDesk({
    headless: true,
    port: 0,
    data: join(data, "desk"),
    fresh: true,
    board: "desk",
    profile,
    clock: "free",
    seed: desk.seed ?? 1,
  });
  try {
    return await record(running, steps, seen);
  } finally {
    await running.close();
    rmSync(data, { recursive: true, force: true });
  }
}

async function record(
  { desk, addresses }: Running,
  steps: readonly string[],
  seen: (shot: Shot, desk: Running["desk"]) => void,
): Promise<Chapter[]> {
  const api = httpApi(addresses.http);
  const chapters: Chapter[] = [];
  let printed = 0;
  for (const step of steps) {
    await runStep(api, step).catch((error: unknown) => {
      throw new Error(`${chapters.at(-1)?.id ?? ""}: ${step}: ${String(error)}`);
    });
    const [, id = "", title = ""] = /^chapter (\S+) ?(.*)$/.exec(step) ?? [];
    if (id !== "") chapters.push({ id, title, shots: [] });
    if (id !== "" || UNSEEN.test(step)) continue;
    const { screen } = await api.call<StateView>("GET", "/state");
    const paper = desk.devices.printer.paper;
    const shot: Shot = { step, screen, slips: paper.slice(printed).map(({ n, text }) => ({ n, text })) };
    printed = paper.length;
    chapters.at(-1)?.shots.push(shot);
    seen(shot, desk);
  }
  return chapters;
}

/** A chapter for people who read differences: what is another number whenever something before it takes longer, or is told otherwise to a chip, is left out. */
export function inWords({ title, shots }: Chapter): string {
  const lines = shots.flatMap(({ step, screen, slips }) => [
    "",
    `> ${step}`,
    `[${screen.id}] ${screen.title}`,
    ...screen.lines.map((line) => `  ${line}`),
    ...(screen.hints.length === 0 ? [] : [`  <${screen.hints.join("> <")}>`]),
    ...slips.flatMap(({ text }) => ["", ...text.map((line) => `    |${withoutCipher(line)}`.trimEnd())]),
  ]);
  return `${[title, ...lines].join("\n").replace(CLOCK, "…")}\n`;
}

const CLOCK = /\d\d:\d\d(:\d\d)?/g;

const withoutCipher = (line: string): string =>
  line.replace(/^(TC|ARQC|UNPR NUM): [0-9A-F]+$/, "$1: …").replace(/^[0-9A-F]{6,}$/, "…");

/** A desk in this process, for tests that must look inside the machine: the same parts as `npm start`, without HTTP. */
import { mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Machine, MachineOptions } from "../../platform/node/machine.ts";
import { readBoard } from "../../tools/sim/board.ts";
import { Desk, type DeskOptions } from "../../tools/sim/desk.ts";
import { machineOn } from "../../tools/sim/engines.ts";
import { readProfile } from "../../tools/sim/profile.ts";
import { realParts } from "../../tools/sim/real-parts.ts";

export const root = process.env.TAEL_ROOT ?? process.cwd();

/** The firmware package as built. */
export function firmware(): Pick<DeskOptions, "bundle" | "assets"> {
  const dist = join(root, "dist");
  const names = readdirSync(join(dist, "assets"));
  return {
    bundle: { code: readFileSync(join(dist, "firmware.js"), "utf8"), map: readFileSync(join(dist, "firmware.js.map"), "utf8") },
    assets: Object.fromEntries(names.map((name) => [name, new Uint8Array(readFileSync(join(dist, "assets", name)))])),
  };
}

export interface InProcess {
  desk: Desk;
  machine: Machine;
  dataDir: string;
}

export async function startInProcess(
  more: Partial<DeskOptions> = {},
  make: (options: MachineOptions) => Machine = machineOn(process.env.TAEL_ENGINE),
): Promise<InProcess> {
  const dataDir = more.dataDir ?? mkdtempSync(join(tmpdir(), "tael-"));
  let machine: Machine | undefined;
  const desk = await Desk.create(
    {
      board: readBoard("desk", root),
      profile: readProfile("demo", root),
      ...firmware(),
      dataDir,
      clock: "free",
      seed: 1,
      ...more,
    },
    {
      ...realParts,
      machine: (options) => {
        machine = make(options);
        return machine;
      },
    },
  );
  await desk.acquirer?.listen(0);
  await desk.start();
  await desk.settle(30_000);
  return { desk, machine: machine as Machine, dataDir };
}

const LONG_MS = 30_000;

export async function logIn({ desk }: InProcess): Promise<void> {
  await desk.keys(["0", "1", "enter"], LONG_MS);
  await desk.keys(["0", "0", "0", "0", "enter"], LONG_MS);
  await finish(desk);
}

/** A whole sale by swipe, up to what stands after the PIN. */
export async function sale({ desk }: InProcess, track2: string, fen: number, pin: string): Promise<void> {
  await desk.swipe({ track2 }, LONG_MS);
  await desk.keys(["enter", ...String(fen), "enter", "enter"], LONG_MS);
  await desk.pin(pin, LONG_MS);
}

export async function finish(desk: Desk): Promise<void> {
  for (let n = 0; desk.screen.id !== "idle"; n++) {
    if (n > 30) throw new Error(`never came back to idle: ${desk.screen.id} ${desk.screen.lines.join(" | ")}`);
    await desk.keys(["enter"], LONG_MS);
  }
}

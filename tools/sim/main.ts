/** `npm start`: the terminal on the desk. */
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import { whole } from "../whole.ts";
import { buildAll } from "../../build/build.ts";
import { readSigner } from "../../build/package/keys.ts";
import { type ApiServer, serveApi } from "./api/server.ts";
import type { Board } from "../../hal/boards/board.ts";
import { sha256 } from "../../platform/node/loader/package.ts";
import { checkBoard, readBoard } from "./board.ts";
import type { ClockMode } from "./clock.ts";
import { Desk, type DeskOptions } from "./desk.ts";
import { boardOf as boardIn, installedPackage } from "./firmware.ts";
import { DESK_ENGINES, type DeskEngine, machineOn } from "./engines.ts";
import { readProfile } from "./profile.ts";
import { realParts } from "./real-parts.ts";

const root = process.env.TAEL_ROOT ?? process.cwd();
const DEFAULT_PORT = 7400;
/** Sixteen characters, as sign-on carries it (§2.1). */
const MACHINE_NUMBER = "TAEL000000000001";

const version = (): string => (JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string }).version;

export interface StartOptions {
  headless?: boolean;
  port: number;
  acquirer?: { host: string; port: number };
  data: string;
  fresh?: boolean;
  board?: string;
  serial?: boolean;
  clock: ClockMode;
  seed?: number;
  profile: string;
  record?: string;
  firmware?: string;
  signer?: string[];
  media?: string;
  engine?: DeskEngine;
}

function hostAddress(text: string): { host: string; port: number } {
  const match = /^tcp:(\[[0-9A-Fa-f:]+\]|[^:]+):(\d{1,5})$/.exec(text);
  if (match === null) throw new InvalidArgumentError("tcp:HOST:PORT");
  return { host: match[1]!.replace(/^\[|\]$/g, ""), port: whole(match[2]!, 1, 65_535) };
}

export function command(): Command {
  return new Command("tael")
    .description("the terminal on the desk: firmware, simulated devices, built-in acquirer and a page to touch it with")
    .option("--headless", "no page opened; prints one JSON line when ready")
    .option("--port <n>", "HTTP port; 0 = any free one", (text) => whole(text, 0, 65_534), DEFAULT_PORT)
    .option("--acquirer <tcp:HOST:PORT>", "use another host instead of the built-in one", hostAddress)
    .option("--data <dir>", "where the terminal's store lives, kept between runs", join(root, ".tael"))
    .option("--fresh", "start from an empty store")
    .option("--board <name|file>", "board profile (default: its firmware package's, else desk)")
    .option(
      "--firmware <file>",
      "a firmware package: installed at first, flashed when another runs already (default: what the build made)",
    )
    .option("--signer <file...>", "public keys (PEM) this terminal trusts (default: that of its first package)")
    .option("--media <dir>", "a directory that stands for a memory stick with firmware packages")
    .option("--serial", "real PTYs for the serial devices; the firmware uses its real serial driver")
    .addOption(new Option("--clock <mode>", "free: the clock jumps").choices(["free", "real"]).default("real"))
    .option("--seed <n>", "entropy, clock and faults from a seed", (text) => whole(text, 0, 2 ** 31 - 1))
    .option("--profile <name|file>", "merchant, terminal, keys, acquirer", "demo")
    .addOption(
      new Option("--engine <name>", "what runs the firmware; qjs is native QuickJS").choices(DESK_ENGINES).default("quickjs"),
    )
    .option("--record <file>", "record what comes in through the door, for a replay; holds keys and card data");
}

const SLOTS = "slots";

/** The package's board when one is named or was installed, unless the board was. */
function boardOf({ board, firmware: file, data, fresh }: StartOptions): Board {
  if (file !== undefined) return checkBoard(boardIn(file).board);
  const installed = board === undefined && !fresh ? installedPackage(join(data, SLOTS)) : undefined;
  return installed === undefined ? readBoard(board ?? "desk", root) : checkBoard(boardIn(installed).board);
}

/** Flashes it unless it is there. Throws Error with the loader's words when it is refused. */
function flash(desk: Desk, file: string): void {
  const { bytes } = boardIn(file);
  const sum = sha256(bytes);
  const { slots, active, trial } = desk.firmware.status;
  const current = trial?.slot ?? active;
  if (current !== undefined && slots[current]?.sha256 === sum) return;
  desk.firmware.add(sum, 0, bytes);
  const arrived = desk.flashed(sum);
  if ("refused" in arrived) throw new Error(`${file}: ${arrived.words}`);
}

/** The firmware package as built; `dist` is brought up to date first. */
async function firmware(): Promise<Pick<DeskOptions, "bundle" | "assets">> {
  const dist = join(root, "dist");
  if (process.env.TAEL_BUILT !== "1" || !existsSync(join(dist, "firmware.js"))) await buildAll();
  const folder = join(dist, "assets");
  const names = existsSync(folder) ? readdirSync(folder) : [];
  const map = join(dist, "firmware.js.map");
  return {
    bundle: {
      code: readFileSync(join(dist, "firmware.js"), "utf8"),
      ...(existsSync(map) ? { map: readFileSync(map, "utf8") } : {}),
    },
    assets: Object.fromEntries(names.map((name) => [name, new Uint8Array(readFileSync(join(folder, name)))])),
  };
}

export interface Running {
  desk: Desk;
  server: ApiServer;
  /** What `--headless` prints. */
  addresses: { http: string; acquirer: string };
  close(): Promise<void>;
}

/** Throws Error with words when a board, a profile, a port or the firmware is refused. */
export async function startDesk(options: StartOptions): Promise<Running> {
  const board = boardOf(options);
  const profile = readProfile(options.profile, root);
  const desk = await Desk.create(
    {
      board,
      profile,
      ...(await firmware()),
      dataDir: options.data,
      slots: {
        dir: join(options.data, SLOTS),
        ...(options.media === undefined ? {} : { media: options.media }),
        ...(options.signer === undefined ? {} : { signers: options.signer.map(readSigner) }),
      },
      facts: { app: `tael ${version()}`, serial: MACHINE_NUMBER },
      ...(options.fresh ? { fresh: true } : {}),
      clock: options.clock,
      ...(options.seed === undefined ? {} : { seed: options.seed }),
      ...(options.acquirer === undefined ? {} : { acquirer: options.acquirer }),
      ...(options.serial ? { serial: true } : {}),
      ...(options.record === undefined ? {} : { recordTo: options.record }),
    },
    { ...realParts, machine: machineOn(options.engine) },
  );
  let server: ApiServer | undefined;
  const close = async (): Promise<void> => {
    await server?.close();
    await desk.close();
  };
  try {
    server = await serveApi({ desk, port: options.port, pageDir: join(root, "dist", "page") });
    const acquirer = options.acquirer ?? {
      host: "127.0.0.1",
      port: await desk.acquirer!.listen(options.port === 0 ? 0 : options.port + 1),
    };
    if (options.firmware !== undefined) flash(desk, options.firmware);
    await desk.start();
    await desk.settle(30_000);
    return {
      desk,
      server,
      addresses: { http: `http://127.0.0.1:${server.port}`, acquirer: `tcp:${acquirer.host}:${acquirer.port}` },
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function openBrowser(url: string): void {
  const found = (process.env.PATH ?? "").split(delimiter).some((folder) => existsSync(join(folder, "xdg-open")));
  if (!found) return;
  spawn("xdg-open", [url], { stdio: "ignore", detached: true })
    .on("error", () => undefined)
    .unref();
}

async function main(): Promise<void> {
  const options = command().parse().opts<StartOptions>();
  const say = (words: string): void => void process.stderr.write(`${words}\n`);
  const running = await startDesk(options);
  const { desk, addresses } = running;
  for (const { level, words } of desk.log) if (level === "warn" || level === "error") say(`${level}: ${words}`);
  desk.onEvent((event) => {
    if (event.type === "log" && (event.level === "warn" || event.level === "error")) say(`${event.level}: ${event.words}`);
  });
  for (const [wire, path] of Object.entries(desk.ptyPaths)) say(`${wire}: ${path}`);
  let ending = false;
  const end = (): void => {
    if (ending) process.exit(1);
    ending = true;
    void running.close().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on("SIGINT", end);
  process.on("SIGTERM", end);
  if (options.headless) process.stdout.write(`${JSON.stringify(addresses)}\n`);
  else {
    process.stdout.write(`Tael is on the desk: ${addresses.http}\nThe acquirer listens at ${addresses.acquirer}. Ctrl+C ends.\n`);
    openBrowser(addresses.http);
  }
}

if (process.argv[1]?.endsWith("tools/sim/main.ts")) {
  main().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exit(1);
  });
}

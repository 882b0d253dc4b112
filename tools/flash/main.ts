/** `npm run flash -- --to WHERE [FILE]`: a firmware package into a terminal, over a cable, a login, a memory stick, or into the simulator. */
import { copyFileSync, existsSync, readdirSync, readFileSync, renameSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { Command } from "commander";
import { EXTENSION } from "../../platform/node/loader/inbox.ts";
import { readPackage, sha256 } from "../../platform/node/loader/package.ts";
import { flash } from "./flash.ts";
import { serialTarget } from "./serial.ts";
import { simTarget } from "./sim.ts";
import { sshTarget } from "./ssh.ts";
import { FlashError, type Target } from "./target.ts";
import { whole } from "../whole.ts";

const root = process.env.TAEL_ROOT ?? process.cwd();
const given = (path: string): string => resolve(process.env.INIT_CWD ?? process.cwd(), path);
const WAITING_STATUS = 3;

interface FlashArguments {
  to: string;
  baud: number;
  ssh: string;
  loader: string;
  restart: boolean;
  wait: number;
  answer: number;
}

const seconds = (text: string): number => whole(text, 1, 86_400);

const WAYS: Record<string, (where: string, options: FlashArguments) => Target> = {
  serial: (where, { baud, answer }) => serialTarget(where, baud, answer * 1000),
  ssh: (where, { ssh, loader }) => sshTarget(where, { ssh: ssh.split(" "), loader }),
  sim: (where) => simTarget(where),
};

/** The newest package in dist, for one who has just built it. */
function newest(): string {
  const dist = join(root, "dist");
  const found = readdirSync(dist)
    .filter((name) => name.endsWith(EXTENSION))
    .map((name) => join(dist, name))
    .sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)[0];
  if (found === undefined)
    throw new FlashError("which package? There is none in dist; npm run firmware -- --board NAME --key FILE makes one");
  return found;
}

/** Onto a stick: the terminal finds it under 管理 → 维护 → 固件升级. */
function toDirectory(bytes: Uint8Array, file: string, directory: string): void {
  if (!existsSync(directory)) throw new FlashError(`there is no directory ${directory}`);
  const { board, version } = readPackage(bytes).manifest;
  const target = join(directory, `tael-${board}-${version}${EXTENSION}`);
  copyFileSync(file, `${target}.part`);
  renameSync(`${target}.part`, target);
  if (sha256(readFileSync(target)) !== sha256(bytes))
    throw new FlashError(`${target} reads back otherwise: is the stick full, or worn?`);
  console.log(`${target}\nOn the terminal: Menu 9 9 00 (固件升级), with the administrator's password.`);
}

function progressOn(stream: NodeJS.WriteStream): (have: number, of: number) => void {
  let last = -1;
  return (have, of) => {
    const percent = Math.floor((have * 100) / of);
    if (percent === last) return;
    last = percent;
    const words = `${String(percent).padStart(3)} %  ${have} of ${of} bytes`;
    if (stream.isTTY) stream.write(`\r${words}${percent === 100 ? "\n" : ""}`);
    else if (percent % 10 === 0) stream.write(`${words}\n`);
  };
}

async function main(file: string | undefined, options: FlashArguments): Promise<void> {
  const path = file === undefined ? newest() : given(file);
  const bytes = new Uint8Array(readFileSync(path));
  const colon = options.to.indexOf(":");
  const [way, where] = [options.to.slice(0, colon), options.to.slice(colon + 1)];
  if (way === "dir") return toDirectory(bytes, path, given(where));
  const make = WAYS[way];
  if (make === undefined || where === "")
    throw new FlashError(`--to ${options.to}: serial:/dev/ttyUSB0, ssh:HOST, dir:DIRECTORY or sim:http://127.0.0.1:7400`);
  const target = make(where, options);
  try {
    const result = await flash(target, bytes, {
      restart: options.restart,
      waitMs: options.wait * 1000,
      tries: 5,
      say: (words) => console.log(words),
      progress: progressOn(process.stderr),
    });
    if (result.outcome === "waiting") {
      console.log(`It is there and verified, and waits: ${result.why}. The terminal installs it by itself afterwards.`);
      process.exitCode = WAITING_STATUS;
    } else
      console.log(
        result.outcome === "confirmed"
          ? "done: it runs, tested itself, and is kept"
          : "done: the terminal installs it at its next restart",
      );
  } finally {
    await target.close();
  }
}

await new Command("flash")
  .description(
    "puts a firmware package into a terminal; exit 0 when it runs, 1 when it is refused or taken back, 3 when the terminal will install it later",
  )
  .argument("[file]", "the package (default: the newest in dist)")
  .requiredOption("--to <where>", "serial:/dev/ttyUSB0, ssh:HOST, dir:DIRECTORY (a memory stick) or sim:http://127.0.0.1:7400")
  .option("--baud <n>", "of the serial line", (text) => whole(text, 50, 4_000_000), 115_200)
  .option("--ssh <program>", "ssh with arguments of its own", "ssh")
  .option("--loader <command>", "how the loader is called on the terminal", "tael-loader")
  .option("--no-restart", "leave it to be installed when the terminal restarts by itself")
  .option("--wait <seconds>", "for the terminal to try it and confirm it", seconds, 180)
  .option("--answer <seconds>", "that a terminal at a serial line may take to answer", seconds, 20)
  .action(main)
  .parseAsync()
  .catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    process.exit(1);
  });

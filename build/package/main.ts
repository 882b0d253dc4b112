/** `npm run firmware`: makes, explains and signs firmware packages. Exit 1 with words when something is refused or wrong. */
import { readFileSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { Command, InvalidArgumentError } from "commander";
import { short } from "../../platform/node/loader/judge.ts";
import { EXTENSION } from "../../platform/node/loader/inbox.ts";
import { MONEY, type Money } from "../../platform/node/loader/manifest.ts";
import { publicHex } from "../../platform/node/loader/package.ts";
import { readNamed } from "../../tools/sim/profile.ts";
import { buildAll } from "../build.ts";
import { explain } from "./explain.ts";
import { DEVELOPMENT_KEY, makeKeyPair, readSigner, readSigningKey } from "./keys.ts";
import { makePackage } from "./make.ts";

const root = process.env.TAEL_ROOT ?? process.cwd();

interface MakeArguments {
  board: string;
  key?: string;
  profile?: string;
  appVersion?: string;
  counter: number;
  closed: Money[];
  out?: string;
  dev?: boolean;
}

function counterOf(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0 || value > 65_535) throw new InvalidArgumentError("a whole number from 0 to 65535");
  return value;
}

function closedOf(text: string): Money[] {
  const names = text === "none" ? [] : text.split(",");
  const wrong = names.find((name) => !(MONEY as readonly string[]).includes(name));
  if (wrong !== undefined) throw new InvalidArgumentError(`"${wrong}" is none of ${MONEY.join(", ")}; or "none"`);
  return names as Money[];
}

const versionOf = (): string => (JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { version: string }).version;

/** Where a person stands when typing a path: npm runs programs in the repository's root. */
const given = (path: string): string => resolve(process.env.INIT_CWD ?? process.cwd(), path);
const nameOrPath = (text: string): string => (/^[a-z0-9-]+$/.test(text) ? text : given(text));

async function make(options: MakeArguments): Promise<void> {
  const { dev = false } = options;
  if (options.key === undefined && !dev)
    throw new Error("--key FILE is needed: the key that signs (npm run firmware -- key FILE makes one); or --dev");
  const key = options.key === undefined ? DEVELOPMENT_KEY : readSigningKey(given(options.key));
  const board = readNamed("board", nameOrPath(options.board), join(root, "hal/boards"));
  const profile = profileOf(options.profile, dev);
  if (process.env.TAEL_BUILT !== "1") await buildAll();
  const made = await makePackage({
    root,
    board,
    profile,
    key,
    version: options.appVersion ?? versionOf(),
    securityCounter: options.counter,
    closed: options.closed,
    development: dev,
  });
  const out = options.out === undefined ? join(root, "dist", `${made.name}${EXTENSION}`) : given(options.out);
  writeFileSync(out, made.bytes);
  writeFileSync(`${out}.map`, made.map);
  for (const note of made.notes) console.log(`note: ${note}`);
  for (const line of explain(made.bytes, { signers: [publicHex(key)] }).lines) console.log(line);
  console.log(`${out}\n${out}.map (keep it: it turns the places in a crash report into lines)`);
}

function profileOf(name: string | undefined, dev: boolean): unknown {
  if (name === undefined && !dev) return readNamed("profile", "factory", join(root, "build/package"));
  return readNamed("profile", nameOrPath(name ?? "demo"), join(root, "tools/sim/profiles"));
}

function verify(file: string, { board, signer }: { board?: string; signer?: string[] }): void {
  const bytes = new Uint8Array(readFileSync(given(file)));
  const signers = signer?.map((path) => readSigner(given(path)));
  const { lines, refused } = explain(bytes, { board, signers });
  console.log([basename(file), ...lines].join("\n"));
  if (refused !== undefined) process.exitCode = 1;
}

function newKey(file: string): void {
  const signer = makeKeyPair(given(file));
  console.log(
    `${given(file)}      signs packages: keep it secret, and keep it\n${given(file)}.pub  goes to the terminals\nsigner ${short(signer)}`,
  );
}

function command(): Command {
  const program = new Command("firmware").description("makes, explains and signs firmware packages");
  program
    .command("make", { isDefault: true })
    .description("makes a firmware package: manifest, bundle, fonts, texts, parameters, in one signed file")
    .requiredOption("--board <name|file>", "board profile")
    .option("--key <file>", "Ed25519 private key (PEM) that signs")
    .option("--profile <name|file>", "parameters (default: build/package/factory.json; with --dev the demo's)")
    .option("--app-version <version>", "MAJOR.MINOR.PATCH (default: package.json's)")
    .option("--counter <n>", "security counter: raise it when what came before must never run again", counterOf, 1)
    .option("--closed <list>", `what must be closed before it is installed: of ${MONEY.join(",")}, or none`, closedOf, [
      "reversal",
      "offline",
    ])
    .option("--out <file>", `where it goes (default: dist/tael-BOARD-VERSION${EXTENSION})`)
    .option("--dev", "for a desk: development key, demo profile and debug channel are allowed")
    .action(make);
  program
    .command("verify <file>")
    .description("explains a package and checks every byte of it")
    .option("--board <name>", "the board it is to be installed on")
    .option("--signer <file...>", "public keys (PEM) that are trusted")
    .action(verify);
  program.command("key <file>").description("makes a key pair: FILE and FILE.pub").action(newKey);
  return program;
}

command()
  .parseAsync()
  .catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    process.exit(1);
  });

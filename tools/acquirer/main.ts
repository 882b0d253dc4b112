/** The host simulator alone: npm run acquirer -- --port N [--profile FILE] [--data DIR] [--rules FILE] [--log]. */
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Command } from "commander";
import { parse } from "yaml";
import { z } from "zod";
import { accounts, chipIssuers } from "../cards/index.ts";
import { type AcquirerClock, type AcquirerHost, createAcquirer, type Rule, type TerminalRegistration } from "./index.ts";

const root = process.env.TAEL_ROOT ?? process.cwd();

const profileShape = z.object({
  merchant: z.object({ id: z.string().length(15), name: z.string() }),
  terminal: z.object({ id: z.string().length(8) }),
  keys: z.object({ masterSlot: z.number().int(), signOnCode: z.string(), mac: z.string() }),
  utcOffsetMinutes: z.number().int().optional(),
  testKeys: z.object({
    masterKeys: z.record(z.string(), z.string()),
    workingKeys: z.object({ PIK: z.string(), MAK: z.string(), TDK: z.string() }),
  }),
});

const realClock: AcquirerClock = {
  wallMs: () => Date.now(),
  after(ms, callback) {
    const timer = setTimeout(callback, ms);
    return { stop: () => clearTimeout(timer) };
  },
};

/** JSON or YAML; a bare name is a profile of the simulator. */
function readData(file: string): unknown {
  return parse(readFileSync(file, "utf8"), { stringKeys: true });
}

function profileFile(name: string): string {
  return /^[\w-]+$/.test(name) ? join(root, "tools/sim/profiles", `${name}.json`) : resolve(name);
}

const wholePort = (text: string): number => {
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65535) throw new Error(`--port ${text}: a whole number from 0 to 65535`);
  return port;
};

/** "10000002:898110154110001", as often as there are terminals. */
function registration(text: string, before: TerminalRegistration[]): TerminalRegistration[] {
  const match = /^([ -~]{8}):([ -~]{15})$/.exec(text);
  if (match === null) throw new Error(`--terminal ${text}: 8 characters of terminal, a colon, 15 of merchant`);
  return [...before, { terminal: match[1]!, merchant: match[2]! }];
}

interface Arguments {
  port: number;
  profile: string;
  data?: string;
  rules?: string;
  terminal: TerminalRegistration[];
  log: boolean;
}

async function main(): Promise<void> {
  const options = new Command("acquirer")
    .description("A UnionPay host for tests: ISO 8583 over TCP on 127.0.0.1, test keys and test cards only.")
    .option("--port <n>", "TCP port, 0 for any free one", wholePort, 7401)
    .option("--profile <name|file>", "merchant, terminal and test keys", "demo")
    .option("--data <dir>", "keep the ledger there (else in memory only)")
    .option("--rules <file>", "a list of rules, JSON or YAML (see contract.ts)")
    .option("--terminal <id:merchant>", "register one more terminal (may be repeated)", registration, [])
    .option("--log", "print a line for each message", false)
    .parse()
    .opts<Arguments>();
  const host = createAcquirer({
    profile: profileShape.parse(readData(profileFile(options.profile))),
    dataDir: options.data === undefined ? undefined : resolve(options.data),
    clock: realClock,
    seed: Date.now() % 10_000,
    accounts: accounts(),
    chips: chipIssuers(),
    terminals: options.terminal,
    onLog: options.log ? ({ at, level, words }) => console.log(`${at} ${level} ${words}`) : undefined,
  });
  if (options.rules !== undefined) {
    for (const rule of z.array(z.unknown()).parse(readData(resolve(options.rules)))) host.addRule(rule as Rule);
  }
  const port = await host.listen(options.port);
  console.log(JSON.stringify({ acquirer: `tcp:127.0.0.1:${port}` }));
  closeOnSignal(host);
}

function closeOnSignal(host: AcquirerHost): void {
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void host.close().then(() => process.exit(0)));
}

try {
  await main();
} catch (error) {
  console.error(`acquirer: ${(error as Error).message}`);
  process.exitCode = 1;
}

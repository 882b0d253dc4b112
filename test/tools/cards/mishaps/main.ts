/** `node build/run.mjs test/tools/cards/mishaps/main.ts [--bytes n] [--part i/n]`: all that can happen to the tray's cards, or every nth byte of it, as one JSON line. */
import { Command } from "commander";
import { sufferAll } from "./part.ts";

const { bytes, part } = new Command("mishaps")
  .option("--bytes <n>", "every nth byte", "1")
  .option("--part <i/n>", "this one of n parts, from 0", "0/1")
  .parse()
  .opts<{ bytes: string; part: string }>();
const [which = 0, of = 1] = part.split("/").map(Number);
const counted = await sufferAll({ pulls: 1, bytes: Number(bytes), part: [which, of] });
process.stdout.write(`${JSON.stringify(counted)}\n`);
process.exitCode = counted.violations.length === 0 ? 0 : 1;

/**
 * `npm run bench`: figures of speed and size, shown and never judged. `--json` for programs. Takes about a minute and a half, which a busy machine
 * may stretch; figures of two runs on a shared machine differ by a quarter.
 */
import { cpus } from "node:os";
import { buildAll } from "../../build/build.ts";
import { dayBook } from "./book.ts";
import { cards } from "./cards.ts";
import { codec, engineStart } from "./codec.ts";
import { desk } from "./desk.ts";
import { emv } from "./emv.ts";
import { engines } from "./engines.ts";
import { now, table } from "./figures.ts";
import { settlement } from "./settlement.ts";
import { sizes } from "./sizes.ts";

const began = now();
await buildAll();
const sections = [
  await sizes(),
  await engineStart(),
  ...(await desk()),
  ...(await settlement()),
  ...(await dayBook()),
  await codec(),
  await emv(),
  ...(await engines()),
  ...(await cards()),
];
const machine = { node: process.version, cpu: cpus()[0]?.model ?? "unknown", cpus: cpus().length };
const seconds = Math.round((now() - began) / 100) / 10;
if (process.argv.includes("--json")) console.log(JSON.stringify({ machine, seconds, sections }, undefined, 2));
else {
  console.log(`Node ${machine.node} on ${machine.cpus} × ${machine.cpu}\n`);
  console.log(table(sections));
  console.log(`\n${seconds} s`);
}

/** `npm run long -- --transactions 100000`: the long run, told after each settlement; exit status 1 when memory grew by more than 5 %. */
import { Command } from "commander";
import { growth, longRun, SALES_OF_A_BATCH } from "./long.ts";

const MOST_GROWTH = 0.05;

const { transactions, seed } = new Command("long")
  .description("one terminal in QuickJS, sale after sale, a settlement after every hundred; its memory must stay flat")
  .option("--transactions <n>", "how many", "100000")
  .option("--seed <n>", "of the world", "1")
  .parse()
  .opts<{ transactions: string; seed: string }>();

const told = (count: number, bytes: number, kept: number, engine: number, seconds: number): string =>
  `${count} transactions, at least ${bytes} bytes used in the last batch, ${kept} of them kept in the store, engine ${(engine / 1_048_576).toFixed(1)} MiB, ${seconds.toFixed(0)} s`;

const run = await longRun(Number(transactions), Number(seed), undefined, (now) =>
  console.log(
    told(
      now.transactions,
      Math.min(...now.usedBytes.slice(-SALES_OF_A_BATCH)),
      now.keptBytes.at(-1) ?? 0,
      now.engineBytes,
      now.seconds,
    ),
  ),
);
const grown = growth(run);
console.log(`growth without what the store keeps ${(grown * 100).toFixed(2)} %, ${MOST_GROWTH * 100} % are allowed`);
process.exit(grown <= MOST_GROWTH ? 0 : 1);

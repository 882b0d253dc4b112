/** `npm run long -- --transactions 100000`: the long run, told after each settlement; exit status 1 when memory grew by more than 5 %. */
import { Command } from "commander";
import { growth, type LongRun, longRun, MEASURED_OF_A_BATCH } from "./long.ts";

const MOST_GROWTH = 0.05;
/** Below, the thirds say nothing. */
const LEAST_FOR_GROWTH = 3_000;

const { transactions, seed } = new Command("long")
  .description("one terminal in QuickJS, sale after sale, a settlement after every hundred; its memory must stay flat")
  .option("--transactions <n>", "how many", "100000")
  .option("--seed <n>", "of the world", "1")
  .parse()
  .opts<{ transactions: string; seed: string }>();

const told = ({ transactions, usedBytes, keptBytes, engineBytes, seconds }: LongRun): string =>
  [
    `${transactions} transactions`,
    `at least ${Math.min(...usedBytes.slice(-MEASURED_OF_A_BATCH))} bytes used in the last batch`,
    `${keptBytes.at(-1) ?? 0} of them kept in the store`,
    `engine ${(engineBytes / 1_048_576).toFixed(1)} MiB`,
    `${seconds.toFixed(0)} s`,
    ...(transactions >= LEAST_FOR_GROWTH ? [`growth so far ${shareOf(growth({ usedBytes, keptBytes }))}`] : []),
  ].join(", ");

const shareOf = (share: number): string => `${(share * 100).toFixed(2)} %`;

const run = await longRun(Number(transactions), Number(seed), undefined, (now) => console.log(told(now)));
const grown = growth(run);
console.log(`growth without what the store keeps ${shareOf(grown)}, ${shareOf(MOST_GROWTH)} are allowed`);
process.exit(grown <= MOST_GROWTH ? 0 : 1);

/** `npm run scenario -- FILE…`: each file on a desk of its own, headless, with an empty store. Exit 1 when an expectation fails. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { Command } from "commander";
import { startDesk } from "../main.ts";
import { type Report, readScenario, runScenario, type Scenario } from "./scenario.ts";
import { httpApi } from "./http-api.ts";
import { LOOKS, VERBS } from "./steps.ts";

const DEFAULT_SEED = 1;

async function runOnOwnDesk(scenario: Scenario): Promise<Report> {
  const data = mkdtempSync(join(tmpdir(), "tael-scenario-"));
  try {
    const { desk } = scenario;
    const running = await startDesk({
      headless: true,
      port: 0,
      data,
      fresh: true,
      board: desk.board ?? "desk",
      profile: desk.profile ?? "demo",
      clock: desk.clock ?? "free",
      seed: desk.seed ?? DEFAULT_SEED,
    });
    try {
      return await runScenario(scenario, httpApi(running.addresses.http));
    } finally {
      await running.close();
    }
  } finally {
    rmSync(data, { recursive: true, force: true });
  }
}

function tell(report: Report): void {
  if (report.failure === undefined) {
    console.log(`ok   ${report.name} (${report.steps} steps)`);
    return;
  }
  const { at, step, words } = report.failure;
  console.log(`FAIL ${report.name}\n     step ${at} of ${report.steps}: ${step}\n     ${words}`);
}

async function main(): Promise<void> {
  const command = new Command("scenario")
    .description("runs scenario files, each on a desk of its own")
    .argument("<file...>")
    .option("--url <http>", "use a desk that is running already, as it stands")
    .addHelpText("after", `\nSteps:\n${[...VERBS, ...LOOKS].map(({ usage }) => `  ${usage}`).join("\n")}`)
    .parse();
  const { url } = command.opts<{ url?: string }>();
  let failed = 0;
  for (const file of command.args) {
    const scenario = readScenario(readFileSync(file, "utf8"), basename(file));
    const report =
      url === undefined ? await runOnOwnDesk(scenario) : await runScenario(scenario, httpApi(url.replace(/\/$/, "")));
    tell(report);
    if (report.failure !== undefined) failed++;
  }
  process.exit(failed > 0 ? 1 : 0);
}

if (process.argv[1]?.endsWith("scenario/main.ts")) {
  main().catch((error: unknown) => {
    console.error(error instanceof Error ? error.message : String(error));
    process.exit(1);
  });
}

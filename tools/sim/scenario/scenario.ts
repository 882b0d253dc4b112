/** A scenario file: what it is called, how its desk is started, and its steps. */
import { parse } from "yaml";
import { z } from "zod";
import { firstProblem } from "../profile.ts";
import { type Api, runStep } from "./steps.ts";

const scenarioSchema = z.union([
  z.array(z.string()),
  z.strictObject({
    name: z.string().optional(),
    /** Options of the desk, as on its command line. */
    desk: z
      .strictObject({
        board: z.string().optional(),
        profile: z.string().optional(),
        seed: z.number().int().min(0).optional(),
        clock: z.enum(["free", "real"]).optional(),
      })
      .optional(),
    steps: z.array(z.string()),
  }),
]);

export interface Scenario {
  name: string;
  desk: { board?: string; profile?: string; seed?: number; clock?: "free" | "real" };
  steps: string[];
}

/** Throws Error with words when it is not one. */
export function readScenario(text: string, fileName: string): Scenario {
  let yaml: unknown;
  try {
    // Keys that are maps themselves, some hundred deep, would be written out as text for most of a minute.
    yaml = parse(text, { logLevel: "error", stringKeys: true });
  } catch (error) {
    throw new Error(`${fileName}: not YAML: ${error instanceof Error ? error.message : String(error)}`);
  }
  const parsed = scenarioSchema.safeParse(yaml);
  if (!parsed.success) {
    const narrow = Array.isArray(yaml) ? z.array(z.string()).safeParse(yaml) : scenarioSchema.options[1].safeParse(yaml);
    throw new Error(`${fileName}: ${narrow.success ? "not a scenario" : firstProblem(narrow.error)}`);
  }
  const { data } = parsed;
  return Array.isArray(data)
    ? { name: fileName, desk: {}, steps: data }
    : { name: data.name ?? fileName, desk: data.desk ?? {}, steps: data.steps };
}

export interface Report {
  name: string;
  steps: number;
  /** Undefined when every step went well. */
  failure: { at: number; step: string; words: string } | undefined;
}

export async function runScenario(scenario: Scenario, api: Api): Promise<Report> {
  for (const [i, step] of scenario.steps.entries()) {
    try {
      await runStep(api, step);
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error);
      return { name: scenario.name, steps: scenario.steps.length, failure: { at: i + 1, step, words } };
    }
  }
  return { name: scenario.name, steps: scenario.steps.length, failure: undefined };
}

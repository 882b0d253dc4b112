/** Stands in for vitest where a conformance suite runs at a bench: `test` and `expect`, one after the other, in words a person can read. */
import {
  ASYMMETRIC_MATCHERS_OBJECT,
  GLOBAL_EXPECT,
  JestAsymmetricMatchers,
  JestChaiExpect,
  JestExtend,
  setState,
} from "@vitest/expect";
import * as chai from "chai";

/** A hand that is not there: the test needs something nobody here can do. */
export class NotPossible extends Error {}

interface Registered {
  name: string;
  run: () => unknown;
}

const registered: Registered[] = [];

export const test = (name: string, run: () => unknown): void => void registered.push({ name, run });

for (const plugin of [JestExtend, JestChaiExpect, JestAsymmetricMatchers]) chai.use(plugin as Parameters<typeof chai.use>[0]);
const globals = globalThis as unknown as Record<PropertyKey, unknown>;
export const expect = ((value: unknown, message?: string) => chai.expect(value, message)) as unknown as typeof chai.expect;
Object.assign(expect, globals[ASYMMETRIC_MATCHERS_OBJECT]);
globals[GLOBAL_EXPECT] = expect;
setState({ assertionCalls: 0 } as never, expect as never);

export interface Outcome {
  name: string;
  outcome: "passed" | "failed" | "skipped";
  /** Why, for failed and skipped. */
  words: string;
}

/** Runs what suites have registered. `only`: part of a test's name. `tell` hears of each as it ends. */
export async function runAll(
  { only, before }: { only: string | undefined; before(name: string): Promise<void> },
  tell: (outcome: Outcome) => void,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const { name, run } of registered.filter((each) => only === undefined || each.name.includes(only))) {
    await before(name);
    const outcome = await one(name, run);
    outcomes.push(outcome);
    tell(outcome);
  }
  return outcomes;
}

async function one(name: string, run: () => unknown): Promise<Outcome> {
  try {
    await run();
    return { name, outcome: "passed", words: "" };
  } catch (error) {
    if (error instanceof NotPossible) return { name, outcome: "skipped", words: `well as far as it went; ${error.message}` };
    const { message, actual, expected } = error as { message: string; actual?: unknown; expected?: unknown };
    const seen = actual === undefined && expected === undefined ? "" : `\nwanted ${shown(expected)}\ngot    ${shown(actual)}`;
    return { name, outcome: "failed", words: `${message ?? String(error)}${seen}` };
  }
}

const shown = (value: unknown): string => (JSON.stringify(value) ?? String(value)).slice(0, 400);

/** Rules: what the host does instead of its usual answer, for tests (./contract.ts). */
import { checkScript } from "./chip/scripts.ts";
import { split60 } from "./check.ts";
import { type DecodedFrame, encodeField } from "./codec.ts";
import type { Rule, RuleMatch } from "./contract.ts";

type Fault = NonNullable<Rule["fault"]>;

const faults: Record<Fault, true> = {
  silence: true,
  "drop-request": true,
  "late-request": true,
  "wrong-mac": true,
  "no-mac": true,
  "wrong-trace": true,
  "wrong-amount": true,
  "wrong-terminal": true,
  "wrong-mti": true,
  garbage: true,
  oversize: true,
  duplicate: true,
  disconnect: true,
  drip: true,
  "short-length": true,
};

const wholeOrNone = (value: number | undefined, name: string, least: number): void => {
  if (value !== undefined && !(Number.isSafeInteger(value) && value >= least)) {
    throw new Error(`rule: ${name} ${value} must be a whole number, ${least} or more`);
  }
};

/** Throws Error saying what is wrong with the rule, so that a test does not wait for a rule that can never work. */
export function checkRule(rule: Rule): void {
  if (typeof rule !== "object" || rule === null || typeof rule.match !== "object" || rule.match === null) {
    throw new Error("rule: needs `match` (an empty one matches every message)");
  }
  if (rule.fault !== undefined && !(rule.fault in faults)) {
    throw new Error(`rule: no fault ${JSON.stringify(rule.fault)}; there are ${Object.keys(faults).join(", ")}`);
  }
  wholeOrNone(rule.atByte, "atByte", 0);
  wholeOrNone(rule.delayMs, "delayMs", 0);
  wholeOrNone(rule.count, "count", 1);
  wholeOrNone(rule.headerRequest, "headerRequest", 0);
  if ((rule.headerRequest ?? 0) > 9) throw new Error("rule: headerRequest is one digit");
  if (rule.fault === "late-request" && rule.delayMs === undefined) throw new Error("rule: late-request needs delayMs");
  for (const [de, value] of Object.entries(rule.answer ?? {})) encodeField(Number(de), value);
  for (const script of rule.chip?.scripts ?? []) checkScript(script);
  if (rule.answer?.["64"] !== undefined) throw new Error("rule: 64 is made last; use the faults wrong-mac or no-mac");
  if (rule.answer?.["39"] === "10" && rule.answer["4"] === undefined) {
    throw new Error("rule: answer 39=10 (partial approval) needs the approved amount in 4");
  }
}

function matches(match: RuleMatch, frame: DecodedFrame, pan: string | undefined): boolean {
  const { fields } = frame;
  if (match.mti !== undefined && match.mti !== frame.mti) return false;
  if (match.amount !== undefined && match.amount !== fields[4]) return false;
  if (match.terminal !== undefined && match.terminal !== fields[41]) return false;
  if (match.management !== undefined && match.management !== split60(fields[60]).management) return false;
  if (match.card !== undefined && pan?.startsWith(match.card) !== true) return false;
  return Object.entries(match.fields ?? {}).every(([de, value]) => fields[de] === value);
}

export class Rules {
  #rules: (Rule & { left?: number })[] = [];

  add(rule: Rule): void {
    checkRule(rule);
    this.#rules.push({ ...structuredClone(rule), ...(rule.count === undefined ? {} : { left: rule.count }) });
  }

  clear(): void {
    this.#rules = [];
  }

  all(): (Rule & { left?: number })[] {
    return structuredClone(this.#rules);
  }

  /** The first that matches and is not used up; one use is taken from it. */
  take(frame: DecodedFrame, pan: string | undefined): Rule | undefined {
    const rule = this.#rules.find((candidate) => candidate.left !== 0 && matches(candidate.match, frame, pan));
    if (rule?.left !== undefined) rule.left--;
    return rule;
  }
}

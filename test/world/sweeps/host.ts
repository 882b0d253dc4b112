/** Every message of every flow × every fault of host and line (reliability §3 F-B). A fault is a row of the table below. */
import type { Rule } from "../../../tools/acquirer/contract.ts";
import type { ActiveFault } from "../../../tools/sim/contract.ts";
import { run, type Stage, staged, gone } from "./cell.ts";
import type { Absent, Listing, Point, Sweep } from "./cells.ts";
import { LOST, loseRecords } from "./lost.ts";
import { SWEEP_FLOWS, type SweepFlow } from "./flows.ts";

/** A message of the flow's. */
export interface Step {
  /** Counted from 1. */
  n: number;
  mti: string;
  /** 60.3. */
  code: string;
  /** Of its answer, with the length in front. */
  answerBytes: number;
}

interface HostFault {
  fault: string;
  name: string;
  /** At these bytes of the answer, each a point of its own; `line` gets it as its value. */
  bytes?(step: Step): readonly number[];
  /** Why this message cannot meet it. */
  absent?(step: Step): string | undefined;
  /** Set when the message before it is on the line: it is about the connection. */
  early?: true;
  line?: ActiveFault;
  rules?(step: Step): Rule[];
  /** The host comes back from a copy of its ledger that lacks its last so many records. */
  loses?: number;
}

const isMoney = ({ mti }: Step): boolean => mti === "0100" || mti === "0200";
const isSignOn = ({ mti, code }: Step): boolean => mti === "0800" && code === "004";
const only =
  (is: (step: Step) => boolean, why: string) =>
  (step: Step): string | undefined =>
    is(step) ? undefined : why;
const ofMoney = only(isMoney, "nothing is reversed but a request for money");
const once = (rule: Omit<Rule, "match" | "count">, match: Rule["match"] = {}): Rule => ({ match, count: 1, ...rule });

/** What the terminal works its sum with is not what the host has. */
const WRONG_KEYS = "00".repeat(20);
/** Shares of an answer after which the line breaks, in bytes: in the length, the TPDU, the header, the bitmap, the fields. */
const BREAKS = [1, 2, 8, 14, 20, 40, 70];
/** Longer than the terminal waits for an answer. */
const TOO_LATE_MS = 75_000;
const SLOW_BYTE_MS = 1_000;

export const HOST_FAULTS: readonly HostFault[] = [
  { fault: "B1", name: "connection refused", early: true, line: { fault: "refuse" } },
  { fault: "B1", name: "nobody takes the call", early: true, line: { fault: "unplugged" } },
  { fault: "B2", name: "silence from here on", line: { fault: "drop-request", count: 99 } },
  { fault: "B3", name: "request lost", line: { fault: "drop-request", count: 1 } },
  { fault: "B3", name: "request late by 75 s", rules: () => [once({ fault: "late-request", delayMs: TOO_LATE_MS })] },
  { fault: "B4", name: "answer lost", line: { fault: "drop-response", count: 1 } },
  { fault: "B4", name: "the line breaks when it is booked", line: { fault: "disconnect", count: 1 } },
  { fault: "B5", name: "answer late by 75 s", line: { fault: "delay-response", value: TOO_LATE_MS, count: 1 } },
  { fault: "B5", name: "answer just before the next one", line: { fault: "late-response", count: 1 } },
  { fault: "B6", name: "answer twice", line: { fault: "duplicate-response", count: 1 } },
  { fault: "B7", name: "answer to another trace", line: { fault: "wrong-trace", count: 1 } },
  { fault: "B7", name: "answer to another amount", absent: ofMoney, rules: () => [once({ fault: "wrong-amount" })] },
  { fault: "B7", name: "answer to another terminal", rules: () => [once({ fault: "wrong-terminal" })] },
  { fault: "B8", name: "wrong MAC", line: { fault: "wrong-mac", count: 1 } },
  { fault: "B8", name: "no MAC", absent: ofMoney, rules: () => [once({ fault: "no-mac" })] },
  {
    fault: "B9",
    name: "working keys that do not fit",
    absent: only(isSignOn, "only a sign-on brings keys"),
    rules: () => [once({ answer: { "62": WRONG_KEYS } })],
  },
  {
    fault: "B9",
    name: "the host says that the MAC is wrong (A0)",
    absent: only((step) => isMoney(step) || step.mti === "0400" || step.mti === "0220", "its request carries no MAC"),
    rules: () => [once({ answer: { "39": "A0" } })],
  },
  ...BREAKS.map(
    (value): HostFault => ({ fault: "B10", name: `cut at byte ${value}`, line: { fault: "cut-at-byte", value, count: 1 } }),
  ),
  {
    fault: "B10",
    name: "a bit changed in byte",
    bytes: ({ answerBytes }) => Array.from({ length: answerBytes }, (_, at) => at),
    line: { fault: "change-byte", count: 1 },
  },
  { fault: "B11", name: "half-open from here on", line: { fault: "unplugged" } },
  { fault: "B12", name: "noise", line: { fault: "garbage", count: 1 } },
  { fault: "B12", name: "oversize", line: { fault: "oversize", count: 1 } },
  { fault: "B12", name: "a length that lies", rules: () => [once({ fault: "short-length" })] },
  { fault: "B12", name: "another kind of message", rules: () => [once({ fault: "wrong-mti" })] },
  {
    fault: "B13",
    name: "answer lost, and the reversal refused at first",
    absent: ofMoney,
    rules: () => [once({ fault: "silence" }), once({ answer: { "39": "96" } }, { mti: "0400" })],
  },
  {
    fault: "B13",
    name: "answer lost, and the reversal's answers too",
    absent: ofMoney,
    rules: () => [once({ fault: "silence" }), { match: { mti: "0400" }, fault: "silence", count: 4 }],
  },
  {
    fault: "B14",
    name: "the host starts anew: the line breaks, and it asks for a sign-on",
    rules: () => [once({ fault: "disconnect", atByte: 0 }), once({ headerRequest: 3 })],
  },
  ...[1, 2, 5].map((loses): HostFault => ({ fault: "B14", name: `the host has lost its last ${loses} records`, loses })),
  {
    fault: "B15",
    name: "totals differ, says the host",
    absent: only(({ mti }) => mti === "0500", "only 0510 compares totals"),
    rules: () => [once({ answer: { "48": `${"0".repeat(30)}2${"0".repeat(30)}2` } })],
  },
  {
    fault: "B16",
    name: "the line breaks in the upload",
    absent: only(({ mti }) => mti === "0320", "no part of a batch upload"),
    rules: () => [once({ fault: "disconnect", atByte: 30 })],
  },
  {
    fault: "B17",
    name: "asked to sign on again, and refused",
    rules: () => [once({ headerRequest: 3 }), once({ answer: { "39": "05" } }, { mti: "0800", management: "004" })],
  },
  { fault: "B19", name: "a byte each 20 ms", line: { fault: "drip", count: 1 } },
  { fault: "B19", name: "a byte a second", rules: () => [once({ fault: "drip", delayMs: SLOW_BYTE_MS })] },
];

const ELSEWHERE = {
  B18: "the world's line has no TLS: to the firmware it is B1; bad certificates, a missing authority file and TLS asked of a plain port are in test/peer/tls",
  B20: "the world has one line: a first host that is shut, the second instead, and the way back are walked in test/peer/backup",
};

/** Messages of the flow when nothing goes wrong. */
export async function stepsOf(flow: SweepFlow): Promise<Step[]> {
  const stage = await staged(flow, 1);
  const { world } = stage;
  try {
    const before = world.desk.messages().length;
    await gone(stage);
    const messages = world.desk.messages().slice(before);
    const sent = messages.flatMap(({ dir }, at) => (dir === "out" ? [at] : []));
    return sent.map((at, n) => {
      const { mti = "", fields = {} } = messages[at] ?? {};
      const answer = messages.slice(at, sent[n + 1]).find(({ dir }) => dir === "in");
      return { n: n + 1, mti, code: fields["60"]?.slice(8, 11) ?? "", answerBytes: (answer?.hex.length ?? 0) / 2 };
    });
  } finally {
    await world.close();
  }
}

const atByte = (made: HostFault, value: number): HostFault => ({
  ...made,
  name: `${made.name} ${value}`,
  ...(made.line === undefined ? {} : { line: { ...made.line, value } }),
});

function arrange({ world }: Stage, { n }: Step, made: HostFault, rules: readonly Rule[]): void {
  const act = (): void => {
    world.troubledMs = world.desk.clock.now();
    if (made.line !== undefined) world.desk.setFault("host", made.line);
    if (made.loses !== undefined) loseRecords(world, made.loses);
    // A rule of the flow's own stands behind: the first that matches applies.
    for (const rule of rules) world.desk.acquirer?.addRule(rule);
  };
  const at = made.early ? n - 1 : n;
  if (at === 0) act();
  else world.atRequest(at, act);
}

function point(flow: SweepFlow, step: Step, made: HostFault): Point {
  return {
    flow: flow.name,
    fault: made.fault,
    name: `${made.name}, at message ${step.n} (${`${step.mti} ${step.code}`.trim()})`,
    async run(seed) {
      let spoiled = true;
      const outcome = await run({
        flow,
        seed,
        ending: "settled",
        ...(made.loses === undefined ? {} : { lost: LOST }),
        trouble: (stage) => {
          arrange(stage, step, made, made.rules?.(step) ?? []);
          return undefined;
        },
        missed: ({ world }) => {
          const counted = made.line?.count === 1 && made.fault !== "B2";
          spoiled = !counted || !world.desk.line.faults.some(({ fault }) => fault === made.line?.fault);
          return undefined;
        },
      });
      return spoiled || outcome.violations.length > 0 ? outcome : undefined;
    },
  };
}

export const hostSweep: Sweep = {
  name: "host faults",
  elsewhere: ELSEWHERE,
  flows: () => SWEEP_FLOWS.filter(({ quiet }) => quiet !== true),
  async list(flow): Promise<Listing> {
    const points: Point[] = [];
    const absent: Absent[] = [];
    for (const step of await stepsOf(flow)) {
      for (const made of HOST_FAULTS) {
        const why = made.absent?.(step);
        if (why === undefined)
          points.push(...(made.bytes?.(step).map((at) => atByte(made, at)) ?? [made]).map((each) => point(flow, step, each)));
        else absent.push({ flow: flow.name, fault: made.fault, why });
      }
    }
    return { points, absent };
  },
};

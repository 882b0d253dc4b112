/** The machine: requests and answers, traces, and that nothing a card says is more than an outcome (§5, §12 robustness). */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { firmwareOptions, kernelChecksum } from "../../../build/firmware.ts";
import { type Answer, KERNEL, Kernel, replay, type Request, runTransaction, Trace } from "../../../app/emv/index.ts";
import { type Exchange, ScriptedCard } from "./card.ts";
import { ac, AID, internalAuthenticate, makeImage, start, terminalFor } from "./image.ts";
import { play } from "./play.ts";

const image = makeImage({ oda: "dda", data: { "8E": `${"00".repeat(8)}41004200`, "9F14": "03", "9F23": "05" } });
const get = (tag: string, answer: string): Exchange => ({ command: `80CA${tag}00`, answer });
const SCRIPTS = "720F9F1804000000018606841E00000100";
const script = (): Exchange[] => [
  ...start(image),
  internalAuthenticate(image),
  get("9F17", "9F1701039000"),
  { command: "0020008008241234", answer: "9000" },
  get("9F36", "9F360200149000"),
  get("9F13", "9F130200109000"),
  ac("ARQC", { p1: "80" }),
  { command: "008200000A", answer: "9000" },
  ac("TC", { p1: "40" }),
  { command: "841E00000100", answer: "9000" },
];
const people = { offlinePin: () => "1234", onlinePin: () => "entered" as const };
const host = () => ({ code: "00", authenticationData: "AABBCCDD112233443030", scripts: SCRIPTS });
const terminal = terminalFor(image, { people, display: false });

async function recorded(): Promise<Trace> {
  const trace = new Trace();
  const card = new ScriptedCard(script());
  const outcome = await runTransaction(card, { ...terminal, trace }, 10_000, host);
  card.done();
  expect(outcome.result).toBe("approved-online");
  return trace;
}

describe("trace", () => {
  test("the same answers make the same transaction", async () => {
    const trace = await recorded();
    const lines = JSON.parse(JSON.stringify(trace.lines)) as typeof trace.lines;
    const { outcome } = await play(image, script(), { host, terminal: { people, display: false } });
    expect(replay(lines, terminal, 10_000)).toEqual(outcome);
  });

  test("no PIN is in it", async () => {
    const words = JSON.stringify((await recorded()).lines);
    expect(words).not.toContain("241234");
    expect(words).toContain("0020008008*");
  });

  test("another kernel, terminal or amount is noticed at the first line that differs", async () => {
    const { lines } = await recorded();
    expect(() => replay(lines, terminal, 10_001)).toThrow(/^line 4: was apdu 80A8/);
    expect(() => replay(lines.slice(0, 5), terminal, 10_000)).toThrow("line 6: ends before apdu");
    expect(() => replay([...lines, ...lines.slice(0, 1)], terminal, 10_000)).toThrow("is outcome");
  });
});

describe("machine", () => {
  test("asks, is told, and comes to an outcome", () => {
    const kernel = new Kernel({ applications: [AID], date: "261122" }, 10_000);
    const first = kernel.start();
    expect(first).toMatchObject({ ask: "apdu", about: "SELECT" });
    const second = kernel.next({ to: "apdu", value: Uint8Array.of(0x6a, 0x81) });
    expect(second).toMatchObject({ ask: "outcome", outcome: { result: "card-blocked" } });
    expect(() => kernel.next({ to: "apdu", value: undefined })).toThrow("nothing was asked");
  });

  test("an answer to another question is refused", () => {
    const kernel = new Kernel({ applications: [AID] }, 1);
    expect(() => kernel.next({ to: "message", value: undefined })).toThrow("nothing was asked");
    kernel.start();
    expect(() => kernel.start()).toThrow("has begun");
    expect(() => kernel.next({ to: "percent", value: 3 })).toThrow("apdu: answered with one to percent");
  });

  test("what the caller left out is named", async () => {
    const bare = new ScriptedCard(start(image));
    await expect(runTransaction(bare, { applications: [AID], caKeys: [image.caKey], date: "261122" }, 1)).rejects.toThrow("9F37");
    const card = new ScriptedCard(start(image));
    await expect(runTransaction(card, { applications: [AID], unpredictableNumber: "11223344" }, 1)).rejects.toThrow("9A");
    expect(() => new Kernel({}, -1)).toThrow("amountFen");
    expect(() => new Kernel({}, 1.5)).toThrow("amountFen");
    expect(() => new Kernel({ type: "99" }, 1)).toThrow("type");
    expect(() => new Kernel({ capabilities: "E0F8" }, 1)).toThrow("capabilities");
  });

  test("an unpredictable number is asked for when nobody gave one, and used for all of the transaction", async () => {
    const asked: number[] = [];
    const random = (count: number) => {
      asked.push(count);
      return "DEADBEEF";
    };
    const { hex } = await play(image, script(), {
      host,
      terminal: { unpredictableNumber: undefined, people: { ...people, random } },
    });
    expect([asked, hex("9F37")]).toEqual([[4], "DEADBEEF"]);
  });

  test("a channel may be a function, synchronous, and speak hex", async () => {
    const outcome = await runTransaction(() => "6A81", { applications: [AID] }, 1);
    expect(outcome.result).toBe("card-blocked");
  });

  test("what a channel throws goes through", async () => {
    const broken = () => {
      throw new Error("reader unplugged");
    };
    await expect(runTransaction(broken, { applications: [AID] }, 1)).rejects.toThrow("reader unplugged");
  });
});

describe("a bad card", () => {
  const count = script().length;
  /** What a wrong status does at each command: an outcome, and never an approval the script did not reach. */
  test.each(Array.from({ length: count }, (_, at) => at))("a wrong status at exchange %i", async (at) => {
    for (const status of ["6A81", "6985", "6700", "6F00", "63C0", ""]) {
      const changed = script();
      changed[at] = { ...(changed[at] as Exchange), answer: status === "" ? undefined : status };
      const outcome = await loose(changed);
      expect(typeof outcome.result).toBe("string");
      if (status === "" && !outcome.result.startsWith("declined"))
        expect(["card-error", "terminated", "approved-online"]).toContain(outcome.result);
    }
  });

  test("whatever it answers, it comes to an outcome in bounded time", async () => {
    const answers = script().map(({ answer }) => (typeof answer === "string" ? answer : "9000"));
    const noise = fc.oneof(
      fc.constantFrom(...answers, "9000", "6A82", "61FF", "6C10", "6283", "6985"),
      fc.uint8Array({ maxLength: 40 }).map((bytes) => `${Buffer.from(bytes).toString("hex")}9000`),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(noise, { minLength: 1, maxLength: 60 }), async (list) => {
        let at = 0;
        let sent = 0;
        const channel = () => {
          sent++;
          return list[at++ % list.length];
        };
        const outcome = await runTransaction(channel, { ...terminal, people: { ...people, percent: () => 50 } }, 10_000, host);
        expect(sent).toBeLessThan(5_000);
        expect(outcome.data["95"]).toHaveLength(5);
      }),
      { seed: 20_261_122, numRuns: 150 },
    );
  });

  test("one byte of a good card turned over is still an outcome", async () => {
    const good = script();
    await fc.assert(
      fc.asyncProperty(
        fc.nat({ max: count - 1 }),
        fc.nat({ max: 400 }),
        fc.integer({ min: 1, max: 255 }),
        async (at, byte, mask) => {
          const changed = [...good];
          const { command, answer } = good[at] as Exchange;
          changed[at] = {
            command,
            answer: (sent) => flip(typeof answer === "function" ? answer(sent) : (answer ?? ""), byte, mask),
          };
          expect(typeof (await loose(changed)).result).toBe("string");
        },
      ),
      { seed: 20_261_122, numRuns: 60 },
    );
  });
});

function flip(hex: string, at: number, mask: number): string {
  const bytes = Buffer.from(hex, "hex");
  const place = at % bytes.length;
  bytes[place] = (bytes[place] ?? 0) ^ mask;
  return bytes.toString("hex");
}

/** Answers by command rather than by place: the transaction may take another way. */
async function loose(changed: Exchange[]) {
  const left = [...changed];
  const channel = (command: Uint8Array) => {
    const digits = Buffer.from(command).toString("hex").toUpperCase();
    const found = left.findIndex((one) => new RegExp(`^${one.command}`).test(digits));
    const [exchange] = found < 0 ? [] : left.splice(found, 1);
    if (exchange === undefined) return "6D00";
    return typeof exchange.answer === "function" ? exchange.answer(digits) : exchange.answer;
  };
  return await runTransaction(channel, terminal, 10_000, host);
}

describe("types", () => {
  test("every request can be answered by its own kind", () => {
    const answer = (request: Request): Answer | undefined =>
      request.ask === "outcome" ? undefined : ({ to: request.ask, value: undefined } as Answer);
    expect(answer({ ask: "message", id: "remove-card" })).toEqual({ to: "message", value: undefined });
  });
});

test("the kernel says its version and checksum, which changes with its sources alone", () => {
  expect(KERNEL).toEqual({ version: "1.0", checksum: "" });
  const root = process.env.TAEL_ROOT ?? process.cwd();
  const defined = firmwareOptions(root).define?.EMV_CHECKSUM;
  expect(defined).toBe(JSON.stringify(kernelChecksum(root)));
  expect(defined).toMatch(/^"[0-9A-F]{8}"$/);
});

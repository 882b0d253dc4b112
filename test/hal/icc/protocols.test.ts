/** T=0 and T=1 by themselves: no reader, no time. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseApdu } from "../../../hal/icc/apdu.ts";
import { ProtocolBroken, transmitT0 } from "../../../hal/icc/t0.ts";
import { type ExchangeBlock, T1 } from "../../../hal/icc/t1.ts";
import { blockOf, readBlock } from "../../../hal/icc/t1-blocks.ts";
import { fromHex, toHex } from "../../../platform/guest/bytes.ts";
import { type CardOptions, pattern, T0Card, T1Card, Works } from "../../conform/chip-cards.ts";

/** Answers in turn what a card is to say to what it must be sent. */
function script(...lines: readonly [sent: string, answer: string][]) {
  const left = [...lines];
  const exchange = (bytes: Uint8Array): Promise<Uint8Array> => {
    const [sent, answer] = left.shift() ?? ["nothing", ""];
    expect(toHex(bytes)).toBe(sent);
    return Promise.resolve(fromHex(answer));
  };
  return { exchange, left };
}

const t0 = async (command: string, ...lines: readonly [string, string][]): Promise<string> => {
  const { exchange, left } = script(...lines);
  const answer = toHex(await transmitT0(parseApdu(fromHex(command))!, exchange));
  expect(left).toEqual([]);
  return answer;
};

test("T=0: what is on the wire in each case", async () => {
  expect(await t0("00010203", ["0001020300", "9000"])).toBe("9000");
  expect(await t0("00B0000005", ["00B0000005", "01020304059000"])).toBe("01020304059000");
  expect(await t0("00B0000000", ["00B0000000", "6C02"], ["00B0000002", "AABB9000"])).toBe("AABB9000");
  expect(await t0("00D6000002AABB", ["00D6000002AABB", "6985"])).toBe("6985");
  expect(await t0("00A4000002AABB00", ["00A4000002AABB", "6103"], ["00C0000003", "0102039000"])).toBe("0102039000");
  expect(await t0("00A4000002AABB00", ["00A4000002AABB", "6A82"])).toBe("6A82");
});

test("T=0: more than one answer, an answer whose length is corrected, warnings with and without data", async () => {
  const command = "00A4000002AABB00";
  const sent = "00A4000002AABB";
  expect(await t0(command, [sent, "6102"], ["00C0000002", "01026101"], ["00C0000001", "039000"])).toBe("0102039000");
  expect(await t0(command, [sent, "6100"], ["00C0000000", "6C02"], ["00C0000002", "01029000"])).toBe("01029000");
  expect(await t0(command, [sent, "6283"], ["00C0000000", "6C02"], ["00C0000002", "01029000"])).toBe("01026283");
  expect(await t0(command, [sent, "6300"], ["00C0000000", "6F00"])).toBe("6300");
  expect(await t0("00D6000002AABB", [sent.replace("A4", "D6"), "6310"])).toBe("6310");
});

test("T=0: a card that always has more, and answers that are none", async () => {
  const endless = transmitT0(parseApdu(fromHex("00B0000000"))!, () => Promise.resolve(fromHex("016101")));
  await expect(endless).rejects.toThrow(ProtocolBroken);
  for (const answer of ["", "90", "6000", "1234", "FFFF"]) {
    await expect(transmitT0(parseApdu(fromHex("00010203"))!, () => Promise.resolve(fromHex(answer)))).rejects.toThrow(
      ProtocolBroken,
    );
  }
});

test("T=1: blocks as the standard draws them, read back as they were", () => {
  expect(toHex(blockOf({ kind: "S", s: "ifs", request: true, info: Uint8Array.of(254) }, "lrc"))).toBe("00C101FE3E");
  expect(toHex(blockOf({ kind: "R", sequence: 1, error: "checksum" }, "lrc"))).toBe("00910091");
  expect(toHex(blockOf({ kind: "I", sequence: 1, more: true, info: fromHex("AA") }, "lrc"))).toBe("006001AACB");
  fc.assert(
    fc.property(
      fc.constantFrom("lrc", "crc"),
      fc.nat(1),
      fc.boolean(),
      fc.uint8Array({ maxLength: 254 }),
      (checksum, sequence, more, info) => {
        const block = { kind: "I" as const, sequence, more, info };
        const bytes = blockOf(block, checksum as "lrc" | "crc");
        expect(readBlock(bytes, checksum as "lrc" | "crc")).toEqual({ ...block, info: Uint8Array.from(info) });
      },
    ),
  );
});

test("T=1: no single wrong bit is taken for right, and any bytes are read or refused", () => {
  const bytes = blockOf({ kind: "I", sequence: 0, more: false, info: fromHex("00A40400") }, "lrc");
  for (let bit = 0; bit < bytes.length * 8; bit++) {
    const wrong = bytes.slice();
    wrong[bit >> 3]! ^= 1 << (bit & 7);
    expect(readBlock(wrong, "lrc")).toBe("checksum");
  }
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 300 }),
      fc.constantFrom("lrc" as const, "crc" as const),
      (any, checksum) => void readBlock(any, checksum),
    ),
  );
});

/** A card under a line that loses, damages and doubles by chance. */
function shaky(card: T1Card, harm: (n: number) => "none" | "lost" | "damaged" | "unheard"): ExchangeBlock {
  let n = 0;
  card.reset("cold");
  return (block) => {
    const what = harm(n++);
    const heard = what === "unheard" ? block.map((byte, at) => (at === 1 ? byte ^ 0x04 : byte)) : block;
    const reply = card.exchange(heard);
    if (reply.kind === "mute" || what === "lost") return Promise.resolve(undefined);
    if (what !== "damaged") return Promise.resolve(reply.bytes);
    return Promise.resolve(reply.bytes.map((byte, at) => (at === reply.bytes.length - 1 ? byte ^ 1 : byte)));
  };
}

const HARMS = ["none", "none", "none", "lost", "damaged", "unheard"] as const;

test("T=1 over a bad line: a right answer or an error, and no command is ever done twice", async () => {
  const cards = fc.record({
    fieldBytes: fc.constantFrom(254, 32, 7, 1),
    wtx: fc.constantFrom({ times: 0, multiplier: 1 }, { times: 2, multiplier: 9 }),
    askIfs: fc.constantFrom(undefined, 16, 200),
    checksum: fc.constantFrom("lrc", "crc"),
  });
  await fc.assert(
    fc.asyncProperty(cards, fc.array(fc.constantFrom(...HARMS), { maxLength: 40 }), fc.nat(90), async (options, harms, size) => {
      const card = new T1Card(new Works(), { ...options, askIfs: options.askIfs } as CardOptions);
      const t1 = new T1({
        ifsc: 32,
        checksum: options.checksum as "lrc" | "crc",
        exchange: shaky(card, (n) => harms[n] ?? "none"),
      });
      const data = pattern(size + 1);
      const command = Uint8Array.from([0, 0x88, 0, 0, data.length, ...data, 0]);
      try {
        await t1.start();
        for (let times = 1; times <= 3; times++) {
          expect(toHex(await t1.transmit(command))).toBe(`${toHex(data)}9000`);
          expect(card.works.done).toBe(times);
        }
      } catch (error) {
        if (!(error instanceof ProtocolBroken)) throw error;
        expect(card.works.done).toBeLessThanOrEqual(3);
      }
    }),
    { numRuns: 150 },
  );
});

test("T=1: one fault now and then is always mended", async () => {
  for (const harm of ["lost", "damaged", "unheard"] as const) {
    for (let at = 0; at < 24; at++) {
      const card = new T1Card(new Works(), { fieldBytes: 16 });
      const t1 = new T1({ ifsc: 20, checksum: "lrc", exchange: shaky(card, (n) => (n === at ? harm : "none")) });
      await t1.start();
      const data = pattern(60);
      const command = Uint8Array.from([0, 0x88, 0, 0, data.length, ...data, 0]);
      for (let times = 1; times <= 2; times++) expect(toHex(await t1.transmit(command))).toBe(`${toHex(data)}9000`);
      expect(card.works.done).toBe(2);
    }
  }
});

test.each([
  ["waits without end", "00C30101C3"],
  ["no answer at all", ""],
  ["blocks out of order", "004002900092"],
  ["breaks off", "00C200C2"],
  ["an answer without end", "0020010021"],
  ["asks for no field at all", "00C10100C0"],
])("T=1: a card that says one thing only (%s) comes to an end", async (_what, always) => {
  let first = true;
  const t1 = new T1({
    ifsc: 32,
    checksum: "lrc",
    exchange: () => {
      const answer = first ? "00E101FE1E" : always;
      first = false;
      return Promise.resolve(answer === "" ? undefined : fromHex(answer));
    },
  });
  await t1.start();
  await expect(t1.transmit(fromHex("00B0000000"))).rejects.toThrow(ProtocolBroken);
});

test("T=0: every size of answer that fits one", async () => {
  for (const size of [1, 2, 100, 254, 255, 256]) {
    const card = new T0Card();
    card.reset("cold");
    const command = Uint8Array.from([0, 0xb0, size >> 8, size & 0xff, size & 0xff]);
    const answer = await transmitT0(parseApdu(command)!, (tpdu) => {
      const reply = card.exchange(tpdu);
      return Promise.resolve(reply.kind === "mute" ? new Uint8Array(0) : reply.bytes);
    });
    expect(answer.length).toBe(size + 2);
  }
});

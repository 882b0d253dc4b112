/** The card's wires: T=0 with its procedure bytes, T=1 block by block, the field. What is not allowed is answered by the protocol, never by silence. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fromHex, toHex } from "../../../tools/acquirer/text.ts";
import type { CardReply } from "../../../tools/cards/contract.ts";
import { chipProfiles, openChip } from "../../../tools/cards/index.ts";
import { overT1 } from "./slot.ts";

const PSE = "315041592E5359532E4444463031";
const AID = "A000000333010101";
const bytesOf = (reply: CardReply): string => (reply.kind === "mute" ? "mute" : toHex(reply.bytes));
const on = (id: string) => {
  const contact = openChip(id).contact!;
  const atr = bytesOf(contact.reset("cold"));
  return { contact, atr, send: (hex: string) => bytesOf(contact.exchange(fromHex(hex))) };
};

describe("answers to reset", () => {
  test("T=0 and T=1 in the form of payment cards", () => {
    expect(on("chip-debit-1").atr).toMatch(/^3B670000.{14}$/);
    const { atr } = on("chip-credit-1");
    expect(atr).toMatch(/^3BE700008131FE45/);
    expect([...fromHex(atr.slice(2))].reduce((sum, value) => sum ^ value, 0)).toBe(0);
  });

  test("one that is right only when warm", () => {
    const { contact, atr } = on("chip-warm-only");
    expect([atr, bytesOf(contact.reset("warm"))]).toEqual(["3B67250054", expect.stringMatching(/^3B670000/)]);
  });

  test("without power there is nothing; a PPS is echoed right after the reset and not later", () => {
    const { contact, send } = on("chip-debit-1");
    expect(send("FF10117E")).toBe("FF10117E");
    expect(send("FF10117EFF")).not.toBe("FF10117EFF");
    contact.powerOff();
    expect(send(`00A404000E${PSE}`)).toBe("mute");
  });
});

describe("T=0", () => {
  test("61 tells how much waits, GET RESPONSE fetches it in pieces, 6C tells the right length", () => {
    const { send } = on("chip-debit-1");
    const more = send(`00A404000E${PSE}`);
    expect(more).toMatch(/^61..$/);
    const size = Number.parseInt(more.slice(2), 16);
    expect(send("00C00000FF")).toBe(`6C${more.slice(2)}`);
    const first = send("00C0000005");
    expect([first.slice(0, 2), first.slice(-4)]).toEqual(["6F", `61${(size - 5).toString(16).toUpperCase().padStart(2, "0")}`]);
    expect(send(`00C00000${(size - 5).toString(16).padStart(2, "0")}`)).toMatch(/9000$/);
    expect(send("00C0000000")).toBe("6985");
    const wrong = send("00B2010C00");
    expect(wrong).toMatch(/^6C..$/);
    expect(send(`00B2010C${wrong.slice(2)}`)).toMatch(/^70.*9000$/);
    expect(send("00B2020C00")).toBe("6A83");
  });

  test("a warning comes first, what it warns of can be fetched", () => {
    const { send } = on("chip-blocked-app");
    expect(send(`00A4040008${AID}`)).toBe("6283");
    expect(send("00C00000FF")).toMatch(/^6C/);
  });

  test("data that is not as long as P3 says", () => {
    const { send } = on("chip-debit-1");
    expect([send(`00A404000F${PSE}`), send("00A40400")]).toEqual(["6700", "6700"]);
  });

  test("slow ones say how often they asked for time", () => {
    const { contact } = on("chip-slow");
    expect(contact.exchange(fromHex(`00A404000E${PSE}`))).toMatchObject({ workMs: 1200, extensions: 3 });
  });
});

const lrc = (hex: string): string =>
  hex +
  [...fromHex(hex)]
    .reduce((sum, value) => sum ^ value, 0)
    .toString(16)
    .toUpperCase()
    .padStart(2, "0");

describe("T=1", () => {
  test("supervisory blocks: IFS, RESYNCH, ABORT; nonsense is refused", () => {
    const { send } = on("chip-credit-1");
    expect(send(lrc("00C101FE"))).toBe(lrc("00E101FE"));
    expect(send(lrc("00C000"))).toBe(lrc("00E000"));
    expect(send(lrc("00C200"))).toBe(lrc("00E200"));
    expect(send(lrc("00C10100"))).toMatch(/^0082/);
    expect(send("00C101FE00")).toMatch(/^0081/);
    expect(send(lrc("12400000"))).toMatch(/^008/);
  });

  test("a block that was spoiled on its way is asked for again, and an answer that was lost is given again", () => {
    const { send } = on("chip-credit-1");
    const select = lrc(`000014${`00A404000E${PSE}`}00`);
    expect(send(select.slice(0, -2) + (select.endsWith("00") ? "01" : "00"))).toBe(lrc("008100"));
    const answer = send(select);
    expect(answer).toMatch(/^0000/);
    expect(send(lrc("008000"))).toBe(answer);
  });

  test("waiting time is asked for and granted, over and over", () => {
    const { send } = on("chip-slow-t1");
    const select = lrc(`000014${`00A404000E${PSE}`}00`);
    expect([send(select), send(lrc("00E30101")), send(lrc("00E30101"))]).toEqual([
      lrc("00C30101"),
      lrc("00C30101"),
      expect.stringMatching(/^0000/),
    ]);
  });

  test("long commands and answers are chained, whatever the size of the pieces", () => {
    fc.assert(
      fc.property(fc.integer({ min: 3, max: 254 }), (size) => {
        const contact = openChip("chip-credit-1").contact!;
        contact.reset("cold");
        const transmit = overT1(contact, size);
        expect(toHex(transmit(fromHex(`00A4040008A000000333010102${"00"}`))!)).toMatch(/^6F.*9000$/);
        expect(toHex(transmit(fromHex("80A8000002830000"))!)).toMatch(/^80.*9000$/);
        expect(toHex(transmit(fromHex("00B2030C00"))!)).toMatch(/^7081.*9000$/);
      }),
      { seed: 3, numRuns: 20 },
    );
  });
});

test("bytes at random: the wires answer, throw nothing, and the card is whole after the next reset", () => {
  fc.assert(
    fc.property(
      fc.constantFrom("chip-debit-1", "chip-credit-1"),
      fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 30 }),
      (id, sent) => {
        const { contact, send } = on(id);
        const before = openChip(id).view();
        for (const one of sent) contact.exchange(one);
        contact.reset("cold");
        expect(openChip(id).view()).toEqual(before);
        expect(contact.protocol === "T=0" ? send(`00A404000E${PSE}`) : send(lrc(`000014${`00A404000E${PSE}`}00`))).toMatch(
          /^(61|0000)/,
        );
      },
    ),
    { seed: 21, numRuns: 60 },
  );
});

test("the field: mute until it is activated, whole answers, an own UID each", () => {
  const [near] = openChip("chip-ecash-1").field;
  const select = fromHex("00A404000E325041592E5359532E444446303100");
  expect(near!.transmit(select).kind).toBe("mute");
  near!.activate();
  expect(bytesOf(near!.transmit(select))).toMatch(/^6F.*BF0C.*9000$/);
  near!.fieldOff();
  expect(near!.transmit(select).kind).toBe("mute");
  expect(near!.ats[0]).toBe(near!.ats.length);
  const uids = chipProfiles.flatMap(({ field }) => [field?.uid, field?.second]).filter((uid) => uid !== undefined);
  expect(new Set(uids).size).toBe(uids.length);
});

test("what is not in the tray, has no chip, or is another card's memory", () => {
  expect(() => openChip("nobody")).toThrow("there is no card nobody");
  expect(() => openChip("debit-1")).toThrow("debit-1 has no chip");
  expect(() => openChip("chip-debit-1", { memory: openChip("chip-credit-1").memory() })).toThrow(
    "the memory is of chip-credit-1",
  );
});

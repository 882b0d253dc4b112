/** What every contact reader's driver does, whatever reader is at the far end. Cards are those of ./chip-cards.ts. */
import { createCipheriv } from "node:crypto";
import { expect, test } from "vitest";
import { CancelSource } from "../../platform/guest/cancel.ts";
import type { Icc } from "../../hal/icc/icc.ts";
import type { ContactFace } from "../../tools/cards/contract.ts";
import { ATR_T0, ATR_T1, hex, pattern, T0Card, T1Card, unhex, withTck, Works } from "./chip-cards.ts";

export interface IccUnderTest {
  /** Paired: its reader shares PAIRING with a pad. */
  icc: Icc;
  ended<T>(promise: Promise<T>): Promise<T>;
  failure(promise: Promise<unknown>): Promise<unknown>;
  pass(ms: number): Promise<void>;
  hands: {
    insert(card: ContactFace): void;
    remove(): void;
    unplug(): void;
    plug(): void;
    /** Between reader and terminal, and between card and reader; the next `count` times. */
    fault(
      fault: "nak" | "wrong-lrc" | "half-frame" | "lost-answer" | "noise" | "parity" | "corrupt" | "hardware",
      count: number,
    ): void;
    silent(on: boolean): void;
    mute(on: boolean): void;
    /** The card is pulled while it works on the nth command from now. */
    pullAt(command: number): void;
  };
}

export const PAIRING = "00112233445566778899AABBCCDDEEFF";
/** As the pad seals a PIN (hal/pinpad/PROTOCOL.md). */
function sealed(pin: string, challenge: Uint8Array, pairing = PAIRING): Uint8Array {
  const block = Buffer.from(`2${pin.length.toString(16)}${pin}`.padEnd(16, "F"), "hex");
  const machine = createCipheriv("sm4-ecb", Buffer.from(pairing, "hex"), null).setAutoPadding(false);
  return new Uint8Array(Buffer.concat([machine.update(Buffer.concat([block, challenge])), machine.final()]));
}

const READ_16 = unhex("00B0001010");
const READ_ALL = unhex("00B0001000");
const READ_256 = unhex("00B0010000");
const ECHO = unhex("00880000 03 112233 00");
const OK = "9000";

export function iccConformance(name: string, make: () => IccUnderTest): void {
  const powered = async (card: ContactFace): Promise<IccUnderTest> => {
    const it = make();
    it.hands.insert(card);
    await it.ended(it.icc.waitPresent());
    await it.ended(it.icc.powerOn());
    return it;
  };
  const answer = async (it: IccUnderTest, command: Uint8Array): Promise<string> => hex(await it.ended(it.icc.transmit(command)));

  test(`${name}: says what it is`, async () => {
    const it = make();
    expect((await it.ended(it.icc.info())).firmware).not.toBe("");
  });

  test(`${name}: tells when a card comes and goes, to all who wait`, async () => {
    const it = make();
    const seen: boolean[] = [];
    it.icc.onPresence = (present) => seen.push(present);
    await it.pass(1_000);
    expect(it.icc.present).toBe(false);
    const both = Promise.all([it.icc.waitPresent(), it.icc.waitPresent()]);
    it.hands.insert(new T0Card());
    await it.ended(both);
    await it.ended(it.icc.waitPresent());
    const away = it.icc.waitAbsent();
    it.hands.remove();
    await it.ended(away);
    expect(it.icc.present).toBe(false);
    expect(seen).toEqual([false, true, false]);
  });

  test(`${name}: a wait can be cancelled, also before it has begun`, async () => {
    const it = make();
    const source = new CancelSource();
    const waiting = it.icc.waitPresent(source.token);
    source.cancel(new Error("enough"));
    expect(await it.failure(waiting)).toMatchObject({ message: "enough" });
    expect(await it.failure(it.icc.waitPresent(source.token))).toMatchObject({ message: "enough" });
  });

  for (const [protocol, make1, atr] of [
    ["T=0", () => new T0Card(), ATR_T0],
    ["T=1", () => new T1Card(), ATR_T1],
  ] as const) {
    test(`${name}: ${protocol}: power, the four cases, power off`, async () => {
      const card = make1();
      const it = make();
      it.hands.insert(card);
      await it.ended(it.icc.waitPresent());
      const on = await it.ended(it.icc.powerOn());
      expect([hex(on.atr), on.protocol]).toEqual([atr, protocol]);
      expect(await answer(it, unhex("00010000"))).toBe(OK);
      expect(await answer(it, READ_16)).toBe(hex(pattern(16)) + OK);
      expect(await answer(it, unhex("00DA0000 02 ABCD"))).toBe(OK);
      expect(await answer(it, ECHO)).toBe(`112233${OK}`);
      expect(await answer(it, READ_256)).toBe(hex(pattern(256)) + OK);
      const long = pattern(255);
      expect(await answer(it, unhex(`00880000FF${hex(long)}00`))).toBe(hex(long) + OK);
      expect(await answer(it, unhex("00620000 02 ABCD 00"))).toBe("ABCD6282");
      expect(await answer(it, unhex("00FF0000"))).toBe("6D00");
      await it.ended(it.icc.powerOff());
      await it.ended(it.icc.powerOff());
      expect(card.powered).toBe(false);
      expect(await it.failure(it.icc.transmit(READ_16))).toMatchObject({ code: "not-powered" });
      await it.ended(it.icc.powerOn());
      expect(card.resets).toEqual(["cold", "cold"]);
    });

    test(`${name}: ${protocol}: pulled in the middle is one error at once, and the next card is another`, async () => {
      const it = await powered(make1());
      it.hands.pullAt(1);
      expect(await it.failure(it.icc.transmit(READ_16))).toMatchObject({ code: "card-removed" });
      expect(it.icc.present).toBe(false);
      expect(await it.failure(it.icc.transmit(READ_16))).toMatchObject({ code: "card-removed" });
      expect(await it.failure(it.icc.powerOn())).toMatchObject({ code: "no-card" });
      it.hands.insert(make1());
      await it.ended(it.icc.waitPresent());
      expect(await it.failure(it.icc.transmit(READ_16))).toMatchObject({ code: "not-powered" });
      await it.ended(it.icc.powerOn());
      expect(await answer(it, READ_16)).toBe(hex(pattern(16)) + OK);
    });

    test(`${name}: ${protocol}: a card that stops answering`, async () => {
      const it = await powered(make1());
      it.hands.mute(true);
      expect(await it.failure(it.icc.transmit(READ_16))).toMatchObject({ code: "card-mute" });
      it.hands.mute(false);
      expect(await it.failure(it.icc.transmit(READ_16))).toMatchObject({ code: "card-mute" });
      await it.ended(it.icc.powerOn());
      expect(await answer(it, READ_16)).toBe(hex(pattern(16)) + OK);
    });

    test(`${name}: ${protocol}: commands asked for at once are done one after the other`, async () => {
      const it = await powered(make1());
      const all = Promise.all([ECHO, READ_16, ECHO, READ_256].map((command) => it.icc.transmit(command)));
      expect((await it.ended(all)).map(({ length }) => length)).toEqual([5, 18, 5, 258]);
    });
  }

  const channel = ({ icc }: IccUnderTest) => {
    if (icc.pinChannel === undefined) throw new Error("no way for a PIN");
    return icc.pinChannel;
  };

  for (const [protocol, make1] of [
    ["T=0", (works: Works) => new T0Card(works)],
    ["T=0 that works long", (works: Works) => new T0Card(works, { workMs: 3_000, extensions: 5 })],
    ["T=1", (works: Works) => new T1Card(works)],
    ["T=1 that asks for time", (works: Works) => new T1Card(works, { wtx: { times: 2, multiplier: 3 } })],
  ] as const) {
    test(`${name}: ${protocol}: a sealed PIN reaches the card, and only there it is a PIN`, async () => {
      const works = new Works();
      const it = await powered(make1(works));
      expect(await answer(it, ECHO)).toBe(`112233${OK}`);
      const first = await it.ended(channel(it).challenge());
      expect(await it.ended(channel(it).verify(sealed("4321", first)))).toBe(0x63c2);
      const second = await it.ended(channel(it).challenge());
      expect(hex(second)).not.toBe(hex(first));
      expect(await it.ended(channel(it).verify(sealed("1234", second)))).toBe(0x9000);
      expect(works.pins).toEqual(["244321FFFFFFFFFF", "241234FFFFFFFFFF"]);
      expect(await answer(it, READ_16)).toBe(hex(pattern(16)) + OK);
    });
  }

  for (const [protocol, make1] of [
    ["T=0", (works: Works) => new T0Card(works)],
    ["T=1", (works: Works) => new T1Card(works)],
  ] as const) {
    test(`${name}: ${protocol}: what was sealed for another challenge, under another key, or before a reset never reaches the card`, async () => {
      const works = new Works();
      const it = await powered(make1(works));
      const old = await it.ended(channel(it).challenge());
      const now = await it.ended(channel(it).challenge());
      const refused = [sealed("1234", old), sealed("1234", now, "FF".repeat(16)), new Uint8Array(16)];
      for (const each of refused) expect(await it.failure(channel(it).verify(each))).toMatchObject({ code: "rejected" });
      expect(await answer(it, READ_16)).toBe(hex(pattern(16)) + OK);
      await it.ended(it.icc.powerOn());
      expect(await it.failure(channel(it).verify(sealed("1234", now)))).toMatchObject({ code: "rejected" });
      expect(await answer(it, READ_16)).toBe(hex(pattern(16)) + OK);
      expect(works.pins).toEqual([]);
      await it.ended(it.icc.powerOff());
      expect(await it.failure(channel(it).verify(sealed("1234", now)))).toMatchObject({ code: "not-powered" });
    });

    test(`${name}: ${protocol}: pulled while it compares a PIN`, async () => {
      const it = await powered(make1(new Works()));
      const challenge = await it.ended(channel(it).challenge());
      it.hands.pullAt(1);
      expect(await it.failure(channel(it).verify(sealed("1234", challenge)))).toMatchObject({ code: "card-removed" });
    });
  }

  test(`${name}: T=1: an answer damaged on its way is said again, and the PIN is tried once`, async () => {
    const works = new Works();
    const it = await powered(new T1Card(works));
    const challenge = await it.ended(channel(it).challenge());
    it.hands.fault("parity", 1);
    expect(await it.ended(channel(it).verify(sealed("1234", challenge)))).toBe(0x9000);
    expect(works.pins).toHaveLength(1);
  });

  test(`${name}: T=1: a card that takes so little at once gets no PIN, and no wrong one either`, async () => {
    const works = new Works();
    const it = await powered(new T1Card(works, { askIfs: 10 }));
    expect(await answer(it, ECHO)).toBe(`112233${OK}`);
    const challenge = await it.ended(channel(it).challenge());
    expect(await it.failure(channel(it).verify(sealed("1234", challenge)))).toMatchObject({ code: "protocol" });
    expect(works.pins).toEqual([]);
  });

  test(`${name}: T=0: the length is corrected, Le is left out of case 4, and more than one answer is fetched`, async () => {
    const card = new T0Card();
    const it = await powered(card);
    card.tpdus.length = 0;
    expect(await answer(it, READ_ALL)).toBe(hex(pattern(16)) + OK);
    expect(await answer(it, ECHO)).toBe(`112233${OK}`);
    expect(card.tpdus).toEqual(["00B0001000", "00B0001010", "0088000003112233", "00C0000003"]);
  });

  test(`${name}: T=0: a card that works long says so and is waited for`, async () => {
    const it = await powered(new T0Card(new Works(), { workMs: 9_000, extensions: 14 }));
    expect(await answer(it, READ_16)).toBe(hex(pattern(16)) + OK);
  });

  test(`${name}: T=1: a card that works long says so and is waited for`, async () => {
    const card = new T1Card(new Works(), { wtx: { times: 3, multiplier: 5 }, workMs: 7_000 });
    const it = await powered(card);
    expect(await answer(it, ECHO)).toBe(`112233${OK}`);
    expect(card.works.done).toBe(1);
  });

  test(`${name}: T=1: chains both ways, with fields of any size, also one changed on the way`, async () => {
    for (const options of [{ fieldBytes: 20 }, { fieldBytes: 1 }, { askIfs: 16 }, { fieldBytes: 100, askIfs: 254 }]) {
      const it = await powered(new T1Card(new Works(), options));
      const long = pattern(200);
      const command = unhex(`00880000C8${hex(long)}00`);
      expect(await answer(it, command)).toBe(hex(long) + OK);
      expect(await answer(it, command)).toBe(hex(long) + OK);
    }
  });

  test(`${name}: T=1: a card that breaks off is done with`, async () => {
    const it = await powered(new T1Card(new Works(), { abortAt: 2 }));
    expect(await it.failure(it.icc.transmit(unhex(`00880000C8${hex(pattern(200))}00`)))).toMatchObject({ code: "protocol" });
  });

  for (const fault of ["parity", "corrupt", "wrong-lrc", "half-frame", "lost-answer"] as const) {
    test(`${name}: T=1: ${fault} once and twice is mended; nothing is done twice`, async () => {
      const card = new T1Card(new Works(), { fieldBytes: 60 });
      const it = await powered(card);
      const long = pattern(200);
      const command = unhex(`00880000C8${hex(long)}00`);
      // A reader that says nothing twice is taken for dead.
      for (const count of fault === "lost-answer" ? [1, 1] : [1, 2]) {
        card.works.done = 0;
        it.hands.fault(fault, count);
        expect(await answer(it, command)).toBe(hex(long) + OK);
        expect(card.works.done).toBe(1);
      }
    });
  }

  test(`${name}: T=1: damage without end ends, and a command that may have been done is not done again`, async () => {
    const card = new T1Card();
    const it = await powered(card);
    card.works.done = 0;
    it.hands.fault("corrupt", 3);
    expect(await it.failure(it.icc.transmit(ECHO))).toMatchObject({ code: "protocol" });
    expect(card.works.done).toBe(1);
    it.hands.fault("corrupt", 1_000);
    expect(await it.failure(it.icc.powerOn())).toMatchObject({ code: expect.stringMatching(/^(bad-atr|protocol)$/) });
  });

  test(`${name}: T=1: a chain that was lost before its end is sent again after a resynchronisation`, async () => {
    const card = new T1Card(new Works(), { deafAt: [2, 3, 4] });
    const it = await powered(card);
    const long = pattern(200);
    expect(await answer(it, unhex(`00880000C8${hex(long)}00`))).toBe(hex(long) + OK);
    expect(card.works.done).toBe(1);
    expect(card.blocks).toContain("00C000C0");
  });

  for (const fault of ["wrong-lrc", "half-frame", "parity"] as const) {
    test(`${name}: T=0: ${fault} cannot be mended, is told, and nothing is done twice`, async () => {
      const card = new T0Card();
      const it = await powered(card);
      card.works.done = 0;
      it.hands.fault(fault, 1);
      expect(await it.failure(it.icc.transmit(ECHO))).toMatchObject({ code: fault === "parity" ? "protocol" : "bad-frame" });
      expect(card.works.done).toBe(1);
      expect(card.powered).toBe(false);
      await it.ended(it.icc.powerOn());
      expect(await answer(it, ECHO)).toBe(`112233${OK}`);
    });
  }

  for (const fault of ["nak", "noise"] as const) {
    test(`${name}: ${fault} once and twice is mended`, async () => {
      const it = await powered(new T1Card());
      for (const count of [1, 2]) {
        it.hands.fault(fault, count);
        expect(await answer(it, ECHO)).toBe(`112233${OK}`);
      }
    });
  }

  for (const fault of ["wrong-lrc", "half-frame", "lost-answer", "nak", "noise"] as const) {
    test(`${name}: ${fault} during a reset is mended`, async () => {
      const it = make();
      it.hands.insert(new T0Card());
      await it.ended(it.icc.waitPresent());
      it.hands.fault(fault, 2);
      expect(hex((await it.ended(it.icc.powerOn())).atr)).toBe(ATR_T0);
    });
  }

  test(`${name}: no card, a mute card, a card of another kind`, async () => {
    const it = make();
    expect(await it.failure(it.icc.powerOn())).toMatchObject({ code: "no-card" });
    const mute = new T0Card(new Works(), { atrs: [undefined, undefined] });
    it.hands.insert(mute);
    expect(await it.failure(it.icc.powerOn())).toMatchObject({ code: "card-mute" });
    expect(mute.resets.length).toBe(2);
    it.hands.remove();
    const other = new T0Card(new Works(), { atrs: ["3B00", "3BFF1122"] });
    it.hands.insert(other);
    expect(await it.failure(it.icc.powerOn())).toMatchObject({ code: "bad-atr" });
    expect(other.resets).toEqual(["cold", "warm"]);
    expect(other.powered).toBe(false);
  });

  test(`${name}: a card that is in order after a warm reset`, async () => {
    const card = new T1Card(new Works(), { atrs: [withTck("3BD5008131FE452063CB6800"), ATR_T1] });
    const it = await powered(card);
    expect(card.resets).toEqual(["cold", "warm"]);
    expect(await answer(it, ECHO)).toBe(`112233${OK}`);
  });

  test(`${name}: what is no command never reaches the card`, async () => {
    const it = await powered(new T0Card());
    for (const bad of ["", "00A404", "00A4040005AA", "00A4040000AABB", "00A40400 02 AABB 00 00"]) {
      expect(await it.failure(it.icc.transmit(unhex(bad)))).toMatchObject({ code: "rejected" });
    }
  });

  test(`${name}: electronics that fail are told`, async () => {
    const it = await powered(new T0Card());
    it.hands.fault("hardware", 1);
    expect(await it.failure(it.icc.transmit(READ_16))).toMatchObject({ code: "fault" });
  });

  test(`${name}: a silent reader fails with timeout and works again afterwards`, async () => {
    const it = await powered(new T0Card());
    it.hands.silent(true);
    expect(await it.failure(it.icc.transmit(READ_16))).toMatchObject({ code: "timeout" });
    it.hands.silent(false);
    await it.ended(it.icc.powerOn());
    expect(await answer(it, READ_16)).toBe(hex(pattern(16)) + OK);
  });

  test(`${name}: unplugged, also in the middle, and back again with the card still in`, async () => {
    const it = await powered(new T0Card());
    const errors: string[] = [];
    it.icc.onError = ({ code }) => errors.push(code);
    const result = it.icc.transmit(READ_16);
    result.catch(() => {});
    it.hands.unplug();
    expect(await it.failure(result)).toMatchObject({ code: "unplugged" });
    expect(await it.failure(it.icc.info())).toMatchObject({ code: "unplugged" });
    expect(it.icc.present).toBeUndefined();
    it.hands.plug();
    await it.pass(120_000);
    expect(it.icc.present).toBe(true);
    expect(errors).toEqual(["unplugged"]);
    expect(await it.failure(it.icc.transmit(READ_16))).toMatchObject({ code: "unplugged" });
    await it.ended(it.icc.powerOn());
    expect(await answer(it, READ_16)).toBe(hex(pattern(16)) + OK);
  });
}

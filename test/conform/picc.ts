/** What every contactless reader's driver does, whatever reader is at the far end. */
import { expect, test } from "vitest";
import type { Picc } from "../../hal/picc/picc.ts";
import { CancelSource } from "../../platform/guest/cancel.ts";
import type { FieldFace } from "../../tools/cards/contract.ts";
import { hex, pattern, TestField, unhex, Works } from "./chip-cards.ts";

export interface PiccUnderTest {
  picc: Picc;
  ended<T>(promise: Promise<T>): Promise<T>;
  failure(promise: Promise<unknown>): Promise<unknown>;
  pass(ms: number): Promise<void>;
  hands: {
    tap(...faces: FieldFace[]): void;
    takeAway(): void;
    unplug(): void;
    plug(): void;
    fault(fault: "wrong-lrc" | "half-frame" | "lost-answer" | "nak" | "noise" | "parity", count: number): void;
    mute(on: boolean): void;
    /** The card is taken away at the nth command from now; it has done it. */
    tearAt(command: number): void;
    field(): boolean;
    lit(): readonly string[];
    noLights(): void;
  };
}

const ECHO = unhex("00880000 03 112233 00");
const ATR = "3B838001318071C2";

export function piccConformance(name: string, make: () => PiccUnderTest): void {
  const tapped = async (...faces: FieldFace[]): Promise<PiccUnderTest> => {
    const it = make();
    const polled = it.picc.poll();
    await it.pass(500);
    it.hands.tap(...faces);
    await it.ended(polled);
    return it;
  };
  const answer = async (it: PiccUnderTest, command: Uint8Array): Promise<string> =>
    hex(await it.ended(it.picc.transmit(command)));

  test(`${name}: the field is on from poll to remove, and the card has its power so long`, async () => {
    const it = make();
    await it.pass(500);
    expect([it.hands.field(), it.picc.present]).toEqual([false, undefined]);
    const polled = it.picc.poll();
    await it.pass(500);
    expect([it.hands.field(), it.picc.present]).toEqual([true, false]);
    const card = new TestField();
    it.hands.tap(card);
    await it.ended(polled);
    const on = await it.ended(it.picc.connect());
    expect([hex(on.atr), on.protocol, card.active]).toEqual([ATR, "contactless", true]);
    expect(await answer(it, ECHO)).toBe("1122339000");
    expect(await answer(it, unhex("00B0010000"))).toBe(`${hex(pattern(256))}9000`);
    await it.ended(it.picc.remove());
    await it.ended(it.picc.remove());
    expect([it.hands.field(), card.active, it.picc.present]).toEqual([false, false, undefined]);
    expect(await it.failure(it.picc.transmit(ECHO))).toMatchObject({ code: "not-powered" });
  });

  test(`${name}: a card that was there before the field came on`, async () => {
    const it = make();
    await it.pass(500);
    it.hands.tap(new TestField());
    await it.ended(it.picc.poll());
    await it.ended(it.picc.connect());
    expect(await answer(it, ECHO)).toBe("1122339000");
  });

  test(`${name}: poll can be cancelled; the field is off then`, async () => {
    const it = make();
    const source = new CancelSource();
    const polled = it.picc.poll(source.token);
    polled.catch(() => {});
    await it.pass(500);
    source.cancel(new Error("enough"));
    expect(await it.failure(polled)).toMatchObject({ message: "enough" });
    expect(it.hands.field()).toBe(false);
    expect(await it.failure(it.picc.poll(source.token))).toMatchObject({ message: "enough" });
  });

  test(`${name}: two cards are a collision; one alone is taken`, async () => {
    const it = await tapped(new TestField(), new TestField());
    expect(await it.failure(it.picc.connect())).toMatchObject({ code: "collision" });
    const away = it.picc.waitAbsent();
    it.hands.takeAway();
    await it.ended(away);
    const polled = it.picc.poll();
    await it.pass(200);
    it.hands.tap(new TestField());
    await it.ended(polled);
    await it.ended(it.picc.connect());
  });

  test(`${name}: torn away in the middle is one error, and the tap after it is a new one`, async () => {
    const card = new TestField();
    const it = await tapped(card);
    await it.ended(it.picc.connect());
    it.hands.tearAt(2);
    expect(await answer(it, ECHO)).toBe("1122339000");
    expect(await it.failure(it.picc.transmit(ECHO))).toMatchObject({ code: "card-removed" });
    expect(await it.failure(it.picc.transmit(ECHO))).toMatchObject({ code: "card-removed" });
    expect(card.works.done).toBe(2);
    const polled = it.picc.poll();
    await it.pass(200);
    it.hands.tap(new TestField());
    await it.ended(polled);
    await it.ended(it.picc.connect());
    expect(await answer(it, ECHO)).toBe("1122339000");
  });

  test(`${name}: a phone that needs time is waited for`, async () => {
    const it = await tapped(new TestField(new Works(), { workMs: 12_000, extensions: 6 }));
    await it.ended(it.picc.connect());
    expect(await answer(it, ECHO)).toBe("1122339000");
  });

  test(`${name}: a card that does not answer, at first and later`, async () => {
    const it = await tapped(new TestField());
    it.hands.mute(true);
    expect(await it.failure(it.picc.connect())).toMatchObject({ code: "card-mute" });
    it.hands.mute(false);
    await it.ended(it.picc.connect());
    it.hands.mute(true);
    expect(await it.failure(it.picc.transmit(ECHO))).toMatchObject({ code: "card-mute" });
  });

  test(`${name}: what is lost between reader and terminal is not done twice`, async () => {
    for (const fault of ["wrong-lrc", "half-frame", "lost-answer"] as const) {
      const card = new TestField();
      const it = await tapped(card);
      await it.ended(it.picc.connect());
      it.hands.fault(fault, 1);
      expect(await it.failure(it.picc.transmit(ECHO))).toMatchObject({
        code: expect.stringMatching(/^(timeout|bad-frame|card-removed)$/),
      });
      expect(card.works.done).toBe(1);
    }
  });

  test(`${name}: its four lights; a reader without them is no error`, async () => {
    const it = make();
    await it.ended(it.picc.lights(["blue", "red"]));
    expect(it.hands.lit()).toEqual(["blue", "red"]);
    await it.ended(it.picc.lights([]));
    expect(it.hands.lit()).toEqual([]);
    it.hands.noLights();
    await it.ended(it.picc.lights(["green"]));
    expect(it.hands.lit()).toEqual([]);
  });

  test(`${name}: unplugged while it waits, and back again: field and lights as they were`, async () => {
    const it = make();
    const errors: string[] = [];
    it.picc.onError = ({ code }) => errors.push(code);
    await it.ended(it.picc.lights(["blue"]));
    const polled = it.picc.poll();
    await it.pass(500);
    it.hands.unplug();
    expect(it.picc.present).toBeUndefined();
    it.hands.plug();
    await it.pass(120_000);
    expect([it.hands.field(), it.hands.lit(), errors]).toEqual([true, ["blue"], ["unplugged"]]);
    it.hands.tap(new TestField());
    await it.ended(polled);
    await it.ended(it.picc.connect());
    expect(await answer(it, ECHO)).toBe("1122339000");
  });
}

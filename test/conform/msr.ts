/** What every stripe reader driver does. */
import { expect, test } from "vitest";
import type { Msr, Swipe } from "../../hal/msr/msr.ts";

type Tracks = { track1?: string | null; track2?: string | null; track3?: string | null };

export interface MsrUnderTest {
  msr: Msr;
  pass(ms: number): Promise<void>;
  hands: {
    /** Undefined: blank; null: damaged. */
    swipe(tracks: Tracks): void;
    swipedTwice(): void;
    cutShort(): void;
    unplug(): void;
    plug(): void;
  };
}

const TRACK1 = "B6229990000000000019^LI/LEI^30122010000012300";
const TRACK2 = "6229990000000000019=30122010000012300";

export function msrConformance(name: string, make: () => MsrUnderTest): void {
  const armed = () => {
    const it = make();
    const swipes: Swipe[] = [];
    const errors: string[] = [];
    it.msr.onError = (error) => errors.push(error.code);
    it.msr.arm((swipe) => swipes.push(swipe));
    return { it, swipes, errors };
  };

  test(`${name}: tracks without sentinels, one separator, blank and damaged ones told apart`, async () => {
    const { it, swipes, errors } = armed();
    it.hands.swipe({ track1: TRACK1, track2: TRACK2.replace("=", "D") });
    await it.pass(300);
    it.hands.swipe({ track1: null, track2: TRACK2, track3: "996229990000000000019=156" });
    await it.pass(300);
    it.hands.swipe({});
    await it.pass(300);
    expect(swipes).toEqual([
      { track1: TRACK1, track2: TRACK2, track3: undefined },
      { track1: { fault: "damaged" }, track2: TRACK2, track3: "996229990000000000019=156" },
      { track1: undefined, track2: undefined, track3: undefined },
    ]);
    expect(errors).toEqual([]);
  });

  test(`${name}: disarmed swipes are dropped, not kept`, async () => {
    const { it, swipes } = armed();
    it.msr.disarm();
    it.hands.swipe({ track2: TRACK2 });
    await it.pass(300);
    it.msr.arm((swipe) => swipes.push(swipe));
    await it.pass(300);
    expect(swipes).toEqual([]);
  });

  test(`${name}: two swipes within 100 ms are two swipes`, async () => {
    const { it, swipes } = armed();
    it.hands.swipedTwice();
    it.hands.swipe({ track2: TRACK2 });
    await it.pass(300);
    expect(swipes.map((swipe) => swipe.track2)).toEqual([TRACK2, TRACK2]);
  });

  test(`${name}: half a report is an error, never half a card`, async () => {
    const { it, swipes, errors } = armed();
    it.hands.cutShort();
    it.hands.swipe({ track2: TRACK2 });
    await it.pass(300);
    expect([swipes, errors]).toEqual([[], ["bad-report"]]);
    it.hands.swipe({ track2: TRACK2 });
    await it.pass(300);
    expect(swipes.length).toBe(1);
  });

  test(`${name}: unplugged is told, and plugged in again it works, still armed`, async () => {
    const { it, swipes, errors } = armed();
    it.hands.unplug();
    await it.pass(5_000);
    expect(errors).toEqual(["unplugged"]);
    it.hands.plug();
    await it.pass(120_000);
    it.hands.swipe({ track2: TRACK2 });
    await it.pass(300);
    expect(swipes.length).toBe(1);
  });
}

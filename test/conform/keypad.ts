/** What every keypad driver does. */
import { expect, test } from "vitest";
import { KEYS, type Key, type Keypad } from "../../hal/keypad/keypad.ts";

export interface KeypadUnderTest {
  keypad: Keypad;
  pass(ms: number): Promise<void>;
  hands: {
    press(key: Key): void;
    set(fault: "bounce" | "double-report" | "stuck-key" | "roll-over", on: boolean): void;
    unplug(): void;
    plug(): void;
  };
}

export function keypadConformance(name: string, make: () => KeypadUnderTest): void {
  const watched = () => {
    const it = make();
    const keys: Key[] = [];
    const errors: string[] = [];
    it.keypad.onKey = (key) => keys.push(key);
    it.keypad.onError = (error) => errors.push(error.code);
    return { it, keys, errors };
  };

  test(`${name}: each key once, in order, also the same key twice`, async () => {
    const { it, keys, errors } = watched();
    const pressed: Key[] = [...KEYS, "0", "0", "5", "5"];
    for (const key of pressed) {
      it.hands.press(key);
      await it.pass(100);
    }
    expect(keys).toEqual(pressed);
    expect(errors).toEqual([]);
  });

  for (const fault of ["bounce", "double-report", "roll-over"] as const) {
    test(`${name}: ${fault} makes no key`, async () => {
      const { it, keys } = watched();
      it.hands.set(fault, true);
      for (const key of ["1", "1", "2"] as const) {
        it.hands.press(key);
        await it.pass(100);
      }
      expect(keys).toEqual(["1", "1", "2"]);
    });
  }

  test(`${name}: a key that stays down is one press and one error, and the others still work`, async () => {
    const { it, keys, errors } = watched();
    it.hands.set("stuck-key", true);
    it.hands.press("7");
    await it.pass(90_000);
    expect([keys, errors]).toEqual([["7"], ["stuck-key"]]);
    it.hands.press("enter");
    await it.pass(100);
    expect(keys).toEqual(["7", "enter"]);
  });

  test(`${name}: unplugged is told, and plugged in again it works by itself`, async () => {
    const { it, keys, errors } = watched();
    it.hands.unplug();
    await it.pass(5_000);
    expect(errors).toEqual(["unplugged"]);
    it.hands.plug();
    await it.pass(120_000);
    it.hands.press("3");
    await it.pass(100);
    expect(keys).toEqual(["3"]);
  });

  test(`${name}: silence after close`, async () => {
    const { it, keys, errors } = watched();
    it.keypad.close();
    it.hands.press("3");
    await it.pass(100);
    expect([keys, errors]).toEqual([[], []]);
  });
}

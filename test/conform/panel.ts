/** What every driver of lights, and of a beeper, does. */
import { expect, test } from "vitest";
import type { Beeper, Sound } from "../../hal/beeper/beeper.ts";
import { LIGHTS, type Light, type Lights } from "../../hal/lights/lights.ts";

export interface LightsUnderTest {
  lights: Lights;
  pass(ms: number): Promise<void>;
  hands: { on(): Record<Light, boolean>; unplug(): void; plug(): void };
}

export function lightsConformance(name: string, make: () => LightsUnderTest): void {
  test(`${name}: each light by itself`, async () => {
    const it = make();
    for (const light of LIGHTS) {
      it.lights.set(light, true);
      await it.pass(10);
      expect(LIGHTS.filter((other) => it.hands.on()[other])).toEqual([light]);
      it.lights.set(light, false);
    }
    await it.pass(10);
    expect(LIGHTS.filter((light) => it.hands.on()[light])).toEqual([]);
  });

  test(`${name}: never throws, and shows what should be on when it is back`, async () => {
    const it = make();
    it.hands.unplug();
    it.lights.set("error", true);
    it.hands.plug();
    await it.pass(120_000);
    expect(it.hands.on().error).toBe(true);
    it.lights.close();
    it.lights.set("error", false);
  });
}

export interface BeeperUnderTest {
  beeper: Beeper;
  pass(ms: number): Promise<void>;
  hands: { notes(): readonly { hz: number; ms: number; volume: number }[]; unplug(): void };
}

const SOUNDS: readonly Sound[] = ["key", "attention", "good", "bad", "card"];

export function beeperConformance(name: string, make: () => BeeperUnderTest): void {
  test(`${name}: five sounds, each its own, none endless`, async () => {
    const heard = new Set<string>();
    for (const sound of SOUNDS) {
      const it = make();
      it.beeper.sound(sound);
      await it.pass(2_000);
      const notes = it.hands.notes();
      expect(notes.length).toBeGreaterThan(0);
      expect(notes.reduce((sum, note) => sum + note.ms, 0)).toBeLessThan(1_000);
      heard.add(notes.map(({ hz, ms }) => `${hz}:${ms}`).join(" "));
    }
    expect(heard.size).toBe(SOUNDS.length);
  });

  test(`${name}: goes on silently without its device`, async () => {
    const it = make();
    it.hands.unplug();
    it.beeper.sound("bad");
    it.beeper.close();
    it.beeper.sound("good");
    await it.pass(100);
    expect(it.hands.notes()).toEqual([]);
  });
}

/** What the suites' hands are at a bench: a person's. What only a simulated device can do is not possible. */
import type { PinPadUnderTest } from "../../test/conform/pinpad.ts";
import type { PrinterUnderTest } from "../../test/conform/printer.ts";
import type { Person } from "./person.ts";
import { NotPossible } from "./runner.ts";

const ON_PAPER = `each slip since the paper was torn off last has "line 1", "line 2" … and nothing else: how many lines, oldest slip first, as 30 2? (w: I write what is there)`;

const numbered = (count: number): string[] => Array.from({ length: count }, (_, n) => `line ${n + 1}`);

const DEEDS: Record<string, [on: string, off: string]> = {
  "paper-out": ["take the roll out and close the cover", "put the roll back and close the cover"],
  "cover-open": ["open the cover", "close the cover"],
  jam: ["block the cutter, or pretend that paper is jammed", "clear the jam"],
  "near-end": ["put a nearly used-up roll in", "put a full roll in"],
};

function onlySimulated(what: string): never {
  throw new NotPossible(`only a simulated device can do this: ${what}`);
}

export function printerHands(person: Person): PrinterUnderTest["hands"] {
  return {
    paper: () => {
      const answer = person.ask(ON_PAPER);
      if (answer !== "w") return answer.split(/\s+/).flatMap((count) => numbered(Number(count) || 0));
      const lines: string[] = [];
      for (let line = person.ask("line (empty: no more):"); line !== ""; line = person.ask("line (empty: no more):"))
        lines.push(line);
      return lines;
    },
    tear: () => person.please("tear the paper off"),
    set: (fault, on) => person.please(DEEDS[fault]?.[on ? 0 : 1] ?? onlySimulated(fault)),
    paperOutAfterMm: (mm) => person.please(`put in a roll that ends after about ${mm} mm`),
    newRoll: () => person.please("put a new roll in"),
    overheat: () => onlySimulated("overheat"),
    powerCycle: () => person.please("switch the printer off and on again"),
    unplug: () => person.please("pull the printer's cable"),
    plug: () => person.please("put the printer's cable back"),
  };
}

export function pinPadHands(person: Person): PinPadUnderTest["hands"] {
  return {
    type: (keys) => person.please(`press on the pad: ${keys.join(" ")}`),
    cancel: () => person.please("press Cancel on the pad"),
    asking: () => person.ask("does the pad ask for a PIN? (y/n)") === "y",
    digits: () => Number(person.ask("how many digits does the pad show as entered?")),
    prompt: () => person.ask("what does the pad show? (its first line)"),
    unplug: () => person.please("pull the pad's cable"),
    plug: () => person.please("put the pad's cable back"),
    fault: (fault) => onlySimulated(fault),
    silent: (on) => person.please(on ? "pull the pad's power, leave its cable" : "give the pad its power back"),
    tamper: () => onlySimulated("tamper"),
  };
}

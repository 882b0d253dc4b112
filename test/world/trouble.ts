/** What goes wrong in a random day, as lines: classes A to F of the fault list, by how often each comes. */
import type { Evening } from "./closing.ts";
import { Chance } from "../flow/random-day-chance.ts";
import { KEYS } from "../../hal/keypad/keypad.ts";
import type { VisitTroubles } from "./cashier.ts";
import type { World } from "./world.ts";

/** The first line between two customers. */
export const BETWEEN = "clear rules";

/** Another chance than the day's own. */
const EVENING = 0x5e771e;
const LEFT_ALONE = 0x1ea7e;

type Weighted<T> = readonly (readonly [weight: number, T])[];

/** B: the line. `{n}`: a small number of times. */
const LINE: Weighted<string> = [
  [5, "fault host drop-response {n}"],
  [4, "fault host drop-request {n}"],
  [3, "fault host wrong-mac {n}"],
  [3, "fault host garbage {n}"],
  [3, "fault host disconnect {n}"],
  [3, "fault host delay-response value 59000 count {n}"],
  [3, "fault host delay-response value 75000 count {n}"],
  [2, "fault host late-response {n}"],
  [2, "fault host duplicate-response {n}"],
  [2, "fault host wrong-trace {n}"],
  [2, "fault host cut-at-byte value 30 count {n}"],
  [2, "fault host drip {n}"],
  [1, "fault host oversize {n}"],
  [2, "fault host refuse"],
  [1, "fault host unplugged"],
];

/** Not of an advice that the host may have taken already, unheard: no host refuses what it has in its books. */
const ADVICE_REFUSED = "rule mti 0220 answer 14 count 1";

/** B: the host itself. */
const HOST: Weighted<string> = [
  [3, "rule mti 0200 answer 51 count 1"],
  [2, "rule mti 0200 answer 96 count 1"],
  [1, "rule mti 0200 answer 05 count 1"],
  [1, "rule mti 0100 answer 57 count 1"],
  [1, ADVICE_REFUSED],
  [2, "rule mti 0200 fault silence count 1"],
  [1, "rule mti 0400 fault silence count {n}"],
  [1, "rule mti 0400 answer 96 count 1"],
  [1, "rule mti 0220 fault silence count {n}"],
  [1, "rule mti 0500 fault silence count 1"],
  [1, "rule mti 0800 fault silence count 1"],
  [1, "rule mti 0200 fault late-request delay 90s count 1"],
  [3, "rule mti 0200 fault wrong-amount count 1"],
  [1, "rule mti 0100 fault wrong-amount count 1"],
  [1, "rule mti 0200 fault wrong-terminal count 1"],
  [1, "rule mti 0200 fault no-mac count 1"],
];

/** B13: whatever is owed then has a hard time too. */
const REVERSAL: Weighted<string> = [
  [3, "rule mti 0400 fault drop-request count {n}"],
  [1, "rule mti 0400 fault silence count {n}"],
  [2, "rule mti 0400 answer 96 count {n}"],
];

/** D: devices. */
const DEVICE: Weighted<string> = [
  [4, "fault printer paper-out-after value {mm}"],
  [2, "fault printer paper-out"],
  [1, "fault printer cover-open"],
  [1, "fault printer jam"],
  [1, "fault keypad bounce"],
];

/** C and D: the card in the slot, and its reader. */
const CHIP: Weighted<string> = [
  [6, "fault icc pull-at value {far}"],
  [1, "fault icc mute"],
  [2, "fault icc corrupt {n}"],
  [1, "fault icc parity {n}"],
  [1, "fault icc slow value 3000"],
  [1, "fault icc silent"],
  [1, "fault icc unplug"],
  [1, "fault icc lost-answer {n}"],
  [1, "fault icc half-frame {n}"],
];

/** A: power at an exact moment ahead, whatever people do until then. */
const CUT: Weighted<string> = [
  [4, "cut disk {far} after {survival}"],
  [3, "cut disk {far} torn:{few} {survival}"],
  [2, "cut disk {far} before {survival}"],
  [4, "cut host {n} after {survival}"],
  [2, "cut host {n} before {survival}"],
  [2, "cut host {n} torn:{few} {survival}"],
  [2, "cut printer {far} after none"],
  [2, "cut pinpad {n} after none"],
  [2, "cut keypad {n} after none"],
  [1, "cut time {n} before none"],
];

/** A: and while the chip works. */
const CHIP_CUT: Weighted<string> = [
  [2, "cut icc {far} after none"],
  [1, "cut icc {far} torn:{few} none"],
  [1, "cut icc {far} before none"],
];

/** A: the disk refuses, once or for lack of room. */
const DISK: Weighted<string> = [
  [2, "disk fail {far} io"],
  [1, "disk fail {far} disk-full"],
  [1, "disk full {room}"],
  [2, "disk phantom {far}"],
];

/** What cuts the settlement of the evening short; somebody settles again then. */
const SETTLING: Weighted<string> = [
  [3, "cut host {soon} after {survival}"],
  [1, "cut host {far} after {survival}"],
  [2, "cut host {soon} before {survival}"],
  [2, "cut disk {soon} after {survival}"],
  [1, "cut disk {far} after {survival}"],
  [2, "cut disk {soon} torn:{few} {survival}"],
  [3, "cut printer {far} after none"],
  [2, "fault host drop-response {n}"],
  [2, "fault host drop-request {n}"],
  [1, "fault host disconnect {n}"],
  [1, "rule mti 0500 fault silence count {n}"],
  [2, "rule mti 0320 fault silence count {n}"],
  [1, "fault printer paper-out-after value {mm}"],
];

const filled = (chance: Chance, line: string): string =>
  line.replaceAll(/\{(\w+)\}/g, (_whole, name: string) => {
    switch (name) {
      case "n":
        return String(chance.from(1, 3));
      case "few":
        return String(chance.from(1, 60));
      case "soon":
        return String(chance.from(1, 12));
      case "far":
        return String(chance.from(1, 30));
      case "mm":
        return String(chance.from(5, 150));
      case "room":
        return String(chance.from(0, 3000));
      default:
        return chance.one(["none", "all", "sectors", "spoiled"]);
    }
  });

const one = (chance: Chance, of: Weighted<string>): string => filled(chance, chance.weighted(of));

/** Minutes pass, somebody mends what was wrong, something else goes wrong: before the next person comes. */
export function troubleBefore(world: World, chance: Chance, chips: boolean): string[] {
  const lines: string[] = [BETWEEN];
  if (chance.happens(0.75)) lines.push("clear faults", "disk well");
  // The PIN pad asks for no more than a PIN every 30 s in the long run.
  lines.push(`clock advance ${chance.from(1, 6)}m`);
  // E7: the wall clock steps, an hour at most: settlement dates are the host's affair.
  if (chance.happens(0.02))
    lines.push(`clock at ${world.desk.isoTime(world.desk.clock.wallMs() + chance.from(-60, 60) * 60_000)}`);
  if (chance.happens(0.3)) {
    lines.push(one(chance, LINE));
    if (chance.happens(0.25)) lines.push(one(chance, REVERSAL));
  }
  if (chance.happens(0.2)) lines.push(one(chance, HOST));
  if (chance.happens(0.1)) lines.push(one(chance, DEVICE));
  if (chips && chance.happens(0.25)) lines.push(one(chance, CHIP));
  if (chance.happens(0.12)) lines.push(one(chance, chips && chance.happens(0.3) ? CHIP_CUT : CUT));
  if (chance.happens(0.03)) lines.push(one(chance, DISK));
  return lines.filter((line) => line !== ADVICE_REFUSED || (!world.isOff && world.desk.state.debt.offline === 0));
}

/**
 * Of the evening's settlement, by the day's seed alone: the same when the day is played again. Most are cut short, some twice; where the host
 * finds other totals than the terminal, every record goes up, in as many messages.
 */
export function eveningOf(seed: number): Evening {
  const chance = new Chance(seed ^ EVENING);
  const settling = chance.happens(0.3) ? ["host differs"] : [];
  if (chance.happens(0.65)) settling.push(one(chance, SETTLING));
  if (chance.happens(0.2)) settling.push(one(chance, SETTLING));
  return { settling, atOnce: chance.happens(0.4) };
}

/** At which screen of the day's last visit everybody walks away, by the day's seed alone; on some days nobody does. */
export function leftAloneAt(seed: number): number | undefined {
  const chance = new Chance(seed ^ LEFT_ALONE);
  return chance.happens(0.7) ? chance.from(1, 9) : undefined;
}

/** F: people. */
export function troubleWithin(chance: Chance, chips: boolean): VisitTroubles {
  const helpsPrinter = chance.happens(0.7);
  const screen = chance.from(1, 9);
  if (chips && chance.happens(0.1)) return { helpsPrinter, at: { screen, lines: ["remove"] } };
  if (chance.happens(0.12)) return { helpsPrinter, cancelAt: screen };
  if (chance.happens(0.05)) return { helpsPrinter, at: { screen, lines: mashed(chance) } };
  if (chance.happens(0.04)) return { helpsPrinter, at: { screen, lines: [`clock advance ${chance.from(30, 400)}s`] } };
  if (chance.happens(0.03)) return { helpsPrinter, at: { screen, lines: ["power cut none", "clock advance 1s", "power on"] } };
  return { helpsPrinter };
}

/** A hand on the keypad; never the menu, which leads to what would end the day. */
export function mashed(chance: Chance): string[] {
  const wild = KEYS.filter((key) => key !== "menu");
  return [`keys ${Array.from({ length: chance.from(2, 8) }, () => chance.one(wild)).join(" ")}`];
}

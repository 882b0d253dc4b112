/** Everything people do: the scenarios of test/flow, and what they do not tell. Written as a scenario is. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readScenario } from "../../tools/sim/scenario/scenario.ts";
import { root } from "../flow/in-process.ts";
import { strongTray } from "./cards.ts";
import type { Flow } from "./run.ts";

const typed = (digits: string): string => `keys ${[...digits].join(" ")} enter`;
const keyedCard = strongTray().find(({ id }) => id === "credit-1")?.pan ?? "";
const SALE = ["swipe debit-1", "enter", "amount 100.00", "enter"];
const HOME = "keys enter enter enter";

/** An error that has the host's answer in its words, as digits and as text. */
const TELLS_ALL = {
  name: "an error that tells the answer",
  code: `throw new Error([...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("") + String.fromCharCode(...bytes))`,
  says: /Error/,
};
const STARTED_AGAIN = ["expect screen login", "login 01 0000", HOME, "expect check ok"];

const MORE: Flow[] = [
  {
    name: "the firmware fails in the middle of a sale, with the host's answer in its words",
    bombs: [TELLS_ALL, TELLS_ALL],
    steps: [
      "login 01 0000",
      ...SALE,
      "pin 123456",
      ...STARTED_AGAIN,
      "insert chip-debit-1",
      "amount 20.00",
      "enter",
      "pin 123456",
      "remove",
      ...STARTED_AGAIN,
    ],
  },
  {
    name: "a wrong PIN, then the right one",
    steps: [
      "login 01 0000",
      ...SALE,
      "pinpad 6 5 4 3 2 1 enter",
      "expect line 密码错",
      "keys clear",
      "pin 123456",
      "expect screen approved",
      HOME,
      "expect check ok",
    ],
  },
  {
    name: "PINs that the card itself compares, sealed and enciphered, wrong and right",
    steps: [
      "login 01 0000",
      ...["chip-plain-pin-1", "chip-pin-1"].flatMap((card) => [
        `insert ${card}`,
        "amount 20.00",
        "enter",
        "pinpad 6 5 4 3 2 1 enter",
        "expect line 剩余次数 2",
        "pin 123456",
        "expect screen remove-card",
        "remove",
        "expect screen approved",
        HOME,
      ]),
      "expect check ok",
    ],
  },
  {
    name: "power gone while the host is asked, and its reversal",
    steps: [
      "login 01 0000",
      "fault host drop-response 1",
      ...SALE,
      "pin 123456",
      "power cycle",
      "login 01 0000",
      HOME,
      "expect check ok",
    ],
  },
  {
    name: "an answer with a wrong MAC",
    steps: [
      "login 01 0000",
      "rule mti 0200 fault wrong-mac count 1",
      ...SALE,
      "pin 123456",
      "expect screen unknown",
      HOME,
      "expect check ok",
    ],
  },
  {
    name: "a number typed by hand",
    steps: [
      "login 01 0000",
      "fault host refuse",
      "keys menu 7 2",
      "enter",
      typed(keyedCard),
      typed("3012"),
      "amount 12.00",
      "keys 1",
      typed("123456"),
      "enter",
      "expect line 已存好",
      HOME,
      "clear faults",
    ],
  },
  {
    name: "every track, damaged tracks, and a card nobody knows",
    steps: [
      "login 01 0000",
      "swipe three-tracks-1",
      "enter",
      "amount 5.00",
      "enter",
      "pin 123456",
      HOME,
      "swipe damaged-track2",
      "keys cancel cancel",
      "swipe unknown-1",
      "enter",
      "amount 6.00",
      "enter",
      "pin 123456",
      HOME,
    ],
  },
  {
    name: "a recording for engineers",
    recorded: true,
    steps: ["login 01 0000", ...SALE, "pin 123456", HOME],
  },
  {
    name: "export, backup, settlement",
    steps: [
      "login 01 0000",
      ...SALE,
      "pin 123456",
      HOME,
      "keys menu 8 6 8 1",
      HOME,
      "keys menu 8 6 8 2",
      HOME,
      "keys menu 9 9 8",
      HOME,
      "keys menu 9 3",
      HOME,
      "keys menu 8 6 8 1",
      HOME,
    ],
  },
];

/** Cards that a flow takes out of the tray, or types. */
export const cardsOf = ({ steps }: Flow) => {
  const text = steps.join("\n");
  const named = strongTray().filter(({ id, pan }) => text.includes(` ${id}`) || text.replaceAll(" ", "").includes(pan));
  return named.length > 0 ? named : strongTray().slice(0, 1);
};

export function allFlows(): Flow[] {
  const folder = join(root, "test", "flow", "scenarios");
  const told = readdirSync(folder)
    .filter((name) => name.endsWith(".yaml"))
    .map((name) => readScenario(readFileSync(join(folder, name), "utf8"), name));
  return [...told, ...MORE];
}

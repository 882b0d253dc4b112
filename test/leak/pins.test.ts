/**
 * A PIN of six digits is too short to be looked for; so two customers who differ in nothing else buy the same. Whatever is kept, shown, printed or
 * told is the same to the byte: nothing in it depends on the PIN (R7). Only the enciphered block, on its way from the pad to the host, differs.
 */
import { expect, test } from "vitest";
import { type Artifact, runFlow } from "./run.ts";

const SALE = ["login 01 0000", "swipe debit-1", "enter", "amount 100.00", "enter", "pin 123456", "expect screen approved"];
const STEPS = [...SALE, "keys enter enter enter", "keys menu 8 6 8 1", "keys enter enter", "power cycle"];

/** The MAC of a request covers the enciphered block, and the API tells it; the numbers of bytes on a wire are how they happened to come. */
const withoutMac = (text: string): string =>
  text.replaceAll(/"64":"[0-9A-F]{16}"/g, '"64":"…"').replaceAll(/"n":\d+,"at"/g, '"at"');

const keptOf = (artifacts: readonly Artifact[]) =>
  artifacts
    // What the PIN pad keeps inside itself is sealed under a key drawn anew each time.
    .filter(({ name, rule }) => rule === "kept" && !name.startsWith("pinpad/"))
    .map(({ name, bytes }) => [name, withoutMac(Buffer.from(bytes).toString("latin1"))] as const);

/** Of PINs the card itself compares, nothing but the enciphered or sealed block differs, on its way from the pad to the reader. */
const CARDS = [
  "login 01 0000",
  ...["chip-plain-pin-1", "chip-pin-1"].flatMap((card) => [
    `insert ${card}`,
    "amount 100.00",
    "enter",
    "pin 123456",
    "expect screen remove-card",
    "remove",
    "expect screen approved",
    "keys enter enter enter",
  ]),
];

test.each([
  ["compared by the host", STEPS, "wire host out"],
  ["compared by the card", CARDS, "wire icc out"],
])("two PINs %s, and no output can tell which", async (_, steps, blocks) => {
  const [one, other] = [
    await runFlow({ name: "one", steps, pin: "123456" }),
    await runFlow({ name: "other", steps, pin: "907351" }),
  ];
  expect([one.failure, other.failure]).toEqual([undefined, undefined]);
  expect(one.outputs.map(withoutMac)).toEqual(other.outputs.map(withoutMac));
  const [first, second] = [keptOf(one.artifacts), keptOf(other.artifacts)];
  expect(first.map(([name]) => name)).toEqual(second.map(([name]) => name));
  expect(first.filter(([, bytes], n) => bytes !== second[n]?.[1]).map(([name]) => name)).toEqual([]);
  const sent = (artifacts: readonly Artifact[]) => artifacts.find(({ name }) => name === blocks)?.bytes;
  expect(sent(one.artifacts), "the block differs, or nothing was compared").not.toEqual(sent(other.artifacts));
});

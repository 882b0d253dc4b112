import { expect, test } from "vitest";
import { accounts, tray } from "../../../tools/cards/index.ts";

const luhnValid = (pan: string): boolean => {
  const digits = [...pan].reverse().map((digit, i) => Number(digit) * (i % 2 === 1 ? 2 : 1));
  return digits.reduce((sum, digit) => sum + (digit > 9 ? digit - 9 : digit), 0) % 10 === 0;
};
const card = (id: string) => tray().find((entry) => entry.id === id)!;
const account = (id: string) => accounts().find((entry) => entry.pan === card(id).pan);

test("the worked card of the message reference is debit-1", () => {
  expect(card("debit-1")).toMatchObject({ pan: "6229990000000000019", track2: "6229990000000000019=30121010000012300" });
  expect(account("debit-1")).toMatchObject({ pin: "123456", kind: "debit", expiry: "3012" });
});

test("ids and numbers are unique and ids speak", () => {
  const ids = tray().map((entry) => entry.id);
  expect(new Set(ids).size).toBe(ids.length);
  expect(new Set(tray().map((entry) => entry.pan)).size).toBe(ids.length);
  for (const id of ids) expect(id).toMatch(/^[a-z0-9]+(-[a-z0-9]+)*$/);
});

test.each(tray())("$id: number, tracks and labels agree", (entry) => {
  expect(luhnValid(entry.pan)).toBe(entry.id !== "bad-number-1");
  expect(entry.pan).toMatch(/^(622999|621799|400000|520000)\d{10,13}$/);
  expect(entry.label.zh).not.toBe("");
  expect(entry.label.en).not.toBe("");
  const known = accounts().find((candidate) => candidate.pan === entry.pan);
  const expiry = known?.expiry ?? "3012";
  if (typeof entry.track1 === "string") {
    expect(entry.track1).toMatch(new RegExp(`^B${entry.pan}\\^[A-Z/ ]{2,26}\\^${expiry}\\d{3}\\d*$`));
    expect(entry.track1.length).toBeLessThanOrEqual(76);
  }
  if (typeof entry.track2 === "string") {
    expect(entry.track2).toMatch(new RegExp(`^${entry.pan}=${expiry}\\d{3}\\d*$`));
    expect(entry.track2.length).toBeLessThanOrEqual(37);
  }
  if (typeof entry.track3 === "string") {
    expect(entry.track3).toMatch(new RegExp(`^99${entry.pan}=[\\d=]+$`));
    expect(entry.track3.length).toBeLessThanOrEqual(104);
  }
});

test("the tray covers the lengths that break track code", () => {
  const lengths = tray().flatMap((entry) => (typeof entry.track2 === "string" ? [entry.track2.length % 2] : []));
  expect(new Set(lengths)).toEqual(new Set([0, 1]));
  expect(new Set(tray().map((entry) => entry.pan.length))).toEqual(new Set([16, 19]));
});

test("special cards are what their names say", () => {
  expect(card("damaged-track1").track1).toBeNull();
  expect(card("damaged-track2").track2).toBeNull();
  expect(card("damaged-track3").track3).toBeNull();
  expect(card("track2-only-1").track1).toBeUndefined();
  expect(card("chip-1").track2).toContain("=3012201");
  expect(account("no-pin-1")?.pin).toBeUndefined();
  expect(account("expired-1")?.expiry).toBe("2001");
  expect(account("lost-1")?.status).toBe("41");
  expect(account("low-balance-1")?.balanceFen).toBe(500);
  expect(account("unknown-1")).toBeUndefined();
  const three = card("three-tracks-1");
  expect([three.track1, three.track2, three.track3].every((track) => typeof track === "string")).toBe(true);
});

test("each call gives copies: a caller cannot spoil the tray", () => {
  tray()[0]!.label.zh = "x";
  accounts()[0]!.balanceFen = 0;
  expect(tray()[0]!.label.zh).not.toBe("x");
  expect(accounts()[0]!.balanceFen).toBe(1000000);
});

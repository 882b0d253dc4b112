/** Cards in the desk's readers: what a person can do with them, and what is left of it in the next run. */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openChip, tray } from "../../../tools/cards/index.ts";
import { NotNow } from "../../../tools/sim/desk.ts";
import { Wallet } from "../../../tools/sim/wallet.ts";
import { type TinyDesk, tinyDesk } from "./tiny-desk.ts";

const TIMEOUT_MS = 10_000;
const having = (kind: "contact" | "contactless"): string => tray().find((card) => card.kind.includes(kind))!.id;
const CONTACT = having("contact");
const FIELD = tray().find((card) => card.kind.includes("contactless") && card.id !== CONTACT)!.id;

let tiny: TinyDesk;
beforeEach(async () => {
  tiny = await tinyDesk();
});
afterEach(() => tiny.end());

test("one card in the slot at a time, in and out", async () => {
  const { desk } = tiny;
  expect(await desk.insertCard(CONTACT, TIMEOUT_MS)).toBe(true);
  expect(desk.devices.icc.describe()).toMatchObject({ card: CONTACT, powered: false });
  await expect(desk.insertCard(CONTACT, TIMEOUT_MS)).rejects.toThrow(NotNow);
  await expect(desk.tapCard(CONTACT, TIMEOUT_MS)).rejects.toThrow(NotNow);
  expect(await desk.removeCard(TIMEOUT_MS)).toBe(true);
  await expect(desk.removeCard(TIMEOUT_MS)).rejects.toThrow(/no card in the slot/);
});

test("a card held near goes away by itself", async () => {
  const { desk } = tiny;
  expect(await desk.tapCard(FIELD, TIMEOUT_MS)).toBe(true);
  expect(desk.devices.picc.describe()).toMatchObject({ card: null });
});

test("what is written on a chip is there in the next run, and only what was written", () => {
  const folder = mkdtempSync(join(tmpdir(), "tael-wallet-"));
  try {
    const wallet = new Wallet(openChip, folder, 1);
    const card = wallet.card(CONTACT);
    wallet.keep(() => true);
    expect(readdirSync(folder)).toEqual([]);
    const before = card.view();
    const face = card.contact!;
    face.reset("cold");
    face.powerOff();
    wallet.keep(() => true);
    expect(new Wallet(openChip, folder, 1).card(CONTACT).view()).toEqual(before);
    expect(wallet.card(CONTACT)).toBe(card);
    expect(() => wallet.card("debit-1")).toThrow(/no chip/);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

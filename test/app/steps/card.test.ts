/** What a swipe is worth: chips must be read where they can be (§5.7), damaged and expired cards are told in words. */
import { describe, expect, test } from "vitest";
import { readSwipe } from "../../../app/steps/card.ts";
import { chipFailed } from "../../../app/steps/fallback.ts";
import type { Readers, Terminal } from "../../../app/steps/terminal.ts";
import { wordsIn } from "../../../app/text/index.ts";

const PAN = "6229990000000000019";

function terminal(readers: Readers): Terminal {
  const words = wordsIn("zh-CN");
  const partial = {
    readers,
    ui: { say: words.say.bind(words) },
    system: { wallMs: () => Date.UTC(2026, 10, 21), scheduler: { now: () => 0 } },
    settings: { clockOffsetMs: 0 },
    profile: { utcOffsetMinutes: 480 },
  };
  return partial as unknown as Terminal;
}

const NONE: Readers = { contact: false, contactless: false };
const CHIPS: Readers = { contact: true, contactless: false };
const swiped = (service: string, expiry = "3012") => ({ track2: `${PAN}=${expiry}${service}000012300` });
const read = (readers: Readers, service: string, expiry?: string) =>
  readSwipe(terminal(readers), swiped(service, expiry) as Parameters<typeof readSwipe>[1]);

describe("a chip card that is swiped", () => {
  test.each(["201", "220", "601", "621"])("service code %s: insert it, where this terminal has a reader", (service) => {
    expect(read(CHIPS, service)).toEqual({ problem: "这是芯片卡，请插卡" });
  });
  test.each(["201", "601"])("service code %s: the stripe will do, where it has none", (service) => {
    expect(read(NONE, service)).toMatchObject({ card: { entry: "swipe", pan: PAN, serviceCode: service } });
  });
  test("a contactless reader alone is no slot", () => {
    expect(read({ contact: false, contactless: true }, "201")).toHaveProperty("card");
  });
  test.each(["101", "120", "520", "701"])("service code %s: no chip, the stripe is right", (service) => {
    expect(read(CHIPS, service)).toHaveProperty("card");
  });
});

test("a chip that failed: its stripe stands in once, and says so; then the chip is asked for again", () => {
  const t = terminal(CHIPS);
  const swipe = () => readSwipe(t, swiped("201") as Parameters<typeof readSwipe>[1]);
  chipFailed(t, "unreadable");
  expect(swipe()).toMatchObject({ card: { entry: "fallback", pan: PAN } });
  expect(swipe()).toEqual({ problem: "这是芯片卡，请插卡" });
});

test("expired is expired before it is a chip", () => {
  expect(read(CHIPS, "201", "2010")).toEqual({ problem: "这张卡已过期" });
});

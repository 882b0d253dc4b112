/** Electronic cash by the contacts (§8). */
import { describe, expect, test } from "vitest";
import {
  fieldData,
  type People,
  parseTlv,
  purseDecision,
  readLog,
  readPurse,
  supportIndicator,
  toHex,
} from "../../../app/emv/index.ts";
import { toApplication, toTerminal, toTransaction } from "../../../app/emv/terminal.ts";
import { type Exchange, ScriptedCard, text, tlv } from "./card.ts";
import { ac, AID, type ImageOptions, makeImage, PAN, selection, start } from "./image.ts";
import { play, type PlayOptions } from "./play.ts";

const OK = "9000";
const amount = (fen: number) => String(fen).padStart(12, "0");
const get = (tag: string, fen: number | string): Exchange => ({
  command: `80CA${tag}00`,
  answer: typeof fen === "string" ? fen : tlv(tag, amount(fen)) + OK,
});
const purse = (balance: number, threshold = 1_000): Exchange[] => [get("9F79", balance), get("9F6D", threshold)];
const cashCard = (data: Record<string, string> = {}, more: ImageOptions = {}) =>
  makeImage({ oda: "sda", data: { "9F74": text("ECC001"), "9F51": "0156", ...data }, ...more });

describe("what the purse says", () => {
  const purseOf = (balanceFen: number, singleFen?: number) => ({ balanceFen, thresholdFen: 1_000, singleFen });
  test.each([
    [purseOf(11_000), 10_000, true, "pay"],
    [purseOf(10_999), 10_000, true, "online"],
    [purseOf(10_999), 10_000, false, "pay"],
    [purseOf(10_000), 10_000, false, "pay"],
    [purseOf(9_999), 10_000, false, "refuse"],
    [purseOf(50_000, 9_999), 10_000, true, "online"],
    [purseOf(50_000, 10_000), 10_000, true, "pay"],
  ] as const)("%o, %i fen, line %s: %s", (own, fen, online, expected) => {
    expect(purseDecision(own, fen, online)).toBe(expected);
  });

  test("the terminal offers it for a purchase below its limit and nothing else", () => {
    const application = toApplication({ aid: AID, ecashLimitFen: 10_000 });
    const says = (input: Parameters<typeof toTransaction>[0], of = application) =>
      toHex(supportIndicator(of, toTransaction(input, toTerminal())));
    expect([says(9_999), says(10_000)]).toEqual(["01", "00"]);
    expect(says({ amountFen: 100, type: "01" })).toBe("00");
    expect(says({ amountFen: 100, otherFen: 50 })).toBe("00");
    expect(says({ amountFen: 100, ecash: false })).toBe("00");
    expect(says(100, toApplication({ aid: AID }))).toBe("00");
  });
});

describe("paying", () => {
  const pay = (card: ReturnType<typeof cashCard>, script: Exchange[], options: PlayOptions = {}) =>
    play(card, [...start(card), ...script], options);

  test("from the purse: TC, and the slip has authorisation code and balance", async () => {
    const card = cashCard();
    const { outcome, hex } = await pay(card, [...purse(20_000), ac("TC", { p1: "40" })]);
    expect(outcome).toMatchObject({ result: "approved-offline", ecash: true, purse: { beforeFen: 20_000, afterFen: 10_000 } });
    expect(hex("9F74")).toBe(text("ECC001"));
    const tags = parseTlv(fieldData("offline", outcome.data).bytes).map(({ tag }) => tag);
    expect(tags.slice(-2)).toEqual(["9F74", "8A"]);
  });

  test("a purse that does not reach: online, with a PIN, and not from the purse", async () => {
    const card = cashCard();
    const people: People = { onlinePin: () => "entered" };
    const { outcome, tvr, commands } = await pay(card, [...purse(10_500), ac("ARQC", { p1: "80" }), ac("TC", { p1: "40" })], {
      host: () => "00",
      terminal: { people },
    });
    expect(outcome).toMatchObject({ result: "approved-online", ecash: false, onlinePin: true });
    expect(tvr).toBe("0200040000");
    expect(commands.some((command) => command.startsWith("80AE8000"))).toBe(true);
  });

  test("over the card's single limit, or a purse that does not show: online", async () => {
    const people: People = { onlinePin: () => "entered" };
    const options: PlayOptions = { host: () => "00", terminal: { people } };
    const limited = cashCard({ "9F78": amount(9_999) });
    expect((await pay(limited, [...purse(50_000), ac("ARQC"), ac("TC")], options)).outcome.result).toBe("approved-online");
    const card = cashCard();
    expect((await pay(card, [get("9F79", "6A88"), get("9F6D", "6A88"), ac("ARQC"), ac("TC")], options)).outcome.result).toBe(
      "approved-online",
    );
  });

  test("offline only: as long as the amount is there", async () => {
    const card = cashCard();
    const terminal = { type: "23" };
    expect((await pay(card, [...purse(10_000), ac("TC", { p1: "40" })], { terminal })).outcome).toMatchObject({
      result: "approved-offline",
      ecash: true,
    });
    expect((await pay(card, purse(9_999), { terminal })).outcome).toMatchObject({ result: "declined-offline", ecash: false });
  });

  test("a denial stands over the purse", async () => {
    const card = cashCard({ "5F24": "251231" });
    const applications = [{ aid: AID, tacDenial: "0040000000", ecashLimitFen: 100_000, floorLimitFen: 50_000 }];
    const { outcome } = await pay(card, [...purse(20_000), ac("AAC", { p1: "00" })], { terminal: { applications } });
    expect(outcome).toMatchObject({ result: "declined-offline", ecash: false });
  });

  test("what has to go online is not paid from the purse; the purse has its own limit, not the floor", async () => {
    const card = cashCard();
    const online = await pay(card, [...purse(200_000), ac("ARQC", { p1: "80" }), ac("TC", { p1: "40" })], {
      host: () => "00",
      terminal: { caKeys: [] },
    });
    expect([online.outcome.result, online.outcome.ecash, online.tvr]).toEqual(["approved-online", false, "4200000000"]);
    const over = await pay(card, [...purse(200_000), ac("TC", { p1: "40" })], { amount: 60_000 });
    expect([over.outcome.ecash, over.tvr]).toEqual([true, "0200000000"]);
  });

  test("a card without 9F74 has not taken it for electronic cash", async () => {
    const card = makeImage({ oda: "sda" });
    expect((await pay(card, [ac("TC")])).outcome.ecash).toBe(false);
  });

  test("in the second currency from the second purse", async () => {
    const card = cashCard({ DF71: "0344" });
    const second = [get("DF79", 20_000), get("DF76", 1_000)];
    const { outcome } = await pay(card, [...second, ac("TC")], { amount: { amountFen: 10_000, currency: "0344" } });
    expect(outcome).toMatchObject({ ecash: true, purse: { beforeFen: 20_000, afterFen: 10_000 } });
  });
});

describe("cut off while paying", () => {
  const card = cashCard();
  const cut = async () =>
    (await play(card, [...start(card), ...purse(20_000), { command: "80AE40", answer: undefined }])).outcome;

  test("what it was is kept with the outcome", async () => {
    const outcome = await cut();
    expect(outcome).toMatchObject({
      result: "card-error",
      fallback: false,
      torn: { pan: PAN, amountFen: 10_000, balanceFen: 20_000 },
    });
  });

  test("whoever wants to keep it has it before the card is told to pay", async () => {
    const kept: unknown[] = [];
    const people: People = { charging: (torn) => void kept.push(torn) };
    const { outcome } = await play(card, [...start(card), ...purse(20_000), ac("TC")], { terminal: { people } });
    expect(kept).toMatchObject([{ pan: PAN, amountFen: 10_000, balanceFen: 20_000 }]);
    expect(outcome).toMatchObject({ result: "approved-offline", ecash: true });
  });

  test("next time the purse says whether it has paid", async () => {
    const { torn } = await cut();
    const details = { amount: { amountFen: 10_000, torn } };
    const paid = await play(card, [...start(card), ...purse(10_000)], details);
    expect(paid.outcome).toMatchObject({ result: "terminated", reason: "torn" });
    expect(paid.outcome.words).toContain("10000 now");
    const not = await play(card, [...start(card), ...purse(20_000), ac("TC")], details);
    expect(not.outcome).toMatchObject({ result: "approved-offline", ecash: true });
    expect(not.outcome.torn).toBeUndefined();
  });
});

describe("loading and enquiring", () => {
  const command = "04DA9F790A000000050000AABBCCDD";
  const scripts = tlv("72", tlv("9F18", "00000001") + tlv("86", command));
  const card = cashCard();

  test.each(["60", "62", "63", "17"])("9C = %s: asked online, the script runs, balance before and after", async (type) => {
    const script = [
      ...start(card),
      ...purse(10_000),
      ac("ARQC", { p1: "80" }),
      ac("TC", { p1: "40" }),
      { command, answer: OK },
      get("9F79", 50_000),
    ];
    const { outcome, hex } = await play(card, script, {
      amount: { amountFen: 40_000, type },
      host: () => ({ code: "00", scripts }),
    });
    expect(outcome).toMatchObject({
      result: "approved-online",
      ecash: false,
      reversal: false,
      purse: { beforeFen: 10_000, afterFen: 50_000 },
    });
    expect(hex("DF31")).toBe("2000000001");
  });

  test.each([
    ["the script fails", scripts, [{ command, answer: "6A80" }]],
    ["there is none", "", []],
    ["there are two, of which none is sent", scripts + scripts, []],
  ] as [string, string, Exchange[]][])("%s: the load is reversed", async (_, sent, heard) => {
    const script = [...start(card), ...purse(10_000), ac("ARQC"), ac("TC"), ...heard, get("9F79", 10_000)];
    const { outcome } = await play(card, script, {
      amount: { amountFen: 40_000, type: "60" },
      host: () => ({ code: "00", scripts: sent }),
    });
    expect(outcome).toMatchObject({ result: "declined-online", reason: "load-failed", reversal: true });
    const tags = parseTlv(fieldData("reversal-with-counter", outcome.data).bytes).map(({ tag }) => tag);
    expect(tags.slice(0, 4)).toEqual(["95", "9F1E", "9F10", "9F36"]);
  });

  test("a card that refuses after the host has approved is not loaded, and the load is reversed", async () => {
    const script = [...start(card), ...purse(10_000), ac("ARQC"), ac("AAC", { p1: "40" }), get("9F79", 10_000)];
    const { outcome } = await play(card, script, {
      amount: { amountFen: 40_000, type: "60" },
      host: () => ({ code: "00", scripts }),
    });
    expect(outcome).toMatchObject({ result: "declined-online", reason: "card-declined", reversal: true });
  });

  test("gone after it was loaded: loaded it is, the balance is not known", async () => {
    const script = [
      ...start(card),
      ...purse(10_000),
      ac("ARQC"),
      ac("TC"),
      { command, answer: OK },
      { command: "80CA9F79", answer: undefined },
    ];
    const { outcome } = await play(card, script, {
      amount: { amountFen: 40_000, type: "60" },
      host: () => ({ code: "00", scripts }),
    });
    expect(outcome).toMatchObject({ result: "approved-online", reversal: false, purse: { afterFen: undefined } });
  });

  test("no line: a load is declined, never approved with Y3", async () => {
    const script = [...start(card), ...purse(10_000), ac("ARQC"), ac("AAC", { p1: "00" }), get("9F79", 10_000)];
    const { outcome } = await play(card, script.slice(0, -1), { amount: { amountFen: 100, type: "60" } });
    expect(outcome).toMatchObject({ result: "declined-offline", reason: "no-answer" });
  });

  test("an enquiry goes online whatever the amount", async () => {
    const { commands } = await play(card, [...start(card), ac("ARQC"), ac("TC")], {
      amount: { amountFen: 0, type: "31" },
      host: () => "00",
    });
    expect(commands.at(-2)?.slice(0, 8)).toBe("80AE8000");
  });
});

describe("reading without paying", () => {
  const image = cashCard({}, { fci: { BF0C: tlv("9F4D", "0B03") + tlv("DF4D", "0C02") } });
  const terminal = { applications: [AID] };

  test("the purse", async () => {
    const card = new ScriptedCard([...selection(image), ...purse(12_345), get("DF79", "6A88")]);
    expect(await readPurse(card, terminal)).toEqual({ balanceFen: 12_345, thresholdFen: 1_000, secondBalanceFen: undefined });
    card.done();
  });

  test("payments and loads of the card's own log", async () => {
    const format = "9A039F02069F3602";
    const log = (kind: "payments" | "loads") => {
      const [tag, file, count] = kind === "payments" ? ["9F4F", "5C", 3] : ["DF4F", "64", 2];
      const records = Array.from({ length: count as number }, (_, i) => ({
        command: `00B2${`0${i + 1}`}${file}00`,
        answer: `26112${i}${amount(100 * (i + 1))}000${i}${OK}`,
      }));
      return new ScriptedCard([
        ...selection(image),
        { command: `80CA${tag}00`, answer: tlv(tag as string, format) + OK },
        ...records,
      ]);
    };
    const card = log("payments");
    const payments = await readLog(card, terminal, "payments");
    card.done();
    expect(payments).toHaveLength(3);
    expect(payments[1]).toEqual({ "9A": "261121", "9F02": amount(200), "9F36": "0001" });
    expect(await readLog(log("loads"), terminal, "loads")).toHaveLength(2);
  });

  test("a log that ends early, without a format, or that the card does not keep", async () => {
    const format = { command: "80CA9F4F00", answer: tlv("9F4F", "9A03") + OK };
    const early = [
      ...selection(image),
      format,
      { command: "00B2015C00", answer: `261122${OK}` },
      { command: "00B2025C00", answer: "6A83" },
    ];
    expect(await readLog(new ScriptedCard(early), terminal, "payments")).toEqual([{ "9A": "261122" }]);
    const none = [...selection(image), { command: "80CA9F4F00", answer: "6A88" }];
    expect(await readLog(new ScriptedCard(none), terminal, "payments")).toEqual([]);
    const bare = makeImage();
    const without = [...selection(bare), { command: "80CA9F4D00", answer: "6A88" }, { command: "80CA9F4F00", answer: "6A88" }];
    expect(await readLog(new ScriptedCard(without), terminal, "payments")).toEqual([]);
  });
});

/** The host's side of a chip: cards of the tray pay through the terminal's kernel, the host checks and answers, the card judges the answer. */
import { describe, expect, test } from "vitest";
import {
  decodeCaKey,
  decodeParameters,
  fieldData,
  type OnlineRequest,
  type Outcome,
  runTransaction,
  toHex,
} from "../../../app/emv/index.ts";
import type { Rule } from "../../../tools/acquirer/contract.ts";
import { chipIssuers, chipProfiles, openChip } from "../../../tools/cards/index.ts";
import type { ChipCard } from "../../../tools/cards/contract.ts";
import { insert } from "../cards/slot.ts";
import { type Answer, type Bench, type Changes, ready } from "./bench.ts";

const chips = chipIssuers();
const caKeys = chips.keys.map(({ objects }) => {
  const read = decodeCaKey(objects);
  if (!read.ok) throw new Error(read.words);
  return read.key;
});
const applications = chips.applications.map(({ objects }) => decodeParameters(objects));
const profileOf = (card: ChipCard) => chipProfiles.find(({ id }) => id === card.id)!;
const view = (card: ChipCard) => card.view().applications[0]!;

let trace = 100;
const nextTrace = (): string => String(++trace).padStart(6, "0");

/** A request with the chip's own field. */
function chipFields(
  bench: Bench,
  card: ChipCard,
  settings: { trace: string; amountFen: number; face?: string; pin?: string },
  field55: string,
): Changes {
  const { pan, account } = profileOf(card);
  const pin = "pin" in settings ? settings.pin : account?.pin;
  const fields = bench.saleFields({
    trace: settings.trace,
    amountFen: settings.amountFen,
    track2: `${pan}D30122200000012300`,
    pin,
  });
  const mode = settings.face === "contactless" ? "07" : "05";
  return {
    ...fields,
    2: pan,
    14: "3012",
    22: `${mode}${pin === undefined ? "2" : "1"}`,
    23: "001",
    35: undefined,
    53: pin === undefined ? undefined : "2600000000000000",
    55: field55,
    60: fields[60]!.replace(/60$/, "50"),
  };
}

interface Paid {
  outcome: Outcome;
  /** Of the host; undefined: it was not asked. */
  answer: Answer | undefined;
  request: OnlineRequest | undefined;
  trace: string;
}

interface Given {
  amountFen?: number;
  face?: "contact" | "contactless";
  type?: string;
  names?: Changes;
  un?: string;
}

async function pay(
  bench: Bench,
  card: ChipCard,
  { amountFen = 12_000, face = "contact", type = "00", names = {}, un = "01020304" }: Given = {},
): Promise<Paid> {
  let answer: Answer | undefined;
  let asked: OnlineRequest | undefined;
  const own = nextTrace();
  const outcome = await runTransaction(
    insert(card, face)!,
    {
      applications,
      caKeys,
      date: "260706",
      unpredictableNumber: un,
      people: {
        onlinePin: () => "entered",
        offlinePin: () => "1234",
        chooseApplication: () => 0,
        percent: () => 99,
        random: (n) => new Uint8Array(n),
      },
    },
    { amountFen, type, interface: face, time: "093015" },
    (request) => {
      asked = request;
      const fields = chipFields(
        bench,
        card,
        { trace: own, amountFen, face, ...(request.onlinePin ? {} : { pin: undefined }) },
        toHex(request.field55),
      );
      answer = bench.send("0200", { ...fields, ...names });
      const code = answer?.fields[39];
      if (code === undefined) return undefined;
      return { code, ...(answer?.fields[55] === undefined ? {} : { field55: answer.fields[55] }) };
    },
  );
  return { outcome, answer, request: asked, trace: own };
}

const LOAD = { 3: "600000", 25: "91", 60: "4500000100050" };

describe("a chip sale", () => {
  test.each(["chip-debit-1", "chip-sda-1", "chip-cdol2-1", "chip-sm-1"])(
    "%s: cryptogram right, answer believed, money moved",
    async (id) => {
      const bench = ready({ chips });
      const card = openChip(id);
      const { outcome, trace: own, request } = await pay(bench, card, { amountFen: 80_000 });
      expect([outcome.result, outcome.reason], bench.lastWords()).toEqual(["approved-online", "approved"]);
      expect(bench.entry(own)).toMatchObject({
        state: "approved",
        chip: { kind: "ARQC", right: true, atc: "0001", cryptogram: toHex(request!.tags["9F26"]!), sequence: "01" },
      });
      expect(bench.balance(profileOf(card).pan)).toBe(1_000_000 - 80_000);
    },
  );

  test("in one tap with a PIN for the host", async () => {
    const bench = ready({ chips });
    const { outcome, trace: own } = await pay(bench, openChip("chip-debit-1"), { amountFen: 150_000, face: "contactless" });
    expect([outcome.result, outcome.onlinePin], bench.lastWords()).toEqual(["approved-online", true]);
    expect(bench.entry(own).chip).toMatchObject({ kind: "ARQC", right: true });
  });

  test("declined by the issuer: the card is told with a good cryptogram", async () => {
    const bench = ready({ chips });
    bench.rule({ match: {}, answer: { 39: "51" } });
    const { outcome, answer } = await pay(bench, openChip("chip-debit-1"));
    expect(answer!.fields[55]).toMatch(/^910A.{16}3531$/);
    expect([outcome.result, outcome.reason]).toEqual(["declined-online", "issuer-declined"]);
  });

  test("the same request again gets the same answer, 55 and all", async () => {
    const bench = ready({ chips });
    const card = openChip("chip-debit-1");
    const { answer, request, trace: own } = await pay(bench, card);
    const again = bench.send("0200", chipFields(bench, card, { trace: own, amountFen: 12_000 }, toHex(request!.field55)));
    expect(again!.fields[55]).toBe(answer!.fields[55]);
    expect(bench.balance(profileOf(card).pan)).toBe(1_000_000 - 12_000);
  });
});

describe("what is refused", () => {
  const recorded = async () => {
    const bench = ready({ chips });
    const card = openChip("chip-debit-1");
    const { request } = await pay(bench, card);
    return { bench, card, field55: toHex(request!.field55) };
  };
  const sent = ({ bench, card }: { bench: Bench; card: ChipCard }, field55: string, changes: Changes = {}, amountFen = 12_000) =>
    bench.send("0200", { ...chipFields(bench, card, { trace: nextTrace(), amountFen }, field55), ...changes })!.fields[39];

  test("a cryptogram that was used before", async () => {
    const first = await recorded();
    expect(sent(first, first.field55)).toBe("05");
    expect(first.bench.lastWords()).toContain("ATC 0001 of this card was already used");
  });

  test("a bit of it turned, another amount, another sequence number", async () => {
    const first = await recorded();
    const at = first.field55.indexOf("9F2608") + 6;
    const turned = first.field55.slice(0, at) + (first.field55[at] === "0" ? "1" : "0") + first.field55.slice(at + 1);
    expect(sent(first, turned)).toBe("05");
    expect(first.bench.lastWords()).toContain("not this card's");
    expect(sent(first, first.field55, {}, 12_001)).toBe("30");
    expect(first.bench.lastWords()).toContain("9F02 is 000000012000");
    expect(sent(first, first.field55, { 23: "002" })).toBe("05");
  });

  test.each([
    ["lacks 9F26", (hex: string) => hex.replace(/9F2608.{16}/, ""), "DE55 lacks 9F26"],
    ["stops short", (hex: string) => hex.slice(0, -2), "are left"],
    ["an object twice", (hex: string) => `${hex}9F360200019F36020001`, "comes twice"],
    ["a wrong length", (hex: string) => hex.replace(/9F3602..../, "9F360101"), "9F36 has 1 bytes, must have 2"],
  ])("DE55 that %s", async (_name, change, words) => {
    const first = await recorded();
    expect(sent(first, change(first.field55))).toBe("30");
    expect(first.bench.lastWords()).toContain(words);
  });

  test("a wrong PIN may be tried again over the same cryptogram", async () => {
    const bench = ready({ chips });
    const card = openChip("chip-debit-1");
    bench.rule({ match: {}, answer: { 39: "55" }, count: 1 });
    const { request } = await pay(bench, card);
    expect(sent({ bench, card }, toHex(request!.field55))).toBe("00");
  });
});

describe("scripts", () => {
  const scripted = async (id: string, chip: NonNullable<Rule["chip"]>, given: Given = {}) => {
    const bench = ready({ chips });
    const card = openChip(id);
    bench.rule({ match: {}, chip });
    const paid = await pay(bench, card, given);
    return { ...paid, bench, card, results: toHex(paid.outcome.data.DF31 ?? new Uint8Array(0)) };
  };

  test("block the application, behind the payment", async () => {
    const { outcome, card, results } = await scripted("chip-debit-1", { scripts: [{ do: "application-block" }] });
    expect([outcome.result, results]).toEqual(["approved-online", "2000000072"]);
    expect(view(card).blocked).toBe(true);
  });

  test("block the card, before its second cryptogram: it declines, and is dead afterwards", async () => {
    const { outcome, card, results } = await scripted("chip-debit-1", { scripts: [{ do: "card-block", template: "71" }] });
    expect([outcome.result, outcome.reversal, results]).toEqual(["declined-online", true, "2000000071"]);
    expect(card.view().blocked).toBe(true);
  });

  test("change and unblock the offline PIN", async () => {
    const { results, card, bench } = await scripted("chip-pin-blocked", {
      scripts: [{ do: "pin-change", pin: "4321" }, { do: "pin-unblock" }],
    });
    expect([results, view(card).pinTriesLeft]).toEqual(["2000000072", 3]);
    bench.host.clearRules();
    expect(toHex((await pay(bench, card)).outcome.data["9F34"]!)).toMatch(/^4203/);
  });

  test("put data and update a record; both sides count a wrong one", async () => {
    const { results, card } = await scripted(
      "chip-ecash-1",
      {
        scripts: [
          { do: "put-data", tag: "9F6D", value: "000000009900" },
          { do: "update-record", file: 1, record: 2, value: "70035F2000" },
        ],
      },
      { amountFen: 120_000 },
    );
    expect(results).toBe("2000000072");
    expect(JSON.stringify(card.memory())).toContain("000000009900");
    const bad = await scripted("chip-debit-1", { scripts: [{ do: "put-data", tag: "9F79", value: "000000000100" }] });
    expect(bad.results).toBe("1100000072");
  });

  test("their result is told with 0620 and kept with the transaction", async () => {
    const {
      bench,
      card,
      outcome,
      trace: own,
      answer,
    } = await scripted("chip-debit-1", { scripts: [{ do: "application-block" }] });
    const { pan } = profileOf(card);
    const told = { 2: pan, 3: "000000", 4: "000000012000", 11: nextTrace(), 22: "051", 23: "001", 25: "00", 32: "48020000" };
    const original = { 37: answer!.fields[37], 38: answer!.fields[38], 41: bench.terminal, 42: answer!.fields[42], 49: "156" };
    const data = toHex(fieldData("script-result", outcome.data).bytes);
    const fields = { ...told, ...original, 55: data, 60: "0000000195150", 61: `000001${own}0706` };
    const reply = bench.send("0620", fields);
    expect([reply!.mti, reply!.fields[39], reply!.macState], bench.lastWords()).toEqual(["0630", "00", "ok"]);
    expect(bench.entry(own).scriptResults).toBe("2000000072");
    expect(bench.send("0620", { ...fields, 11: nextTrace(), 61: "0000019999990706" })!.fields[39]).toBe("25");
    expect(bench.send("0620", { ...fields, 11: nextTrace(), 55: "9F36020001" })!.fields[39]).toBe("30");
  });

  test("a wrong 91, and none at all, are declined by the card", async () => {
    for (const arpc of ["wrong", "none"] as const) {
      const { outcome } = await scripted("chip-debit-1", { arpc });
      expect([outcome.result, outcome.reason, outcome.reversal]).toEqual(["declined-online", "card-declined", true]);
    }
  });

  test("a rule that could never work is refused", () => {
    const bench = ready({ chips });
    expect(() => bench.rule({ match: {}, chip: { scripts: [{ do: "pin-change", pin: "12" }] } })).toThrow("4 to 12 digits");
    expect(() => bench.rule({ match: {}, chip: { scripts: [{ do: "put-data", tag: "9F", value: "" }] } })).toThrow(
      "tag of two bytes",
    );
  });
});

describe("electronic cash", () => {
  test("is loaded from the account by a script, and taken back by a reversal", async () => {
    const bench = ready({ chips });
    const card = openChip("chip-ecash-1");
    const { pan } = profileOf(card);
    const { outcome, trace: own } = await pay(bench, card, { amountFen: 20_000, type: "60", names: LOAD });
    expect([outcome.result, outcome.purse.afterFen], bench.lastWords()).toEqual(["approved-online", 70_000]);
    expect([view(card).balanceFen, bench.balance(pan), bench.entry(own).kind]).toEqual([70_000, 980_000, "load"]);
    expect(bench.host.ledger().batches).toEqual([]);
    const reversal = {
      2: pan,
      3: "600000",
      4: "000000020000",
      11: own,
      22: "051",
      23: "001",
      25: "91",
      39: "98",
      41: bench.terminal,
      42: "898110154110001",
      49: "156",
      60: "4500000100050",
    };
    const merchant = bench.host.ledger().transactions[0]!.merchant;
    expect(bench.send("0400", { ...reversal, 42: merchant })!.fields[39], bench.lastWords()).toBe("00");
    expect(bench.balance(pan)).toBe(1_000_000);
  });

  test("over the purse's limit the card refuses the script, and the terminal takes the load back", async () => {
    const bench = ready({ chips });
    const card = openChip("chip-ecash-1");
    const { outcome } = await pay(bench, card, { amountFen: 60_000, type: "60", names: LOAD });
    expect([outcome.result, outcome.reason, outcome.reversal]).toEqual(["declined-online", "load-failed", true]);
    expect(view(card).balanceFen).toBe(50_000);
  });

  test("out of another card's account: that one pays, this purse is loaded, and its certificate goes up under its own number", async () => {
    const bench = ready({ chips });
    const card = openChip("chip-ecash-1");
    const { pan } = profileOf(card);
    const { 11: _, 4: __, ...payer } = bench.saleFields({ trace: "000000", amountFen: 20_000 });
    const names = { ...payer, 2: undefined, 14: undefined, 3: "620000", 25: "91", 60: "4700000100050", 62: pan };
    const { outcome, trace: own } = await pay(bench, card, { amountFen: 20_000, type: "62", names });
    expect([outcome.result, outcome.purse.afterFen], bench.lastWords()).toEqual(["approved-online", 70_000]);
    const account = String(payer[35]).split("D")[0]!;
    expect(bench.entry(own)).toMatchObject({ kind: "load-other", state: "approved", chip: { right: true } });
    expect([bench.balance(pan), bench.balance(account)]).toEqual([1_000_000, 980_000]);
    const again = await pay(bench, card, { amountFen: 20_000, type: "62", names: { ...names, 62: account } });
    expect([again.outcome.result, bench.balance(account)]).toEqual(["declined-online", 980_000]);
  });

  test("for cash: the account stays as it is", async () => {
    const bench = ready({ chips });
    const card = openChip("chip-ecash-1");
    const names = { 3: "630000", 25: "91", 22: "052", 26: undefined, 52: undefined, 53: undefined, 60: "4600000100050" };
    const { outcome } = await pay(bench, card, { amountFen: 20_000, type: "63", names });
    expect([outcome.result, view(card).balanceFen], bench.lastWords()).toEqual(["approved-online", 70_000]);
    expect(bench.balance(profileOf(card).pan)).toBe(1_000_000);
  });

  test("paid without the host is told afterwards, once; a refund finds it", async () => {
    const bench = ready({ chips });
    const card = openChip("chip-ecash-1");
    const { pan } = profileOf(card);
    const { outcome } = await pay(bench, card, { amountFen: 3_000 });
    expect([outcome.result, outcome.ecash]).toEqual(["approved-offline", true]);
    const own = nextTrace();
    const data = toHex(fieldData("offline", outcome.data).bytes);
    const {
      14: _14,
      26: _26,
      52: _52,
      53: _53,
      ...sale
    } = chipFields(bench, card, { trace: own, amountFen: 3_000, pin: undefined }, data);
    const told: Changes = { ...sale, 60: "3600000100050", 63: "CUP" };
    expect(bench.send("0200", told)!.fields[39], bench.lastWords()).toBe("00");
    expect(bench.entry(own)).toMatchObject({
      kind: "chip-offline",
      state: "approved",
      chip: { kind: "TC", right: true, ecash: true },
    });
    expect(bench.balance(pan)).toBe(1_000_000);
    expect(bench.host.ledger().batches).toMatchObject([{ debitFen: 3_000, debitCount: 1 }]);
    expect(bench.send("0200", { ...told, 11: nextTrace() })!.fields[39]).toBe("94");
    const { 55: _55, ...bare } = told;
    const refund = {
      ...bare,
      3: "200000",
      4: "000000001000",
      11: nextTrace(),
      60: "2700000100050",
      61: `000001${own}0706`,
      62: bench.terminal,
    };
    expect(bench.send("0220", refund)!.fields[39], bench.lastWords()).toBe("00");
    expect([bench.balance(pan), bench.entry(own).refundedFen]).toEqual([1_001_000, 1_000]);
    expect(bench.send("0220", { ...refund, 4: "000000002001", 11: nextTrace() })!.fields[39]).toBe("61");
  });
});

test("the certificate of an approved sale goes up with the batch and is kept, right or wrong", async () => {
  const bench = ready({ chips });
  const card = openChip("chip-debit-1");
  const { outcome, trace: own } = await pay(bench, card);
  const totals = `${"000000012000"}001${"0".repeat(15)}0${"0".repeat(31)}`;
  bench.manage("0500", "201", { 11: "000900", 48: totals, 49: "156", 63: "01 " });
  const data = toHex(fieldData("request", outcome.data).bytes);
  const upload = {
    2: profileOf(card).pan,
    4: "000000012000",
    11: own,
    22: "051",
    23: "001",
    55: data,
    62: "610000000000012000156",
  };
  expect(bench.manage("0320", "203", { ...upload, 60: "0000000120350" })!.fields[39], bench.lastWords()).toBe("00");
  expect(bench.entry(own).certificate).toMatchObject({ kind: "TC", right: true, cryptogram: toHex(outcome.data["9F26"]!) });
  const failed = { ...upload, 11: "000777", 55: data.replace("9F270140", "9F270100") };
  expect(
    bench.manage("0320", "204", { ...failed, 62: "71001100000001200015610", 60: "0000000120450" })!.fields[39],
    bench.lastWords(),
  ).toBe("00");
  const [settlement] = bench.host.ledger().settlements;
  expect(settlement!.problems).toEqual([]);
  expect(settlement!.certificates).toMatchObject([
    { trace: own, kind: "TC", right: true },
    { trace: "000777", kind: "AAC", right: true },
  ]);
  const spoiled = { ...upload, 11: "000778", 55: data.slice(0, -2) };
  expect(bench.manage("0320", "203", { ...spoiled, 60: "0000000120350" })!.fields[39]).toBe("00");
  expect(bench.host.ledger().settlements[0]!.problems).toMatchObject([{ what: "different", trace: "000778" }]);
});

test("an SM card takes scripts under SM4", async () => {
  const bench = ready({ chips });
  const card = openChip("chip-sm-1");
  const { outcome } = await pay(bench, card, { amountFen: 20_000, type: "60", names: LOAD });
  expect([outcome.result, toHex(outcome.data["9F10"]!).slice(14, 16), view(card).balanceFen], bench.lastWords()).toEqual([
    "approved-online",
    "04",
    70_000,
  ]);
});

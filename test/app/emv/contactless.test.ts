/** In the field: qPBOC (§9). */
import { describe, expect, test } from "vitest";
import {
  buildCombinations,
  decisionOf,
  preProcess,
  quickCvm,
  toBytes,
  toHex,
  toTerminal,
  type Torn,
} from "../../../app/emv/index.ts";
import { dynamicSignature } from "./authority.ts";
import { type Exchange, objects, text, tlv } from "./card.ts";
import { ac, AID, CRYPTOGRAM, IAD, type Image, type ImageOptions, makeImage, PAN, SM_KEYS, UN } from "./image.ts";
import { play, type PlayOptions } from "./play.ts";

const OK = "9000";
const CREDIT = "A000000333010102";
const ATC = "0012";
const TRACK2 = `${PAN}D3012201`;
const PDOL = "9F66049F02069F37045F2A02DF6901";
const RELATED = "0111223344360000";
const amountOf = (fen: number) => String(fen).padStart(12, "0");

const ttqOf = (contactless: object, amount: Parameters<typeof preProcess>[1], terminal = {}) => {
  const [found] = preProcess({ ...terminal, applications: [{ aid: AID, floorLimitFen: 1_000_000, contactless }] }, amount);
  return found?.allowed === true ? toHex(found.ttq) : found?.why;
};

describe("before the card", () => {
  test.each([
    ["nothing to say", {}, 100, "36000000"],
    ["bits of the template that are the reader's to set are cleared", { ttq: "36C00080" }, 100, "36000080"],
    ["at the transaction limit", { limitFen: 100 }, 100, "limit"],
    ["below it", { limitFen: 101 }, 100, "36000000"],
    ["a limit of 0 shuts it", { limitFen: 0 }, 0, "limit"],
    ["at the floor limit", { floorLimitFen: 100 }, 100, "36000000"],
    ["at the floor limit, read the other way", { floorLimitFen: 100, floorRule: ">=" }, 100, "36800000"],
    ["over the floor limit", { floorLimitFen: 99 }, 100, "36800000"],
    ["at the CVM limit", { cvmLimitFen: 100 }, 100, "36400000"],
    ["below it", { cvmLimitFen: 101 }, 100, "36000000"],
    ["one unit, as a check of the card", { statusCheck: true }, 100, "36800000"],
    ["another amount is no check", { statusCheck: true }, 101, "36000000"],
    ["zero", {}, 0, "36800000"],
    ["zero, where it is not allowed", { zeroNotAllowed: true }, 0, "zero-amount"],
    ["zero, at a reader for offline only", { ttq: "3E000000" }, 0, "zero-amount"],
  ] as [string, object, number, string][])("%s", (_, limits, amount, expected) => {
    expect(ttqOf(limits, amount)).toBe(expected);
  });

  test("zero at an offline-only terminal; the contact floor limit where there is no other", () => {
    expect(ttqOf({}, 0, { type: "23" })).toBe("zero-amount");
    const [found] = preProcess({ applications: [{ aid: AID, floorLimitFen: 99 }] }, 100);
    expect(toHex(found?.ttq ?? new Uint8Array(0))).toBe("36800000");
  });

  test("no application left: another interface", async () => {
    const { outcome } = await tap(quick(), [], { terminal: { applications: [{ aid: AID, contactless: { limitFen: 1 } }] } });
    expect(outcome).toMatchObject({ result: "other-interface", reason: "amount-not-allowed" });
  });
});

describe("directory", () => {
  const entry = (aid: string, more: Record<string, string> = {}) => tlv("61", { "4F": aid, ...more });
  const combinations = (...entries: string[]) => {
    const terminal = toTerminal({ applications: [AID, CREDIT, "A0000000031010"] });
    const fci = tlv("6F", { "84": text("2PAY.SYS.DDF01"), A5: tlv("BF0C", entries.join("")) });
    return buildCombinations(fci, terminal, terminal.applications)?.map(({ aid }) => aid);
  };

  test("ours by kernel 7 or RID, best priority first", () => {
    expect(combinations(entry(AID, { "87": "02" }), entry(CREDIT, { "87": "01" }))).toEqual([CREDIT, AID]);
    expect(combinations(entry(AID, { "9F2A": "07" }), entry(CREDIT, { "9F2A": "03" }))).toEqual([AID]);
    expect(combinations(entry("A0000000031010"))).toEqual([]);
    expect(combinations(entry("A0000000031010", { "9F2A": "07" }))).toEqual(["A0000000031010"]);
    expect(combinations(entry(AID, { "9F2A": "87" }))).toEqual([]);
    expect(combinations(entry("A000000333010199"), entry(AID, { "87": "01" }), entry(CREDIT))).toEqual([AID, CREDIT]);
  });

  test.each([
    ["6A82", "6A82"],
    ["no directory inside", tlv("6F", { "84": text("2PAY.SYS.DDF01"), A5: "" }) + OK],
    ["nothing of ours", tlv("6F", { "84": text("2PAY.SYS.DDF01"), A5: tlv("BF0C", entry("A0000000041010")) }) + OK],
  ])("%s: another interface", async (_, answer) => {
    const { outcome } = await tap(quick(), [{ command: "00A404000E325041592E5359532E444446303100", answer }]);
    expect(outcome).toMatchObject({ result: "other-interface", reason: "no-application", fallback: false });
  });
});

interface QuickOptions extends ImageOptions {
  qualifiers?: string;
  related?: string;
  /** What GPO gives besides, or takes away (""). */
  more?: Record<string, string>;
}

interface QuickCard {
  image: Image;
  options: QuickOptions;
}

function quick(options: QuickOptions = {}): QuickCard {
  const data = { "8C": "", "8D": "", "57": "", "9F0D": "", "9F0E": "", "9F0F": "", "9F74": text("ECC001"), ...options.data };
  const image = makeImage({ oda: "dda", aip: "7000", ...options, data, fci: { "9F38": PDOL, ...options.fci } });
  return { image, options };
}

const ppse = (...aids: string[]): Exchange => ({
  command: "00A404000E325041592E5359532E444446303100",
  answer:
    tlv("6F", {
      "84": text("2PAY.SYS.DDF01"),
      A5: tlv("BF0C", aids.map((aid, i) => tlv("61", { "4F": aid, "87": `0${i + 1}` })).join("")),
    }) + OK,
});
const select = ({ image }: QuickCard, aid = AID): Exchange => ({
  command: `00A4040008${aid}00`,
  answer: image.fci.replace(`8408${AID}`, `8408${aid}`) + OK,
});
const gpo = (answer: string): Exchange => ({ command: "80A80000", answer });
const arrive = (card: QuickCard): Exchange[] => [ppse(AID), select(card)];

/** GPO's answer; the signature over what the terminal sent, the amount from the command. */
function decided(
  { image, options }: QuickCard,
  cid: "00" | "40" | "80" | "",
  change: (answer: string) => string = (answer) => answer,
): Exchange {
  return {
    command: "80A80000",
    answer: (command) => {
      // 83 len TTQ 4, amount 6, random 4, currency 2, SM 1.
      const data = command.slice(14, -2);
      const [fen, random, currency] = [data.slice(8, 20), data.slice(20, 28), data.slice(28, 32)];
      const related = options.related;
      const tail = related?.startsWith("01") ? random + fen + currency + related : random;
      const signature =
        cid === "40" || options.more?.["9F4B"] !== undefined ? dynamicSignature(image.keys.card, "0102030405060708", tail) : "";
      const cvr = { "00": "80", "40": "90", "80": "A0", "": "90" }[cid];
      const values: Record<string, string> = {
        "82": image.aip,
        "94": cid === "40" || cid === "" ? image.afl : "",
        "57": TRACK2,
        "5F34": "",
        "9F10": IAD.replace("A0B0", `${cvr}B0`),
        "9F26": CRYPTOGRAM,
        "9F27": cid,
        "9F36": ATC,
        "9F4B": signature || (cid === "" ? dynamicSignature(image.keys.card, "0102030405060708", tail) : ""),
        "9F69": related ?? "",
        "9F6C": options.qualifiers ?? "",
        "9F5D": amountOf(50_000),
        ...options.more,
      };
      for (const [tag, value] of Object.entries(values)) if (value === "") delete values[tag];
      return change(tlv("77", objects(values))) + OK;
    },
  };
}

const records = ({ image }: QuickCard): Exchange[] =>
  image.records.filter(({ bytes }) => bytes.length > 4).map(({ command, bytes }) => ({ command, answer: bytes + OK }));

function tap(card: QuickCard, script: Exchange[], options: PlayOptions & { details?: object } = {}) {
  const { details, ...others } = options;
  const amount = { amountFen: 10_000, interface: "contactless" as const, ...details };
  const contactless = { floorLimitFen: 20_000, limitFen: 500_000, cvmLimitFen: 100_000 };
  const applications = [
    { aid: AID, contactless },
    { aid: CREDIT, contactless },
  ];
  return play(card.image, script, { amount, ...others, terminal: { applications, ...others.terminal } });
}

describe("application and GPO", () => {
  const card = quick();

  test("the PDOL gets the reader's qualifiers, amount, random number, currency", async () => {
    const { commands } = await tap(card, [...arrive(card), decided(card, "00")]);
    expect(commands[2]).toBe(`80A8000013831136000000${amountOf(10_000)}${UN}01560000`);
  });

  test.each([
    ["6985", gpo("6985")],
    ["cannot be selected", undefined],
  ])("%s: the next combination", async (_, refusal) => {
    const first: Exchange[] =
      refusal === undefined ? [{ command: `00A4040008${AID}00`, answer: "6A82" }] : [select(card), refusal];
    const { outcome, hex } = await tap(card, [ppse(AID, CREDIT), ...first, select(card, CREDIT), decided(card, "00")]);
    expect([outcome.result, hex("84")]).toEqual(["declined-offline", CREDIT]);
  });

  test("an application that does not ask for the reader's qualifiers is none for this reader", async () => {
    const plain = quick({ fci: { "9F38": "9F0206" } });
    const { outcome } = await tap(plain, arrive(plain));
    expect(outcome).toMatchObject({ result: "other-interface", reason: "all-refused" });
    expect(outcome.refused[0]?.why).toContain("9F66");
  });

  test("6984 another interface, 6986 see phone and tap again, anything else ends it", async () => {
    const shown: string[] = [];
    const answered = async (status: string) =>
      (await tap(card, [...arrive(card), gpo(status)], { terminal: { people: { message: (id) => shown.push(id) } } })).outcome;
    expect(await answered("6984")).toMatchObject({ result: "other-interface", reason: "interface-wanted" });
    expect(await answered("6986")).toMatchObject({ result: "try-again", reason: "see-phone" });
    expect(shown).toEqual(["see-phone"]);
    expect(await answered("6A80")).toMatchObject({ result: "terminated", reason: "command-failed" });
  });

  test("a card lost before it has answered taps again", async () => {
    expect((await tap(card, [{ command: "00A4", answer: undefined }])).outcome.result).toBe("try-again");
    expect((await tap(card, [...arrive(card), { command: "80A8", answer: undefined }])).outcome).toMatchObject({
      result: "try-again",
      fallback: false,
    });
  });

  test.each(["9F36", "9F26", "9F10"])("without %s it ends", async (tag) => {
    const bare = quick({ more: { [tag]: "" } });
    expect((await tap(bare, [...arrive(bare), decided(bare, "80")])).outcome).toMatchObject({
      reason: "mandatory-missing",
      words: tag,
    });
  });

  test("template 80 brings no cryptogram, unless the reader does the full flow", async () => {
    const answer = tlv("80", card.image.aip + card.image.afl) + OK;
    expect((await tap(card, [...arrive(card), gpo(answer)])).outcome.reason).toBe("mandatory-missing");
  });
});

test("a reader that does the full flow goes on as by contacts", async () => {
  const full = makeImage({ oda: "sda", fci: { "9F38": PDOL } });
  const card: QuickCard = { image: full, options: {} };
  const terminal = {
    applications: [{ aid: AID, floorLimitFen: 50_000, contactless: { ttq: "76000000", floorLimitFen: 50_000 } }],
  };
  const script = [...arrive(card), gpo(tlv("80", full.aip + full.afl) + OK), ...records(card), ac("TC", { p1: "40" })];
  const { outcome, tvr } = await tap(card, script, { terminal });
  expect([outcome.result, tvr]).toEqual(["approved-offline", "0200000000"]);
});

describe("decision", () => {
  test("by 9F27, else by the issuer's data", () => {
    const iad = (cvr2: string) => toBytes(`07010103${cvr2}B0C001`);
    expect(decisionOf(toBytes("80"), iad("90"))).toBe("ARQC");
    expect([decisionOf(undefined, iad("80")), decisionOf(undefined, iad("90")), decisionOf(undefined, iad("A0"))]).toEqual([
      "AAC",
      "TC",
      "ARQC",
    ]);
  });

  test("AAC: declined", async () => {
    const card = quick();
    expect((await tap(card, [...arrive(card), decided(card, "00")])).outcome).toMatchObject({
      result: "declined-offline",
      reason: "card-declined",
    });
  });

  test("ARQC: online with the objects of GPO", async () => {
    const card = quick();
    const { outcome, hex } = await tap(card, [...arrive(card), decided(card, "80")], {
      host: ({ pan, track2 }) => (pan === PAN && track2 === TRACK2 ? "00" : "05"),
    });
    expect([outcome.result, hex("9F34"), hex("95")]).toEqual(["approved-online", "1F0002", "0000000000"]);
    const declined = await tap(card, [...arrive(card), decided(card, "80")], { host: () => "51" });
    expect(declined.outcome).toMatchObject({ result: "declined-online", reversal: false });
    expect((await tap(card, [...arrive(card), decided(card, "80")])).outcome).toMatchObject({
      result: "declined-offline",
      reason: "no-answer",
    });
  });

  test("ARQC without track 2 ends; at an offline-only terminal it is declined", async () => {
    const bare = quick({ more: { "57": "" } });
    expect((await tap(bare, [...arrive(bare), decided(bare, "80")])).outcome.reason).toBe("mandatory-missing");
    const card = quick();
    expect((await tap(card, [...arrive(card), decided(card, "80")], { terminal: { type: "23" } })).outcome.result).toBe(
      "declined-offline",
    );
  });

  test.each([
    ["RSA, version 00", {}],
    ["RSA, version 01", { related: RELATED }],
    ["RSA, by the issuer's data", { cid: "" }],
    ["SM2, version 00", { keys: SM_KEYS() }],
    ["SM2, version 01", { keys: SM_KEYS(), related: RELATED }],
  ] as [string, QuickOptions & { cid?: "" }][])("TC, %s: records, signature, approved", async (_, { cid, ...options }) => {
    const card = quick(options);
    const shown: string[] = [];
    const { outcome, tvr, tsi, hex } = await tap(card, [...arrive(card), decided(card, cid ?? "40"), ...records(card)], {
      terminal: { people: { message: (id) => shown.push(id) } },
    });
    expect(outcome).toMatchObject({ result: "approved-offline", ecash: true, authenticated: true });
    expect([tvr, tsi, hex("8A"), hex("9F74"), shown]).toEqual(["0000000000", "8000", "5931", text("ECC001"), ["card-read"]]);
    expect(outcome.torn).toBeUndefined();
  });
});

describe("when the reader has something against it", () => {
  const approve = (card: QuickCard, options: Parameters<typeof tap>[2] = {}) =>
    tap(card, [...arrive(card), decided(card, "40"), ...records(card)], { host: () => "00", ...options });
  const results = async (qualifiers: string | undefined, options: QuickOptions, more: Parameters<typeof tap>[2] = {}) => {
    const { outcome, tvr } = await approve(quick({ ...options, qualifiers }), more);
    return [outcome.result, outcome.reason, tvr];
  };

  test("a bad signature: declined, online, or another interface, as the card wants", async () => {
    const bad: QuickOptions = { card: { expiry: "1026" } };
    expect(await results(undefined, bad)).toEqual(["declined-offline", "authentication-failed", "0800000000"]);
    expect(await results("2000", bad)).toEqual(["approved-online", "approved", "0800000000"]);
    expect(await results("1000", bad)).toEqual(["other-interface", "interface-wanted", "0800000000"]);
  });

  test("expired: declined or online", async () => {
    const old: QuickOptions = { data: { "5F24": "251231" } };
    expect(await results(undefined, old)).toEqual(["declined-offline", "expired", "0040000000"]);
    expect(await results("0800", old)).toEqual(["approved-online", "approved", "0040000000"]);
  });

  test("on the exception list: declined before a record is read, so that its purse is not charged", async () => {
    const card = quick({ more: { "5F34": "01" } });
    const listed = (entry: object, script: Exchange[]) =>
      tap(card, script, { terminal: { exceptions: [entry as { pan: string }] } });
    const { outcome, tvr } = await listed({ pan: PAN }, [...arrive(card), decided(card, "40")]);
    expect([outcome.result, outcome.reason, tvr, outcome.charged]).toEqual([
      "declined-offline",
      "exception-file",
      "1000000000",
      false,
    ]);
    const other = await listed({ pan: PAN, sequence: "2" }, [...arrive(card), decided(card, "40"), ...records(card)]);
    expect(other.outcome.result).toBe("approved-offline");
  });

  test("a card that names itself in its records alone is refused when it may have paid, and the outcome says so", async () => {
    const card = quick({ more: { "57": "" } });
    const { outcome } = await tap(card, [...arrive(card), decided(card, "40"), ...records(card)], {
      terminal: { exceptions: [{ pan: PAN }] },
    });
    expect(outcome).toMatchObject({ result: "declined-offline", reason: "exception-file", charged: true });
  });

  test("shown and kept before the card is charged; whoever does not want it has charged nothing", async () => {
    const card = quick({});
    const seen: string[] = [];
    const people = (wanted: boolean) => ({
      card: ({ pan }: { pan: string }) => {
        seen.push(pan);
        return wanted;
      },
      charging: ({ pan, data }: Torn) => void seen.push(`${pan} ${data["9F26"]}`),
    });
    const refused = await tap(card, [...arrive(card), decided(card, "40")], { terminal: { people: people(false) } });
    expect(refused.outcome).toMatchObject({ result: "cancelled", charged: false });
    expect(refused.outcome.torn).toBeUndefined();
    expect(seen.splice(0)).toEqual([PAN]);
    await tap(card, [...arrive(card), decided(card, "40"), ...records(card)], { terminal: { people: people(true) } });
    expect(seen).toEqual([PAN, `${PAN} ${CRYPTOGRAM}`]);
  });

  test("what is left in the purse is told with the cryptogram", async () => {
    const { outcome } = await approve(quick());
    expect(outcome.purse.afterFen).toBe(50_000);
    expect((await approve(quick({ more: { "9F5D": "" } }))).outcome.purse.afterFen).toBeUndefined();
  });

  test("cash and cashback the card does not give: declined, or another interface", async () => {
    const purchases: QuickOptions = { data: { "9F07": "3D00" } };
    const cash = { details: { type: "01" } };
    const back = { details: { otherFen: 100 } };
    expect((await results(undefined, purchases, cash)).slice(0, 2)).toEqual(["declined-offline", "service-not-allowed"]);
    expect((await results("0400", purchases, cash))[0]).toBe("other-interface");
    expect((await results("0200", purchases, back))[0]).toBe("other-interface");
    expect((await results("0400", purchases, back))[0]).toBe("declined-offline");
  });

  test("records: a bad status, a duplicate, no expiry", async () => {
    const card = quick();
    const [first, ...others] = records(card) as [Exchange, ...Exchange[]];
    const read = async (changed: Exchange[]) => (await tap(card, [...arrive(card), decided(card, "40"), ...changed])).outcome;
    expect(await read([{ ...first, answer: "6A83" }])).toMatchObject({ result: "terminated", reason: "command-failed" });
    expect(
      await read([
        { ...first, answer: first.answer as string },
        { ...(others[0] as Exchange), answer: first.answer as string },
      ]),
    ).toMatchObject({
      reason: "duplicate-object",
    });
    const bare = quick({ data: { "5F24": "" } });
    expect((await approve(bare)).outcome.reason).toBe("mandatory-missing");
  });
});

describe("cardholder", () => {
  // reader's TTQ, card's CTQ → way
  test.each([
    ["36000000", undefined, "none"],
    ["36000000", "0000", "none"],
    ["36400000", "8000", "online-pin"],
    ["36000000", "8000", "online-pin"],
    ["36400000", "8080", "online-pin"],
    ["32400000", "8080", "device"],
    ["36400000", "0080", "device"],
    ["36400000", "4080", "device"],
    ["36400000", "4000", "signature"],
    ["34400000", "4000", "none-shared"],
    ["36400000", undefined, "signature"],
    ["34400000", undefined, "none-shared"],
    ["36400000", "0000", "none-shared"],
    ["34000000", "4000", "none"],
  ] as const)("TTQ %s, CTQ %s: %s", (ttq, ctq, expected) => {
    expect(quickCvm(ttq, ctq)).toBe(expected);
  });

  test("a small amount asks nothing of a card that would want it, but what the reader requires stays", () => {
    expect([quickCvm("36000000", "8000", true), quickCvm("36000000", "4000", true), quickCvm("36000000", "8080", true)]).toEqual([
      "none",
      "none",
      "device",
    ]);
    expect(quickCvm("36400000", "8000", true)).toBe("online-pin");
  });

  const online = (qualifiers: string, options: Parameters<typeof tap>[2] = {}) => {
    const card = quick({ qualifiers });
    return tap(card, [...arrive(card), decided(card, "80")], { host: () => "00", details: { amountFen: 100_000 }, ...options });
  };

  test("online PIN: asked for, left out, cancelled", async () => {
    const pin = (answer: "entered" | "bypassed" | "cancelled" | "no-pad", more = {}) =>
      online("8000", { terminal: { people: { onlinePin: () => answer }, ...more } });
    const entered = await pin("entered");
    expect([entered.outcome.result, entered.outcome.onlinePin, entered.tvr, entered.hex("9F34")]).toEqual([
      "approved-online",
      true,
      "0000040000",
      "020000",
    ]);
    expect((await pin("cancelled")).outcome.result).toBe("cancelled");
    expect((await pin("no-pad")).outcome).toMatchObject({ result: "declined-offline", reason: "cardholder-not-verified" });
    expect((await pin("bypassed")).outcome.result).toBe("declined-offline");
    expect((await pin("bypassed", { pinBypass: true })).outcome.result).toBe("approved-online");
  });

  test("device, signature, none shared", async () => {
    const device = await online("0080");
    expect([device.outcome.cardholderDevice, device.outcome.signature, device.hex("9F34")]).toEqual([true, false, "1F0002"]);
    const signature = await online("4000");
    expect([signature.outcome.signature, signature.hex("9F34")]).toEqual([true, "1E0000"]);
    expect((await online("0000")).outcome).toMatchObject({ result: "declined-offline", reason: "cardholder-not-verified" });
  });

  test("the waiver, by the reader's limit", async () => {
    const terminal = { applications: [{ aid: AID, contactless: { waiverFen: 10_000, floorLimitFen: 20_000 } }] };
    const waived = await online("8000", { details: { amountFen: 10_000 }, terminal });
    expect([waived.outcome.result, waived.outcome.onlinePin]).toEqual(["approved-online", false]);
    const over = await online("8000", {
      details: { amountFen: 10_001 },
      terminal: { ...terminal, people: { onlinePin: () => "entered" } },
    });
    expect(over.outcome.onlinePin).toBe(true);
  });

  test("a payment the card approved that wants a PIN goes online", async () => {
    const card = quick({ qualifiers: "8000" });
    const { outcome } = await tap(card, [...arrive(card), decided(card, "40"), ...records(card)], {
      host: () => "00",
      terminal: { people: { onlinePin: () => "entered" } },
    });
    expect(outcome).toMatchObject({ result: "approved-online", onlinePin: true });
  });
});

describe("torn away", () => {
  const card = quick({ fci: { "9F38": PDOL, BF0C: tlv("9F4D", "0B02") } });
  const torn = async (): Promise<Torn> => {
    const [first] = records(card);
    const script = [...arrive(card), decided(card, "40"), first as Exchange, { command: "00B2", answer: undefined }];
    const { outcome } = await tap(card, script);
    expect(outcome).toMatchObject({ result: "terminated", reason: "torn", fallback: false });
    return outcome.torn as Torn;
  };
  const format = { command: "80CA9F4F00", answer: tlv("9F4F", "9A039F02069F3602") + OK };
  const entry = (number: number, atc: string, fen = 10_000, date = "261122"): Exchange => ({
    command: `00B20${number}5C00`,
    answer: date + amountOf(fen) + atc + OK,
  });
  const again = (log: Exchange[], left: Torn, more: Exchange[] = []) =>
    tap(card, [...arrive(card), ...records(card), ...log, ...more], { details: { torn: left } });

  test("what was paid when the last record got lost is kept with the outcome", async () => {
    const left = await torn();
    expect(left).toMatchObject({ pan: PAN, aid: AID, amountFen: 10_000, date: "261122" });
    expect(left.data).toMatchObject({ "9F36": ATC, "9F37": UN, "94": card.image.afl, "9F26": CRYPTOGRAM, "9F27": "40" });
  });

  test("the same card again: its log has the payment", async () => {
    const { outcome, hex } = await again([format, entry(1, "0011"), entry(2, ATC)], await torn());
    expect(outcome).toMatchObject({ result: "approved-offline", ecash: true, words: "found in the log of the card" });
    expect([hex("9F36"), hex("9F37"), hex("9F26"), hex("9F27")]).toEqual([ATC, UN, CRYPTOGRAM, "40"]);
    // What its upload and its slip want besides.
    expect([hex("9F74"), outcome.purse.afterFen]).toEqual([text("ECC001"), 50_000]);
  });

  test("… its log has not: it has not paid, and pays now", async () => {
    const fresh = [select(card), decided(card, "40"), ...records(card)];
    const { outcome } = await again([format, entry(1, "0011"), entry(2, ATC, 9_999)], await torn(), fresh);
    expect([outcome.result, outcome.words]).toEqual(["approved-offline", "TC"]);
  });

  test("… its log is empty: it has never paid, and pays now", async () => {
    const fresh = [select(card), decided(card, "40"), ...records(card)];
    const { outcome } = await again([format, { command: "00B2015C00", answer: "6A83" }], await torn(), fresh);
    expect([outcome.result, outcome.words]).toEqual(["approved-offline", "TC"]);
  });

  test("… its log cannot be read: not charged again", async () => {
    const { outcome } = await again([format, { command: "00B2015C00", answer: "6985" }], await torn());
    expect(outcome).toMatchObject({ result: "declined-offline", reason: "torn" });
  });

  test("… it keeps no log: not charged again", async () => {
    const { outcome } = await again([{ command: "80CA9F4F00", answer: "6A88" }], await torn());
    expect(outcome).toMatchObject({ result: "declined-offline", reason: "torn" });
  });

  test("another amount or another card is a new payment", async () => {
    const left = await torn();
    const plain = [...arrive(card), decided(card, "40"), ...records(card)];
    expect((await tap(card, plain, { details: { torn: { ...left, amountFen: 1 } } })).outcome.words).toBe("TC");
    const other = { ...left, pan: "6229991234567891" };
    const script = [...arrive(card), ...records(card).slice(0, 2), select(card), decided(card, "40"), ...records(card)];
    expect((await tap(card, script, { details: { torn: other } })).outcome.words).toBe("TC");
  });
});

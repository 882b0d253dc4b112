/** Cryptograms, the host, issuer authentication and scripts (§6.10–6.14). */
import { describe, expect, test } from "vitest";
import {
  fieldData,
  type HostAnswer,
  type OnlineRequest,
  parseScripts,
  parseTlv,
  toBytes,
  toHex,
} from "../../../app/emv/index.ts";
import { rsaKey } from "./authority.ts";
import { type Exchange, objects, tlv } from "./card.ts";
import { ac, AID, CRYPTOGRAM, IAD, internalAuthenticate, makeImage, PAN, signedAc, start, UN, watchPdol } from "./image.ts";
import { play, type PlayOptions } from "./play.ts";

const OK = "9000";
const ARPC = "AABBCCDD112233443030";
const EXTERNAL = (answer: string): Exchange => ({ command: `008200000A${ARPC}`, answer });
/** By EXTERNAL AUTHENTICATE, and not. */
const image = makeImage({ oda: "sda" });
const inCdol = makeImage({ oda: "sda", aip: "5800", data: { "8D": "8A02910A9F3704" } });
const BIG = { amount: 60_000 };

describe("the first cryptogram", () => {
  const ended = async (script: Exchange[], options: PlayOptions = {}) =>
    (await play(image, [...start(image), ...script], options)).outcome;

  test("the card may go down, never up", async () => {
    expect(await ended([ac("AAC")])).toMatchObject({ result: "declined-offline", reason: "card-declined", fallback: false });
    expect(await ended([ac("ARQC"), ac("TC")])).toMatchObject({ result: "approved-offline" });
    expect(await ended([ac("TC", { p1: "80" })], BIG)).toMatchObject({ result: "terminated", reason: "cryptogram-raised" });
    const denial = { terminal: { applications: [{ aid: AID, tacDenial: "0200000000" }] } };
    expect(await ended([ac("TC", { p1: "00" })], denial)).toMatchObject({ reason: "cryptogram-raised" });
    expect(await ended([ac("ARQC", { p1: "00" })], denial)).toMatchObject({ reason: "cryptogram-raised" });
    expect(await ended([ac("AAC", { p1: "00" })], denial)).toMatchObject({
      result: "declined-offline",
      reason: "terminal-declined",
    });
    expect(await ended([ac("TC", { cid: "C0" })])).toMatchObject({ reason: "cryptogram-raised" });
  });

  test.each([
    ["6985", "6985", "command-failed"],
    ["a warning", "6283", "command-failed"],
    ["nothing", OK, "bad-answer"],
    ["80 too short", tlv("80", "4000121122334455667788".slice(0, 20)) + OK, "bad-answer"],
    ["80 too long", tlv("80", `400012${CRYPTOGRAM}${"00".repeat(33)}`) + OK, "bad-answer"],
    ["77 without CID", tlv("77", { "9F36": "0012", "9F26": CRYPTOGRAM }) + OK, "bad-answer"],
    ["77 without counter", tlv("77", { "9F27": "40", "9F26": CRYPTOGRAM }) + OK, "bad-answer"],
    ["77 without cryptogram", tlv("77", { "9F27": "40", "9F36": "0012" }) + OK, "bad-answer"],
    ["77 with a short cryptogram", tlv("77", { "9F27": "40", "9F36": "0012", "9F26": "1122" }) + OK, "bad-answer"],
    [
      "77 with an object twice",
      tlv("77", objects({ "9F27": "40", "9F36": "0012", "9F26": CRYPTOGRAM }) + tlv("9F27", "40")) + OK,
      "bad-answer",
    ],
  ])("%s ends it", async (_, answer, reason) => {
    expect(await ended([{ command: "80AE", answer }])).toMatchObject({ result: "terminated", reason, fallback: false });
  });

  test("reasons and advice in the CID of a decline", async () => {
    expect(await ended([ac("AAC", { cid: "01" })])).toMatchObject({ result: "not-accepted", reason: "service-not-allowed" });
    expect(await ended([ac("AAC", { cid: "08" })])).toMatchObject({ result: "declined-offline", advice: true });
    expect(await ended([ac("AAC", { cid: "0A" })])).toMatchObject({ result: "declined-offline", advice: true });
  });

  test("a malformed CDOL1 ends it", async () => {
    const bad = makeImage({ oda: "sda", data: { "8C": "9F02069F" } });
    expect((await play(bad, start(bad))).outcome).toMatchObject({ result: "terminated", reason: "bad-dol" });
  });

  test("CDOL1 is filled with what stands so far, the TVR among it", async () => {
    const { commands } = await play(image, [...start(image), ac("TC")]);
    expect(commands.at(-1)).toBe(
      `80AE40001F0000000100000000000000000156020000000001562611220${"0"}DEADBEEF00`.replace("1F00000001", "1D00000001"),
    );
  });

  test("a CDOL that asks for the TC hash: the card's TDOL, or the terminal's and the TVR says so", async () => {
    const own = makeImage({ oda: "sda", data: { "8C": "981495059F3704", "97": "9F3704" } });
    const asked = await play(own, [...start(own), ac("TC")]);
    expect(asked.commands.at(-1)?.slice(10, 50)).toBe("D78F8BB992A56A597F6C7A1FB918BB78271367EB");
    const none = makeImage({ oda: "sda", data: { "8C": "981495059F3704" } });
    const standard = await play(none, [...start(none), ac("TC")]);
    expect(standard.tvr).toBe("0200000080");
    expect(standard.commands.at(-1)?.slice(50, 60)).toBe("0200000080");
  });
});

describe("combined authentication", () => {
  const combined = makeImage({ oda: "cda" });
  const script = () => {
    const steps = start(combined);
    const pdol = watchPdol(steps);
    return { steps, sent: () => pdol.data };
  };

  test("an online request, and the approval after it, both signed", async () => {
    const { steps, sent } = script();
    let cdol1 = "";
    const first = signedAc(combined, "ARQC", sent);
    const heard: Exchange = {
      command: first.command,
      answer: (command) => {
        cdol1 = command.slice(10, -2);
        return (first.answer as (command: string) => string)(command);
      },
    };
    const second = signedAc(combined, "TC", () => sent() + cdol1);
    const { outcome, tvr, tsi } = await play(combined, [...steps, heard, second], { ...BIG, host: () => "00" });
    expect(outcome).toMatchObject({ result: "approved-online", authenticated: true, reversal: false });
    expect([tvr, tsi]).toEqual(["0000008000", "E800"]);
  });

  const spoilt = (answer: string) => answer.replace("9F36020012", "9F36020013");

  test("a signature over something else: TC is declined", async () => {
    const { steps, sent } = script();
    const { outcome, tvr, tsi } = await play(combined, [...steps, signedAc(combined, "TC", sent, spoilt)]);
    expect(outcome).toMatchObject({
      result: "declined-offline",
      reason: "combined-authentication",
      authentication: "transaction-hash",
    });
    expect([tvr, tsi]).toEqual(["0400000000", "E800"]);
  });

  test("… an online request is closed with a decline, and nothing goes out", async () => {
    const { steps, sent } = script();
    let asked = 0;
    const host = () => {
      asked++;
      return "00";
    };
    const { outcome } = await play(combined, [...steps, signedAc(combined, "ARQC", sent, spoilt), ac("AAC", { p1: "00" })], {
      ...BIG,
      host,
    });
    expect([outcome.result, outcome.reversal, asked]).toEqual(["declined-offline", false, 0]);
  });

  test("… an approval after the host's is declined and reversed", async () => {
    const { steps, sent } = script();
    const tail = [signedAc(combined, "ARQC", sent), signedAc(combined, "TC", () => "00")];
    const { outcome, tvr } = await play(combined, [...steps, ...tail], { ...BIG, host: () => "00" });
    expect(outcome).toMatchObject({ result: "declined-online", reason: "combined-authentication", reversal: true });
    expect(tvr).toBe("0400008000");
  });

  test.each([
    ["CID outside is another", (answer: string) => answer.replace("9F270140", "9F270148"), "cid"],
    ["no signature", () => tlv("77", { "9F27": "40", "9F36": "0012", "9F26": CRYPTOGRAM, "9F10": IAD }), "signature-missing"],
    ["template 80", () => tlv("80", `400012${CRYPTOGRAM}${IAD}`), "dynamic-data"],
    ["a broken signature", (answer: string) => answer.replace(/9F4B8180..../, "9F4B81800000"), "trailer"],
  ] as [string, (answer: string) => string, string][])("%s", async (_, change, authentication) => {
    const { steps, sent } = script();
    const { outcome, tvr } = await play(combined, [...steps, signedAc(combined, "TC", sent, change)]);
    expect(outcome.reason).toBe("combined-authentication");
    expect(tvr.slice(0, 2)).toMatch(/04|24/);
    if (authentication !== "trailer") expect(outcome.authentication).toBe(authentication);
  });

  test("a decline may come plain: then nothing was authenticated", async () => {
    const { steps } = script();
    const { outcome, tvr } = await play(combined, [...steps, ac("AAC", { p1: "50" })]);
    expect([outcome.result, outcome.reason, tvr]).toEqual(["declined-offline", "card-declined", "8000000000"]);
  });

  test("no signature is asked for with a decline", async () => {
    const { steps } = script();
    const denial = { terminal: { applications: [{ aid: AID, floorLimitFen: 1, tacDenial: "0000008000" }] } };
    const { tvr } = await play(combined, [...steps, ac("AAC", { p1: "00" })], denial);
    expect(tvr).toBe("8000008000");
  });

  test("without a key of its authority it is not asked for, and failed", async () => {
    const { steps } = script();
    const { tvr, tsi, outcome } = await play(combined, [...steps, ac("ARQC", { p1: "80" }), ac("AAC", { p1: "00" })], {
      ...BIG,
      terminal: { caKeys: [] },
    });
    expect([tvr, tsi, outcome.authentication]).toEqual(["0400008000", "E800", "ca-key-missing"]);
  });
});

describe("other authentication, when it fails", () => {
  const end = [ac("ARQC", { p1: "80" }), ac("AAC", { p1: "00" })];
  test.each([
    ["sda", {}, { caKeys: [] }, "4200000000"],
    ["dda", {}, { caKeys: [] }, "0800000000"],
    ["dda", { card: { expiry: "1026" } }, {}, "0800000000"],
    ["cda", { issuer: { expiry: "1026" } }, {}, "0400000000"],
  ] as const)("%s %o %o → %s", async (oda, options, terminal, expected) => {
    const bad = makeImage({
      oda,
      ...(options as object),
      keys: { ca: rsaKey("ca1408"), issuer: rsaKey("issuer1152"), card: rsaKey("card1024") },
    });
    const { tvr, tsi } = await play(bad, [...start(bad), ...end], { ...BIG, terminal });
    expect([tvr, tsi]).toEqual([`${expected.slice(0, 6)}8000`, "E800"]);
  });

  test("objects the card should have: ICC data missing", async () => {
    const bare = makeImage({ aip: "7C00" });
    const missing = async (aip: string) => (await play({ ...bare, aip }, [...start({ ...bare, aip }), ...end], BIG)).tvr;
    expect(await missing("5C00")).toBe("6200008000");
    expect(await missing("3C00")).toBe("2800008000");
    expect(await missing("1D00")).toBe("2400008000");
  });

  test.each([
    ["sda", "6200008000"],
    ["dda", "2800008000"],
    ["cda", "2400008000"],
  ] as const)("%s by a card that does not say which key of the authority (8F): ICC data missing", async (oda, expected) => {
    const keys = { ca: rsaKey("ca1408"), issuer: rsaKey("issuer1152"), card: rsaKey("card1024") };
    const whole = makeImage({ oda, keys });
    const card = {
      ...whole,
      records: whole.records.map(({ command, bytes }) => ({ command, bytes: bytes.replace("8F0108", "000000") })),
    };
    const { tvr, outcome } = await play(card, [...start(card), ...end], BIG);
    expect([tvr, outcome.authentication]).toEqual([expected, "index-missing"]);
  });

  test("INTERNAL AUTHENTICATE: another status or no signature ends it, a bad signature fails", async () => {
    const dda = makeImage({ oda: "dda" });
    const answered = (answer: string) => play(dda, [...start(dda), { command: "00880000", answer }]);
    expect((await answered("6985")).outcome).toMatchObject({ result: "terminated", reason: "command-failed" });
    expect((await answered(`7700${OK}`)).outcome).toMatchObject({ result: "terminated", reason: "bad-answer" });
    expect((await answered(`5A0111${OK}`)).outcome).toMatchObject({ result: "terminated", reason: "bad-answer" });
    const bad = await play(dda, [...start(dda), { command: "00880000", answer: tlv("80", "11".repeat(128)) + OK }, ...end]);
    expect([bad.tvr, bad.outcome.authenticated]).toEqual(["0800000000", false]);
  });

  test("a DDOL without the random number fails; without one the terminal's is used", async () => {
    const bad = makeImage({ oda: "dda" });
    const withDdol = (ddol: string) => ({
      ...bad,
      records: bad.records.map((one) => ({ ...one, bytes: one.bytes.replace("9F49039F3704", ddol) })),
    });
    const wrong = withDdol("9F49039A0300".replace("9A0300", "5F2A02"));
    expect((await play(wrong, [...start(wrong), ...end])).tvr).toBe("0800000000");
    const own = makeImage({ oda: "dda" });
    const none = {
      ...own,
      records: own.records.map((one) => ({ ...one, bytes: one.bytes.replace("9F49039F3704", "DF49039F3704") })),
    };
    expect((await play(none, [...start(none), internalAuthenticate(own), ac("TC")])).tvr).toBe("0000000000");
  });
});

describe("the host", () => {
  const online = async (card: typeof image, script: Exchange[], host: PlayOptions["host"], more: PlayOptions = {}) =>
    await play(card, [...start(card), ac("ARQC", { p1: "80" }), ...script], { ...BIG, host, ...more });

  test("gets the card's data and field 55 in the order of the list", async () => {
    let request: OnlineRequest | undefined;
    const host = (asked: OnlineRequest) => {
      request = asked;
      return "00";
    };
    await online(image, [ac("TC")], host, { amount: { amountFen: 60_000, sequence: 123 } });
    expect(request).toMatchObject({ pan: PAN, sequence: "01", expiry: "3012", onlinePin: false, amountFen: 60_000 });
    expect(parseTlv(request?.field55 ?? "").map(({ tag }) => tag)).toEqual(
      "9F26 9F27 9F10 9F37 9F36 95 9A 9C 9F02 5F2A 82 9F1A 9F03 9F33 9F34 9F35 9F1E 84 9F09 9F41".split(" "),
    );
    const field55 = toHex(request?.field55 ?? new Uint8Array(0));
    expect(field55.slice(0, 22)).toBe(`9F2608${CRYPTOGRAM}`);
    expect(field55).toContain(`9F3704${UN}`);
    expect(field55).toContain("9F410400000123");
    expect(field55).toContain("95050200008000");
  });

  test("approves: issuer authenticated, second cryptogram", async () => {
    for (const answer of [
      { code: "00", authenticationData: ARPC },
      { field55: `8A023030910A${ARPC}` },
      { tags: { "8A": "3030", "91": ARPC } },
    ] as HostAnswer[]) {
      const { outcome, tvr, tsi, hex } = await online(image, [EXTERNAL(OK), ac("TC", { p1: "40" })], () => answer);
      expect(outcome).toMatchObject({ result: "approved-online", reversal: false });
      expect([tvr, tsi, hex("8A"), hex("91")]).toEqual(["0200008000", "F800", "3030", ARPC]);
    }
  });

  test.each(["00", "10", "11"])("code %s is an approval", async (code) => {
    expect((await online(image, [ac("TC", { p1: "40" })], () => code)).outcome.result).toBe("approved-online");
  });

  test.each(["05", "51", "55", "Z9", "12"])("code %s is none: AAC, no reversal", async (code) => {
    const { outcome } = await online(image, [ac("AAC", { p1: "00" })], () => code);
    expect(outcome).toMatchObject({ result: "declined-online", reason: "issuer-declined", reversal: false, fallback: false });
  });

  test("a referral: the merchant decides", async () => {
    const decide = (referral: boolean) => ({ terminal: { people: { referral: () => referral } } });
    expect((await online(image, [ac("TC", { p1: "40" })], () => "01", decide(true))).outcome.result).toBe("approved-online");
    expect((await online(image, [ac("AAC", { p1: "00" })], () => "02", decide(false))).outcome.result).toBe("declined-online");
    expect((await online(image, [ac("AAC", { p1: "00" })], () => "01")).outcome.result).toBe("declined-online");
  });

  test("issuer not authentic: TVR, and the card has the last word", async () => {
    const bad = await online(image, [EXTERNAL("6300"), ac("TC", { p1: "40" })], () => ({ code: "00", authenticationData: ARPC }));
    expect([bad.outcome.result, bad.tvr, bad.tsi]).toEqual(["approved-online", "0200008040", "F800"]);
    const refused = await online(image, [EXTERNAL("6300"), ac("AAC", { p1: "40" })], () => ({
      code: "00",
      authenticationData: ARPC,
    }));
    expect(refused.outcome).toMatchObject({ result: "declined-online", reason: "card-declined", reversal: true });
  });

  test.each(["11", "00".repeat(17)])("authentication data of a length that cannot be is not sent", async (data) => {
    const { tvr } = await online(image, [ac("TC")], () => ({ code: "00", authenticationData: data }));
    expect(tvr).toBe("0200008040");
  });

  test("a card without EXTERNAL AUTHENTICATE gets the data with CDOL2", async () => {
    const { commands, tsi } = await online(inCdol, [ac("TC", { p1: "40" })], () => ({ code: "00", authenticationData: ARPC }));
    expect(commands.at(-1)).toBe(`80AE4000103030${ARPC}${UN}00`);
    expect(tsi).toBe("E800");
  });

  test("the card declines what the host approved: reversal", async () => {
    expect((await online(image, [ac("AAC", { p1: "40" })], () => "00")).outcome).toMatchObject({
      result: "declined-online",
      reversal: true,
    });
  });

  test("a second ARQC, a raised cryptogram, a bad status or a lost card after an approval: terminated, reversal", async () => {
    for (const last of [ac("ARQC", { p1: "40" }), { command: "80AE", answer: "6985" }, { command: "80AE", answer: undefined }]) {
      const { outcome } = await online(image, [last], () => "00");
      expect([outcome.reversal, ["terminated", "card-error"].includes(outcome.result), outcome.fallback]).toEqual([
        true,
        true,
        false,
      ]);
    }
    const declined = await online(image, [ac("TC", { p1: "00" })], () => "05");
    expect(declined.outcome).toMatchObject({ result: "terminated", reversal: false });
  });

  test("no answer: Y3 or Z3 by the default codes", async () => {
    const unable = async (amountFen: number, p1: string, kind: "TC" | "AAC") => {
      const card = makeImage({ oda: "sda", data: { "9F0F": "0200000000" } });
      const { outcome, hex } = await play(card, [...start(card), ac("ARQC", { p1: "80" }), ac(kind, { p1 })], {
        amount: amountFen,
      });
      return [outcome.result, outcome.reason, hex("8A")];
    };
    expect(await unable(100, "40", "TC")).toEqual(["approved-offline", "approved", "5933"]);
    expect(await unable(60_000, "00", "AAC")).toEqual(["declined-offline", "no-answer", "5A33"]);
    expect(await unable(100, "40", "AAC")).toEqual(["declined-offline", "card-declined", "5A33".replace("5A", "59")]);
  });

  test("a terminal without a line asks no host, even when the card wants one", async () => {
    let asked = false;
    const host = () => {
      asked = true;
      return "00";
    };
    const script = [...start(image), ac("ARQC", { p1: "40" }), ac("TC", { p1: "40" })];
    const { outcome, hex } = await play(image, script, { host, terminal: { type: "23" } });
    expect([outcome.result, hex("8A"), asked]).toEqual(["approved-offline", "5933", false]);
  });

  test("an answer without a code is the caller's mistake", async () => {
    await expect(online(image, [], () => ({ field55: "9100" }))).rejects.toThrow("8A");
  });
});

describe("issuer scripts", () => {
  const command = (last: string) => `84160000${"04"}AABBCC${last}`;
  const script = (template: string, commands: string[], id = "00000001") =>
    tlv(template, (id === "" ? "" : tlv("9F18", id)) + commands.map((one) => tlv("86", one)).join(""));
  const answer = (last: string, status: string): Exchange => ({ command: command(last), answer: status });
  const run = async (scripts: string, before: Exchange[], after: Exchange[] = []) => {
    const { tvr, tsi, hex, outcome } = await play(image, [...start(image), ac("ARQC"), ...before, ac("TC"), ...after], {
      ...BIG,
      host: () => ({ code: "00", scripts }),
    });
    return { tvr, tsi, result: hex("DF31"), same: hex("9F5B"), outcome: outcome.result };
  };

  test("71 before, 72 after the second cryptogram, in the order they came", async () => {
    const both = script("72", [command("02")], "00000002") + script("71", [command("01")]);
    const done = await run(both, [answer("01", OK)], [answer("02", OK)]);
    expect(done).toEqual({
      tvr: "0200008000",
      tsi: "EC00",
      result: "20000000012000000002",
      same: "20000000012000000002",
      outcome: "approved-online",
    });
  });

  test("several commands; warnings pass, the first error stops", async () => {
    const many = script("71", ["01", "02", "03"].map(command));
    expect(await run(many, [answer("01", OK), answer("02", "6283"), answer("03", "63C1")])).toMatchObject({
      result: "2000000001",
      tvr: "0200008000",
    });
    expect(await run(many, [answer("01", OK), answer("02", "6A80")])).toMatchObject({ result: "1200000001", tvr: "0200008020" });
    const after = script("72", ["01", "02"].map(command), "");
    expect(await run(after, [], [answer("01", "6982")])).toMatchObject({ result: "1100000000", tvr: "0200008010" });
  });

  test("the number of a failing command ends at F", async () => {
    const many = script(
      "71",
      Array.from({ length: 20 }, () => "00A40000"),
      "",
    );
    const fine = Array.from({ length: 17 }, () => ({ command: "00A40000", answer: OK }));
    expect((await run(many, [...fine, { command: "00A40000", answer: "6A82" }])).result).toBe("1F00000000");
  });

  test("a failing script does not keep the next from running", async () => {
    const two = script("71", [command("01")]) + script("71", [command("02")], "00000002");
    expect((await run(two, [answer("01", "6A80"), answer("02", OK)])).result).toBe("11000000012000000002");
  });

  test.each([
    ["a command whose Lc lies", tlv("71", tlv("9F18", "00000001") + tlv("86", "8416000005AABB")), "1100000001"],
    ["a command of three bytes", tlv("71", tlv("86", "841600")), "1100000000"],
    ["an object that does not belong", tlv("71", tlv("86", command("01")) + tlv("5A", "11")), "0000000000"],
    ["an identifier of three bytes", tlv("71", tlv("9F18", "000001") + tlv("86", command("01"))), "0000000000"],
    ["a template that is no TLV", tlv("71", "86FF"), "0000000000"],
    ["more than 256 bytes", script("71", [`84160000${"FA"}${"00".repeat(250)}`]), "0000000001"],
  ])("%s: not sent, reported", async (_, scripts, result) => {
    expect(await run(scripts, [])).toMatchObject({ result, tvr: "0200008020", tsi: "EC00" });
  });

  test("bytes that are no TLV at all are reported after the cryptogram", async () => {
    expect(await run("71FF", [])).toMatchObject({ result: "0000000000", tvr: "0200008010" });
  });

  test("with Le behind the data, and without data", () => {
    expect(parseScripts(toBytes(script("71", [`${command("01")}00`, "00840000", "0084000008"])))[0]?.commands).toHaveLength(3);
  });

  test("gone in a script after the card has approved: approved it is, the script failed", async () => {
    const done = await run(script("72", [command("01")]), [], [{ command: command("01"), answer: undefined }]);
    expect(done).toMatchObject({ outcome: "approved-online", result: "1100000001", tvr: "0200008010" });
  });

  test("gone before the second cryptogram: reversal", async () => {
    const gone = { command: command("01"), answer: undefined };
    const lost = { command: "80AE", answer: undefined };
    const { outcome } = await play(image, [...start(image), ac("ARQC"), gone, lost], {
      ...BIG,
      host: () => ({ code: "00", scripts: script("71", [command("01")]) }),
    });
    expect(outcome).toMatchObject({ result: "card-error", reversal: true, fallback: false });
    const early = await play(image, [...start(image), ac("ARQC"), { command: "0082", answer: undefined }], {
      ...BIG,
      host: () => ({ code: "00", authenticationData: ARPC }),
    });
    expect(early.outcome).toMatchObject({ reversal: true, fallback: false });
  });

  test("a declined transaction still gets its script", async () => {
    const { outcome, hex } = await play(image, [...start(image), ac("ARQC"), ac("AAC", { p1: "00" }), answer("01", OK)], {
      ...BIG,
      host: () => ({ code: "51", scripts: script("72", [command("01")]) }),
    });
    expect([outcome.result, hex("DF31")]).toEqual(["declined-online", "2000000001"]);
  });

  test("the lists for reversal and advice", async () => {
    const scripts = script("72", [command("01")]);
    const { outcome } = await play(image, [...start(image), ac("ARQC"), ac("TC"), answer("01", "6A80")], {
      ...BIG,
      host: () => ({ code: "00", scripts }),
    });
    const tags = (list: Parameters<typeof fieldData>[0]) => parseTlv(fieldData(list, outcome.data).bytes).map(({ tag }) => tag);
    expect(tags("reversal")).toEqual(["95", "9F1E", "9F10", "DF31"]);
    expect(tags("reversal-with-counter")).toEqual(["95", "9F1E", "9F10", "9F36", "DF31"]);
    expect(tags("script-result")).toEqual("9F33 95 9F37 9F1E 9F10 9F26 9F36 82 DF31 9F1A 9A".split(" "));
    expect(toHex(fieldData("reversal", { "95": "0200008010" }).bytes)).toBe("95050200008010");
  });
});

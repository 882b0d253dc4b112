/** Every command of a chip card: what it answers when it may, and the status of each way in which it may not. */
import { constants, createPublicKey, publicEncrypt } from "node:crypto";
import { describe, expect, test } from "vitest";
import { fromHex, toHex } from "../../../tools/acquirer/text.ts";
import { cardSecret, issuerMasters } from "../../../tools/cards/authority.ts";
import { authorisationCryptogram, cardKeys, scriptMac, sessionKey } from "../../../tools/cards/chip/card-keys.ts";
import { encipher } from "../../../tools/cards/chip/ciphers.ts";
import { openProfile } from "../../../tools/cards/chip/open.ts";
import type { ChipProfile } from "../../../tools/cards/chip/profile.ts";
import type { ChipCard } from "../../../tools/cards/contract.ts";
import { chipProfiles, openChip } from "../../../tools/cards/index.ts";
import { talk } from "./slot.ts";

const AID = "A000000333010101";
const hex2 = (value: number): string => value.toString(16).toUpperCase().padStart(2, "0");
const apdu = (header: string, data = ""): string => `${header}${data === "" ? "" : hex2(data.length / 2)}${data}00`;
const select = (name: string, p2 = "00"): string => apdu(`00A404${p2}`, name);
const sw = (answer: string): string => answer.slice(-4);
/** The value of one object of a flat list, by its tag and length as they stand. */
const after = (answer: string, mark: string, size: number): string => {
  const at = answer.indexOf(mark);
  if (at < 0) throw new Error(`no ${mark} in ${answer}`);
  return answer.slice(at + mark.length, at + mark.length + size * 2);
};

const CDOL = `000000012000${"000000000000"}0156${"0000000000"}0156${"260706"}00${"01020304"}${"093015"}${"20".repeat(20)}`;
const CDOL2 = `3030${CDOL}`;

/** Selected, with GPO answered; `pdol` is what it asks. */
function started(card: ChipCard, { pdol = "", aid = AID }: { pdol?: string; aid?: string } = {}) {
  const send = talk(card);
  expect(sw(send(select(aid)))).toBe("9000");
  const gpo = send(apdu("80A80000", `83${hex2(pdol.length / 2)}${pdol}`));
  expect(sw(gpo)).toBe("9000");
  return { send, gpo };
}

describe("SELECT", () => {
  test("directory, application, partial name and the next of it", () => {
    const send = talk(openChip("chip-choice-1"));
    expect(send(select("315041592E5359532E4444463031"))).toMatch(
      /^6F..840E315041592E5359532E4444463031A5.*8801015F2D047A68656E9000$/,
    );
    expect(send(apdu("00B2010C"))).toMatch(/^70.*A000000333010101.*A000000333010102.*9000$/);
    expect(sw(send(apdu("00B2020C")))).toBe("6A83");
    expect(send(select("A0000003330101"))).toContain(AID);
    expect(send(select("A0000003330101", "02"))).toContain("A000000333010102");
    expect(sw(send(select("A0000003330101", "02")))).toBe("6A82");
  });

  test.each([
    ["a name it does not have", select("A000000333010109"), "6A82"],
    ["the contactless directory by the contacts", select("325041592E5359532E4444463031"), "6A82"],
    ["next before first", select(AID, "02"), "6A82"],
    ["by file number", apdu("00A40000", "3F00000000"), "6A86"],
    ["a name that is too short", select("A000"), "6700"],
    ["another class", apdu("40A40400", AID), "6E00"],
    ["an unknown instruction", "00FF000000", "6D00"],
  ])("%s", (_name, command, status) => {
    expect(sw(talk(openChip("chip-choice-1"))(command))).toBe(status);
  });

  test("a card without a directory, a blocked application, a blocked card", () => {
    expect(sw(talk(openChip("chip-no-directory"))(select("315041592E5359532E4444463031")))).toBe("6A82");
    const send = talk(openChip("chip-blocked-app"));
    expect(sw(send(select(AID)))).toBe("6283");
    expect(sw(send(apdu("80A80000", "8300")))).toBe("6985");
    const dead = talk(openChip("chip-blocked-card"));
    expect([sw(dead(select(AID))), sw(dead("80CA9F3600"))]).toEqual(["6A81", "6985"]);
  });
});

describe("GET PROCESSING OPTIONS", () => {
  test.each([
    ["before SELECT", false, apdu("80A80000", "8300"), "6985"],
    ["with parameters", true, apdu("80A80100", "8300"), "6A86"],
    ["without template 83", true, apdu("80A80000", "8100"), "6A80"],
    ["longer than the PDOL", true, apdu("80A80000", "830101"), "6700"],
  ])("%s", (_name, chosen, command, status) => {
    const send = talk(openChip("chip-debit-1"));
    if (chosen) send(select(AID));
    expect(sw(send(command))).toBe(status);
  });

  test("once; it counts up, and says AIP and AFL", () => {
    const card = openChip("chip-debit-1");
    const { send, gpo } = started(card);
    expect(gpo).toMatch(/^800A7C00080101010802..009000$/);
    expect(card.view().applications[0]!.atc).toBe(1);
    expect(sw(send(apdu("80A80000", "8300")))).toBe("6985");
  });

  test("a purchase the purse can pay gets the purse's records, another the account's", () => {
    const pdol = (indicator: string, amount: string, currency = "0156") => indicator + amount + currency;
    const afl = (given: string) => after(started(openChip("chip-ecash-1"), { pdol: given }).gpo, "9408", 1);
    expect(afl(pdol("01", "000000003000"))).toBe("18");
    expect(afl(pdol("00", "000000003000"))).toBe("08");
    expect(afl(pdol("01", "000000060000"))).toBe("08");
    expect(afl(pdol("01", "000000003000", "0840"))).toBe("08");
  });
});

describe("READ RECORD and GET DATA", () => {
  test.each([
    ["no such file", "00B2015400", "6A82"],
    ["no such record", "00B20F0C00", "6A83"],
    ["record zero", "00B2000C00", "6A86"],
    ["not by number", "00B2010900", "6A86"],
    ["an empty log", "00B2015C00", "6A83"],
    ["an object it has not", "80CA9F7900", "6A88"],
    ["a secret", "80CA009000", "6A88"],
  ])("%s", (_name, command, status) => {
    expect(sw(started(openChip("chip-debit-1")).send(command))).toBe(status);
  });

  test("counters, purse and log", () => {
    const send = talk(openChip("chip-ecash-1"));
    expect(sw(send("80CA9F3600"))).toBe("6985");
    send(select(AID));
    expect(send("80CA9F3600")).toBe("9F360200009000");
    expect(send("80CA9F1300")).toBe("9F130200009000");
    expect(send("80CA9F7900")).toBe("9F79060000000500009000");
    expect(send("80CA9F6D00")).toBe("9F6D060000000010009000");
    expect(send("80CA9F4F00")).toMatch(/^9F4F19.*9000$/);
    expect(sw(send("80CA9F1700"))).toBe("6A88");
    expect(talk(openChip("chip-pin-1"))(select(AID))).toMatch(/9000$/);
  });
});

describe("VERIFY", () => {
  test("right, wrong to the end, and blocked", () => {
    const card = openChip("chip-plain-pin-1");
    const { send } = started(card);
    const verify = (pin: string) => sw(send(apdu("00200080", `2${pin.length.toString(16)}${pin.padEnd(14, "F")}`)));
    expect(send("80CA9F1700")).toBe("9F1701039000");
    expect([verify("9999"), verify("1234"), verify("9999"), verify("9998"), verify("9997"), verify("1234")]).toEqual([
      "63C2",
      "9000",
      "63C2",
      "63C1",
      "63C0",
      "6983",
    ]);
    expect(card.view().applications[0]!.pinTriesLeft).toBe(0);
  });

  test.each([
    ["another reference", "00200081", "241234FFFFFFFFFF", "6A86"],
    ["too short", "00200080", "241234", "6700"],
    ["no PIN block", "00200080", "041234FFFFFFFFFF", "63C2"],
    ["enciphered without a challenge", "00200088", "00".repeat(128), "6985"],
  ])("%s", (_name, header, data, status) => {
    expect(sw(started(openChip("chip-plain-pin-1")).send(apdu(header, data)))).toBe(status);
  });

  test("a card without an offline PIN", () => {
    expect(sw(started(openChip("chip-debit-1")).send(apdu("00200080", "241234FFFFFFFFFF")))).toBe("6985");
  });

  test("enciphered: for the last challenge and this card's key alone", () => {
    const card = openChip("chip-pin-1");
    const { send } = started(card);
    const key = cardSecret(chipProfiles.find(({ id }) => id === "chip-pin-1")!.pan, "rsa");
    if (key.kind !== "rsa") throw new Error("an RSA card");
    const url = (value: string): string => Buffer.from(value, "hex").toString("base64url");
    const pad = createPublicKey({ key: { kty: "RSA", n: url(key.n), e: url(key.e) }, format: "jwk" });
    const sealed = (pin: string, challenge: string): string => {
      const plain = `7F24${pin}FFFFFFFFFF${challenge}`.padEnd(256, "5A");
      return toHex(publicEncrypt({ key: pad, padding: constants.RSA_NO_PADDING }, fromHex(plain)));
    };
    const challenge = (): string => send("0084000000").slice(0, 16);
    const verify = (data: string): string => sw(send(apdu("00200088", data)));
    expect(verify(sealed("1234", challenge()))).toBe("9000");
    expect(verify(sealed("9999", challenge()))).toBe("63C2");
    const old = challenge();
    expect(verify(sealed("1234", challenge().replace(/^../, old.slice(0, 2) === "00" ? "01" : "00")))).toBe("6984");
    expect(card.view().applications[0]!.pinTriesLeft).toBe(2);
    challenge();
    expect(verify("FF".repeat(128))).toBe("6700");
    expect(sw(send("0084010000"))).toBe("6A86");
  });
});

describe("INTERNAL AUTHENTICATE", () => {
  test.each([
    ["a card with static authentication alone", "chip-sda-1", apdu("00880000", "01020304"), "6985"],
    ["not as long as the DDOL", "chip-debit-1", apdu("00880000", "010203"), "6700"],
    ["with parameters", "chip-debit-1", apdu("00880100", "01020304"), "6A86"],
  ])("%s", (_name, id, command, status) => {
    expect(sw(started(openChip(id)).send(command))).toBe(status);
  });

  test("before GPO; then each signature is another", () => {
    const send = talk(openChip("chip-debit-1"));
    send(select(AID));
    expect(sw(send(apdu("00880000", "01020304")))).toBe("6985");
    send(apdu("80A80000", "8300"));
    const one = send(apdu("00880000", "01020304"));
    expect(one).toMatch(/^808180.{256}9000$/);
    expect(send(apdu("00880000", "01020304"))).not.toBe(one);
  });
});

/** A card with its keys, after the first GENERATE AC asked for an ARQC. */
function requested(id: string, change: (profile: ChipProfile) => ChipProfile = (profile) => profile) {
  const profile = change(structuredClone(chipProfiles.find((one) => one.id === id)!));
  const card = openProfile(profile);
  const pdol = profile.applications[0]!.purse === undefined ? "" : "000000000120000156";
  const { send } = started(card, { pdol });
  const answer = send(apdu("80AE8000", CDOL));
  const cryptogram = answer.startsWith("80") ? answer.slice(10, 26) : after(answer, "9F2608", 8);
  const keys = cardKeys("3des", issuerMasters(profile.pan, "3des"), profile.pan, profile.sequence);
  const script = (header: string, data = ""): string => {
    const whole = header + hex2(data.length / 2 + 4);
    return `${whole}${data}${scriptMac("3des", keys.mac, { header: whole, atc: "0001", cryptogram, data })}`;
  };
  const good = authorisationCryptogram("3des", keys.ac, "0001", cryptogram, "3030");
  return { card, send, answer, cryptogram, keys, script, issuer: `${good}3030`, state: () => card.view().applications[0]! };
}

describe("GENERATE AC", () => {
  test.each([
    ["before GPO", false, apdu("80AE8000", CDOL), "6985"],
    ["not as long as the CDOL", true, apdu("80AE8000", CDOL.slice(2)), "6700"],
    ["no such cryptogram", true, apdu("80AEC000", CDOL), "6A86"],
    ["with P2", true, apdu("80AE8001", CDOL), "6A86"],
  ])("%s", (_name, going, command, status) => {
    const send = talk(openChip("chip-debit-1"));
    send(select(AID));
    if (going) send(apdu("80A80000", "8300"));
    expect(sw(send(command))).toBe(status);
  });

  test("the second wants the issuer's word for a TC, no second ARQC, and there is no third", () => {
    const { send, issuer, answer } = requested("chip-debit-1");
    expect(answer).toMatch(/^8013800001.{16}07010103A0.{4}019000$/);
    expect(sw(send(apdu("80AE8000", CDOL2)))).toBe("6985");
    expect(sw(send(apdu("00820000", issuer)))).toBe("9000");
    expect(send(apdu("80AE4000", CDOL2))).toMatch(/^80..40/);
    expect(sw(send(apdu("80AE4000", CDOL2)))).toBe("6985");
    const without = requested("chip-debit-1");
    expect(without.send(apdu("80AE4000", CDOL2))).toMatch(/^80..00/);
  });

  test("a card that has paid often enough by itself asks for its issuer", () => {
    const profile = structuredClone(chipProfiles.find(({ id }) => id === "chip-debit-1")!);
    profile.applications[0]!.offlineLimit = 1;
    const card = openProfile(profile);
    const cid = (): string => started(card).send(apdu("80AE4000", CDOL)).slice(4, 6);
    expect([cid(), cid()]).toEqual(["40", "80"]);
    expect(card.view().applications[0]!.log).toHaveLength(1);
  });
});

describe("EXTERNAL AUTHENTICATE", () => {
  test("right once, wrong once, never twice", () => {
    const right = requested("chip-debit-1");
    expect([sw(right.send(apdu("00820000", right.issuer))), sw(right.send(apdu("00820000", right.issuer)))]).toEqual([
      "9000",
      "6985",
    ]);
    const wrong = requested("chip-debit-1");
    expect(sw(wrong.send(apdu("00820000", `00${wrong.issuer.slice(2)}`)))).toBe("6300");
    expect(sw(wrong.send(apdu("00820000", wrong.issuer)))).toBe("6985");
    const early = started(openChip("chip-debit-1"));
    expect(sw(early.send(apdu("00820000", "00".repeat(10))))).toBe("6985");
    expect(sw(requested("chip-debit-1").send(apdu("00820000", "00".repeat(7))))).toBe("6700");
    expect(sw(requested("chip-cdol2-1").send(apdu("00820000", "00".repeat(10))))).toBe("6985");
  });
});

describe("scripts", () => {
  test("block and unblock of the application, block of the card", () => {
    const { send, script, state, card } = requested("chip-debit-1");
    expect([send(script("841E0000")), state().blocked]).toEqual(["9000", true]);
    expect([send(script("84180000")), state().blocked]).toEqual(["9000", false]);
    expect([send(script("84160000")), card.view().blocked]).toEqual(["9000", true]);
    expect(sw(send(select(AID)))).toBe("6A81");
  });

  test.each([
    ["a wrong MAC", (script: string) => script.slice(0, -2) + (script.endsWith("00") ? "01" : "00"), "6988"],
    ["no MAC", () => "841E00000100", "6987"],
    ["another command under the same MAC", (script: string) => script.replace(/^841E/, "8418"), "6988"],
  ])("%s", (_name, change, status) => {
    const { send, script, state } = requested("chip-debit-1");
    expect(sw(send(change(script("841E0000"))))).toBe(status);
    expect(state().blocked).toBe(false);
  });

  test("none without a request of this transaction", () => {
    const { script } = requested("chip-debit-1");
    expect(sw(started(openChip("chip-debit-1")).send(script("841E0000")))).toBe("6985");
  });

  test("PIN: unblocked, changed, changed by who knows the old one", () => {
    const { send, script, keys, state } = requested("chip-pin-blocked");
    expect([send(script("84240000")), state().pinTriesLeft]).toEqual(["9000", 3]);
    const session = sessionKey("3des", keys.enc, "0001");
    const mix = (a: string, b: string): string => toHex(fromHex(a).map((value, i) => value ^ fromHex(b)[i]!));
    const secret = (pin: string, old = "0".repeat(16)): string => {
      const block = mix(mix(`0${pin.length.toString(16)}${pin.padEnd(14, "F")}`, `00000000${keys.ac.slice(8, 16)}`), old);
      return encipher("3des", session, `08${block}80000000000000`);
    };
    expect(send(script("84240002", secret("567890")))).toBe("9000");
    const verify = (pin: string): string => sw(send(apdu("00200080", `2${pin.length.toString(16)}${pin.padEnd(14, "F")}`)));
    expect([verify("1234"), verify("567890")]).toEqual(["63C2", "9000"]);
    expect(send(script("84240001", secret("4321", "567890".padEnd(16, "0"))))).toBe("9000");
    expect(verify("4321")).toBe("9000");
    expect(send(script("84240001", secret("1111", "9".repeat(16))))).toBe("6A80");
    expect([send(script("84240003")), send(script("84240002")), send(script("84240000", "00"))]).toEqual([
      "6A86",
      "6700",
      "6700",
    ]);
    expect(sw(requested("chip-debit-1").send(requested("chip-debit-1").script("84240000")))).toBe("6985");
  });

  test("PUT DATA: the purse and its limits, nothing else", () => {
    const { send, script, state } = requested("chip-ecash-1");
    expect([send(script("04DA9F79", "000000070000")), state().balanceFen]).toEqual(["9000", 70_000]);
    expect(send("80CA9F7900")).toBe("9F79060000000700009000");
    expect(send("00B2016400")).toMatch(/^000000070000.*9000$/);
    expect([
      send(script("04DA9F79", "000000100001")),
      send(script("04DA9F79", "0000")),
      send(script("04DA9F79", "00000000000A")),
    ]).toEqual(["6A80", "6700", "6A80"]);
    expect([send(script("04DA9F36", "0000")), send(script("04DA9F58", "05"))]).toEqual(["6A88", "9000"]);
  });

  test("UPDATE RECORD: its own files, whole records", () => {
    const { send, script } = requested("chip-ecash-1");
    expect(send(script("04DC020C", "70055F20024142"))).toBe("9000");
    expect(send("00B2020C00")).toBe("70055F200241429000");
    const bad = [
      ["04DC0F0C", "7000"],
      ["04DC0274", "7000"],
      ["04DC020C", "7105"],
      ["04DC0009", "7000"],
      ["04DC015C", "7000"],
    ] as const;
    expect(bad.map(([header, data]) => send(script(header, data)))).toEqual(["6A83", "6A82", "6A80", "6A86", "6A82"]);
  });
});

/** What the acquirer's centre sends: applications and keys (§11.1). */
import { createHash } from "node:crypto";
import { sm3 as theirSm3 } from "sm-crypto-v2";
import { describe, expect, test } from "vitest";
import { decodeCaKey, decodeParameters, EmvError, toTerminal } from "../../../app/emv/index.ts";
import { bytesOf, rsaKey, smKey } from "./authority.ts";
import { objects, text } from "./card.ts";

const AID = "A000000333010101";
const FULL: [string, string][] = [
  ["9F06", AID],
  ["DF01", "00"],
  ["9F08", "0020"],
  ["DF11", "D84000A800"],
  ["DF12", "D84004F800"],
  ["DF13", "0010000000"],
  ["9F1B", "00004E20"],
  ["DF15", "00001388"],
  ["DF16", "99"],
  ["DF17", "10"],
  ["DF14", "9F3704"],
  ["DF18", "01"],
  ["9F7B", "000000100000"],
  ["DF19", "000000050000"],
  ["DF20", "000000500000"],
  ["DF21", "000000100000"],
];
const download = (more: Record<string, string> = {}) => objects({ ...Object.fromEntries(FULL), ...more });

describe("application", () => {
  test("all of it", () => {
    const found = decodeParameters(download());
    expect(found).toMatchObject({
      aid: AID,
      partial: true,
      floorLimitFen: 20_000,
      thresholdFen: 5_000,
      maxTargetPercent: 99,
      targetPercent: 10,
      onlinePin: true,
      ecashLimitFen: 100_000,
      contactless: { floorLimitFen: 50_000, limitFen: 500_000, cvmLimitFen: 100_000 },
    });
    const [application] = toTerminal({ applications: [found] }).applications;
    expect(application?.data.get("9F09")).toEqual(bytesOf("0020"));
    expect(application?.tac.online).toEqual(bytesOf("D84004F800"));
    expect(application?.defaultDdol).toEqual(bytesOf("9F3704"));
  });

  test("an AID alone; exact names; no online PIN; an empty DDOL", () => {
    expect(decodeParameters(objects({ "9F06": AID }))).toMatchObject({
      aid: AID,
      partial: true,
      floorLimitFen: undefined,
      tacOnline: undefined,
    });
    expect(decodeParameters(download({ DF01: "01", DF18: "00", DF14: "" }))).toMatchObject({
      partial: false,
      onlinePin: false,
      defaultDdol: undefined,
    });
  });

  test("what nobody knows is left alone", () => {
    expect(decodeParameters(download({ DF7E: "0102" })).aid).toBe(AID);
  });

  test.each([
    ["no AID", objects({ DF01: "00" }), "9F06"],
    ["a code of four bytes", download({ DF11: "D84000A8" }), "DF11"],
    ["a floor limit of three bytes", download({ "9F1B": "004E20" }), "9F1B"],
    ["a percentage that is none", download({ DF17: "1A" }), "DF17"],
    ["a limit that is no number", download({ DF20: "0000005000AA" }), "DF20"],
    ["an AID of four bytes", download({ "9F06": "A0000003" }), "9F06"],
    ["no TLV", "9F06FF", "byte 2"],
  ])("%s is named", (_, bytes, where) => {
    const fault = () => decodeParameters(bytes);
    expect(fault).toThrow(EmvError);
    expect(fault).toThrow(where);
  });
});

/** Keys that are published for everybody: RID, index, modulus, exponent, check value. */
const PUBLISHED: readonly [rid: string, index: string, modulus: string, exponent: string, check: string][] = [
  [
    "A000000003",
    "92",
    "996AF56F569187D09293C14810450ED8EE3357397B18A2458EFAA92DA3B6DF6514EC060195318FD43BE9B8F0CC669E3F844057CBDDF8BDA191BB64473BC8DC9A730DB8F6B4EDE3924186FFD9B8C7735789C23A36BA0B8AF65372EB57EA5D89E7D14E9C7B6B557460F10885DA16AC923F15AF3758F0F03EBD3C5C2C949CBA306DB44E6A2C076C5F67E281D7EF56785DC4D75945E491F01918800A9E2DC66F60080566CE0DAF8D17EAD46AD8E30A247C9F",
    "03",
    "429C954A3859CEF91295F663C963E582ED6EB253",
  ],
  [
    "A000000333",
    "08",
    "B61645EDFD5498FB246444037A0FA18C0F101EBD8EFA54573CE6E6A7FBF63ED21D66340852B0211CF5EEF6A1CD989F66AF21A8EB19DBD8DBC3706D135363A0D683D046304F5A836BC1BC632821AFE7A2F75DA3C50AC74C545A754562204137169663CFCC0B06E67E2109EBA41BC67FF20CC8AC80D7B6EE1A95465B3B2657533EA56D92D539E5064360EA4850FED2D1BF",
    "03",
    "EE23B616C95C02652AD18860E48787C079E8E85A",
  ],
  [
    "A000000333",
    "02",
    "A3767ABD1B6AA69D7F3FBF28C092DE9ED1E658BA5F0909AF7A1CCD907373B7210FDEB16287BA8E78E1529F443976FD27F991EC67D95E5F4E96B127CAB2396A94D6E45CDA44CA4C4867570D6B07542F8D4BF9FF97975DB9891515E66F525D2B3CBEB6D662BFB6C3F338E93B02142BFC44173A3764C56AADD202075B26DC2F9F7D7AE74BD7D00FD05EE430032663D27A57",
    "03",
    "03BB335A8549A03B87AB089D006F60852E4B8060",
  ],
  [
    "A000000333",
    "03",
    "B0627DEE87864F9C18C13B9A1F025448BF13C58380C91F4CEBA9F9BCB214FF8414E9B59D6ABA10F941C7331768F47B2127907D857FA39AAF8CE02045DD01619D689EE731C551159BE7EB2D51A372FF56B556E5CB2FDE36E23073A44CA215D6C26CA68847B388E39520E0026E62294B557D6470440CA0AEFC9438C923AEC9B2098D6D3A1AF5E8B1DE36F4B53040109D89B77CAFAF70C26C601ABDF59EEC0FDC8A99089140CD2E817E335175B03B7AA33D",
    "03",
    "87F0CD7C0E86F38F89A66F8C47071A8B88586F26",
  ],
  [
    "A000000333",
    "04",
    "BC853E6B5365E89E7EE9317C94B02D0ABB0DBD91C05A224A2554AA29ED9FCB9D86EB9CCBB322A57811F86188AAC7351C72BD9EF196C5A01ACEF7A4EB0D2AD63D9E6AC2E7836547CB1595C68BCBAFD0F6728760F3A7CA7B97301B7E0220184EFC4F653008D93CE098C0D93B45201096D1ADFF4CF1F9FC02AF759DA27CD6DFD6D789B099F16F378B6100334E63F3D35F3251A5EC78693731F5233519CDB380F5AB8C0F02728E91D469ABD0EAE0D93B1CC66CE127B29C7D77441A49D09FCA5D6D9762FC74C31BB506C8BAE3C79AD6C2578775B95956B5370D1D0519E37906B384736233251E8F09AD79DFBE2C6ABFADAC8E4D8624318C27DAF1",
    "03",
    "F527081CF371DD7E1FD4FA414A665036E0F5E6E5",
  ],
];

test.each(PUBLISHED)("the published key %s %s is taken", (rid, index, modulus, exponent, check) => {
  const found = decodeCaKey(objects({ "9F06": rid, "9F22": index, DF02: modulus, DF04: exponent, DF03: check }));
  expect(found).toMatchObject({ ok: true, key: { rid, index, key: { modulus: bytesOf(modulus) } } });
});

describe("CA keys", () => {
  const rid = "A000000333";
  const { n, e } = rsaKey("ca1152");
  const sha1 = (hex: string) => createHash("sha1").update(bytesOf(hex)).digest("hex").toUpperCase();
  const rsa = (more: Record<string, string> = {}) =>
    objects({
      "9F06": rid,
      "9F22": "0A",
      DF05: text("20301231"),
      DF06: "01",
      DF07: "01",
      DF02: n,
      DF04: e,
      DF03: sha1(`${rid}0A${n}${e}`),
      ...more,
    });

  test("an RSA key whose check value is right", () => {
    expect(decodeCaKey(rsa())).toMatchObject({
      ok: true,
      key: { rid, index: "0A", expiry: "20301231", key: { algorithm: "rsa" } },
    });
  });

  test("the end as four packed bytes, or none", () => {
    const [packed, none] = [decodeCaKey(rsa({ DF05: "20301231" })), decodeCaKey(rsa({ DF05: "" }))];
    expect([packed.ok && packed.key.expiry, none.ok && none.key.expiry]).toEqual(["20301231", undefined]);
    expect(() => decodeCaKey(rsa({ DF05: text("soon") }))).toThrow("DF05");
  });

  test.each([
    ["a wrong check value", rsa({ DF03: "00".repeat(20) }), "check-value"],
    ["another index", rsa({ "9F22": "0B" }), "check-value"],
    ["one bit of the modulus", rsa({ DF02: n.replace(/.$/, "0") }), "check-value"],
    ["no modulus", objects({ "9F06": rid, "9F22": "0A", DF03: "00" }), "incomplete"],
    ["an unknown algorithm", rsa({ DF07: "09" }), "unknown-algorithm"],
    ["an unknown hash", rsa({ DF06: "09" }), "unknown-algorithm"],
  ])("%s: not taken", (_, bytes, reason) => {
    expect(decodeCaKey(bytes)).toMatchObject({ ok: false, reason });
  });

  test("an SM2 key, its check by SM3, with or without 04 in front", () => {
    const { point } = smKey("CA");
    for (const value of [point, `04${point}`]) {
      const check = theirSm3(bytesOf(`${rid}57${value}`)).toUpperCase();
      const found = decodeCaKey(objects({ "9F06": rid, "9F22": "57", DF06: "07", DF07: "04", DF02: value, DF03: check }));
      expect(found).toMatchObject({ ok: true, key: { index: "57", key: { algorithm: "sm2", point: bytesOf(point) } } });
    }
  });
});

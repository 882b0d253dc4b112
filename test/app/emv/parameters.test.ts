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

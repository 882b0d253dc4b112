/** Every worked vector of §4.7, whole frames included. */
import { expect, test } from "vitest";
import { decodeFrame, encodeBody, encodeFrame } from "../../../tools/acquirer/codec.ts";
import { checkValue, macOf, openPinBlock, openTrack, pinBlock, sealTrack, verifyMac } from "../../../tools/acquirer/crypto.ts";
import { keyBlock, keyMaterial, type SignOnCode, workingKeys } from "../../../tools/acquirer/keys.ts";
import { fromHex, toHex } from "../../../tools/acquirer/text.ts";

const TMK = fromHex("0123456789ABCDEFFEDCBA9876543210");
const PIK = fromHex("1C1C1C1C2A2A2A2A3D3D3D3D4F4F4F4F");
const MAK = fromHex("5E5E5E5E6B6B6B6B");
const MAK2 = fromHex("5E5E5E5E6B6B6B6BC7C7C7C7D3D3D3D3");
const TDK = fromHex("7A7A7A7A8585858594949494A1A1A1A1");
const PAN = "6229990000000000019";
const TRACK2 = "6229990000000000019D30122010000012300";
const SALE =
  "007460000300006031003200000200302004C020C0981100000000000000100000012302100012376229990000000000019D6D5EEE207258B7E7003132333435363738313233343536373839303132333435313536676189BB8BF1100B26100000000000000013220000010006003632374634394235";
const REVERSAL =
  "005C600003000060310032000004007020048002C080111962299900000000000190000000000000001000000123021000393831323334353637383132333435363738393031323334353135360013220000010006003339343944434538";

test("check values", () => {
  expect(toHex(checkValue("3des", TMK))).toBe("08D7B4FB");
  expect(toHex(checkValue("3des", PIK))).toBe("889B0C3B");
  expect(toHex(checkValue("des", MAK))).toBe("BB6573FE");
  expect(toHex(checkValue("3des", TDK))).toBe("282193C6");
});

const demo = {
  masterKeys: { "1": toHex(TMK) },
  workingKeys: { PIK: toHex(PIK), MAK: toHex(MAK), TDK: toHex(TDK) },
};
const block = (code: SignOnCode) => {
  const material = keyMaterial({ masterSlot: 1, signOnCode: code, mac: "ecb" }, demo);
  return toHex(keyBlock(material.master, workingKeys(code, material, "ecb")!));
};
const BLOCK_003 = "AB96792B48260E7AD4F6F8EA07892BAF889B0C3B85722AE34E5391130000000000000000BB6573FE";

test("key blocks of sign-on 001, 003 and 004", () => {
  expect(block("003")).toBe(BLOCK_003);
  expect(block("004")).toBe(`${BLOCK_003}A6C952048C5CF1185D23ECEF88765116282193C6`);
  expect(block("001")).toBe("A86D141979B82FB0B02EF026708C01F44109B844BB6573FE");
});

test("PIN blocks", () => {
  expect(toHex(pinBlock("3des", PIK, "123456", PAN))).toBe("676189BB8BF1100B");
  expect(toHex(pinBlock("3des", PIK, "123456", undefined))).toBe("FB4CB6667190FCE0");
  expect(toHex(pinBlock("des", PIK.subarray(0, 8), "123456", PAN))).toBe("D26392C224B36DD8");
  expect(openPinBlock("3des", PIK, fromHex("676189BB8BF1100B"), PAN)).toBe("123456");
  expect(openPinBlock("3des", PIK, fromHex("676189BB8BF1100C"), PAN)).toBeUndefined();
});

test("track 2", () => {
  const sealed = "6229990000000000019D6D5EEE207258B7E70";
  expect(sealTrack("3des", TDK, TRACK2)).toBe(sealed);
  expect(openTrack("3des", TDK, sealed)).toBe(TRACK2);
});

test("the sale's frame, field by field", () => {
  const frame = decodeFrame(fromHex(SALE));
  expect(frame.problem).toBeUndefined();
  expect(frame.faults).toEqual([]);
  expect(frame).toMatchObject({ length: 116, tpdu: "6000030000", header: "603100320000", mti: "0200" });
  expect(frame.fields).toEqual({
    "3": "000000",
    "4": "000000001000",
    "11": "000123",
    "22": "021",
    "25": "00",
    "26": "12",
    "35": "6229990000000000019D6D5EEE207258B7E70",
    "41": "12345678",
    "42": "123456789012345",
    "49": "156",
    "52": "676189BB8BF1100B",
    "53": "2610000000000000",
    "60": "2200000100060",
    "64": "3632374634394235",
  });
  expect(frame.mab.length).toBe(97);
  expect(verifyMac(frame, "ecb", MAK)).toBe("ok");
  expect(toHex(encodeFrame(frame))).toBe(SALE);
  const { 64: _mac, ...unsigned } = frame.fields;
  expect(toHex(encodeBody("0200", unsigned, true))).toBe(toHex(frame.mab));
});

test("the MACs over the sale", () => {
  const { mab } = decodeFrame(fromHex(SALE));
  const text = (bytes: Uint8Array) => Buffer.from(bytes).toString("latin1");
  expect(text(macOf("ecb", MAK, mab))).toBe("627F49B5");
  expect(text(macOf("ecb", MAK2, mab))).toBe("88C6926C");
  expect(toHex(macOf("x9.9", MAK, mab))).toBe("695E6C07870A2AB7");
  expect(toHex(macOf("x9.19", MAK2, mab))).toBe("0E8F0AECAB7CA90E");
  expect(text(macOf("sm4", MAK2, mab))).toBe("CDA25202");
});

test("the matching reversal's frame", () => {
  const frame = decodeFrame(fromHex(REVERSAL));
  expect(frame.problem).toBeUndefined();
  expect(frame.fields).toMatchObject({ "2": PAN, "39": "98", "60": "2200000100060", "22": "021" });
  expect(verifyMac(frame, "ecb", MAK)).toBe("ok");
  expect(toHex(encodeFrame(frame))).toBe(REVERSAL);
});

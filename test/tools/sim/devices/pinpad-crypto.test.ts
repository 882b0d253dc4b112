/** The worked vectors of spec unionpay-8583 §4.7. */
import { expect, test } from "vitest";
import {
  type Algorithm,
  checkValue,
  decipher,
  encipher,
  encryptTrack,
  type Key,
  mac,
  pinBlock,
} from "../../../../tools/sim/devices/pinpad-crypto.ts";
import { hex, unhex } from "./bench.ts";

const key = (algorithm: Algorithm, text: string): Key => ({ algorithm, bytes: unhex(text) });
const TMK = key("3des", "0123456789ABCDEFFEDCBA9876543210");
const PIK = key("3des", "1C1C1C1C2A2A2A2A3D3D3D3D4F4F4F4F");
const PIK_DES = key("des", "1C1C1C1C2A2A2A2A");
const MAK = key("des", "5E5E5E5E6B6B6B6B");
const MAK_DOUBLE = key("3des", "5E5E5E5E6B6B6B6BC7C7C7C7D3D3D3D3");
const MAK_SM4 = key("sm4", "5E5E5E5E6B6B6B6BC7C7C7C7D3D3D3D3");
const TDK = key("3des", "7A7A7A7A8585858594949494A1A1A1A1");
const PAN = "6229990000000000019";
const MAB = unhex(
  `0200302004C020C0981100000000000000100000012302100012376229990000000000019D
   6D5EEE207258B7E7003132333435363738313233343536373839303132333435313536676189BB8BF1100B
   2610000000000000001322000001000600`,
);
const digits = (pin: string): Uint8Array => new Uint8Array([...pin].map(Number));

test("check values", () => {
  expect(hex(checkValue(TMK))).toBe("08D7B4FB");
  expect(hex(checkValue(PIK))).toBe("889B0C3B");
  expect(hex(checkValue(MAK))).toBe("BB6573FE");
  expect(hex(checkValue(TDK))).toBe("282193C6");
});

test("working keys come out from under the master key", () => {
  expect(hex(decipher(TMK, unhex("AB96792B48260E7AD4F6F8EA07892BAF")))).toBe(hex(PIK.bytes));
  expect(hex(decipher(TMK, unhex("85722AE34E539113")))).toBe(hex(MAK.bytes));
  expect(hex(decipher(TMK, unhex("A6C952048C5CF1185D23ECEF88765116")))).toBe(hex(TDK.bytes));
  const single = key("des", "0123456789ABCDEF");
  expect(hex(decipher(single, unhex("A86D141979B82FB0")))).toBe(hex(PIK_DES.bytes));
  expect(hex(decipher(single, unhex("708C01F44109B844")))).toBe(hex(MAK.bytes));
  expect(hex(checkValue(PIK_DES))).toBe("B02EF026");
});

test("PIN blocks with and without PAN", () => {
  expect(hex(pinBlock(PIK, digits("123456"), PAN))).toBe("676189BB8BF1100B");
  expect(hex(pinBlock(PIK, digits("123456"), undefined))).toBe("FB4CB6667190FCE0");
  expect(hex(pinBlock(PIK_DES, digits("123456"), PAN))).toBe("D26392C224B36DD8");
});

test("an SM4 PIN block is 16 bytes with the PAN in its last six", () => {
  const sm4 = key("sm4", "1C1C1C1C2A2A2A2A3D3D3D3D4F4F4F4F");
  const clear = decipher(sm4, pinBlock(sm4, digits("123456"), PAN));
  expect(hex(clear)).toBe("06123456FFFFFFFFFFFFFFFFFFFFFFFE");
  expect(hex(decipher(sm4, pinBlock(sm4, digits("12345"), undefined)))).toBe("0512345FFFFFFFFFFFFFFFFFFFFFFFFF");
});

test("MACs by the four methods", () => {
  expect(MAB.length).toBe(97);
  expect(Buffer.from(mac("ecb", MAK, MAB)).toString()).toBe("627F49B5");
  expect(Buffer.from(mac("ecb", MAK_DOUBLE, MAB)).toString()).toBe("88C6926C");
  expect(hex(mac("x9.9", MAK, MAB))).toBe("695E6C07870A2AB7");
  expect(hex(mac("x9.19", MAK_DOUBLE, MAB))).toBe("0E8F0AECAB7CA90E");
  expect(Buffer.from(mac("sm4", MAK_SM4, MAB)).toString()).toBe("CDA25202");
});

test("the MAC of the matching reversal", () => {
  const reversal = unhex(
    `04007020048002C0801119622999000000000001900000000000000010000001230210003938313233343536373831323334
     35363738393031323334353135360013220000010006003339343944434538`,
  ).slice(0, -8);
  expect(Buffer.from(mac("ecb", MAK, reversal)).toString()).toBe("3949DCE8");
});

test("track 2 keeps its tail clear", () => {
  expect(hex(encryptTrack(TDK, `${PAN}D30122010000012300`))).toBe("6229990000000000019D6D5EEE207258B7E70".concat("0"));
});

test("even tracks keep two digits, SM4 takes a 16-byte block", () => {
  const even = "62299900000000000190D3012201000001230";
  const track = `${even}5`;
  const packed = encryptTrack(TDK, track);
  expect(hex(packed).slice(-2)).toBe(track.slice(-2));
  expect(hex(packed).slice(0, -18)).toBe(track.slice(0, -18));
  const sm4 = key("sm4", "7A7A7A7A8585858594949494A1A1A1A1");
  const long = encryptTrack(sm4, track);
  expect(hex(decipher(sm4, long.slice(-17, -1)))).toBe(track.slice(-34, -2));
});

test("a track too short for the block grows", () => {
  const packed = encryptTrack(TDK, "1234567D");
  expect(packed.length).toBe(9);
  expect(hex(decipher(TDK, packed.slice(0, 8)))).toBe("123456FFFFFFFFFF");
  expect(hex(packed.slice(8))).toBe("7D");
});

test("single DES is triple DES with three equal keys", () => {
  expect(hex(encipher(key("des", "0123456789ABCDEF"), unhex("4E6F772069732074")))).toBe("3FA40E8A984D4815");
});

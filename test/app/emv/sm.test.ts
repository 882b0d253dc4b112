/** SM3 and SM2 against the package sm-crypto-v2 and the vectors of the standards. */
import fc from "fast-check";
import { sm2, sm3 as theirSm3 } from "sm-crypto-v2";
import { describe, expect, test } from "vitest";
import { fromText, toBytes, toHex } from "../../../app/emv/bytes.ts";
import { sm2Verify } from "../../../app/emv/sm2.ts";
import { sm3 } from "../../../app/emv/sm3.ts";

describe("SM3", () => {
  test("the two examples of GB/T 32905", () => {
    expect(toHex(sm3(fromText("abc")))).toBe("66C7F0F462EEEDD9D1F2D46BDC10E4E24167C4875CF2F7A2297DA02B8F4BA8E0");
    expect(toHex(sm3(fromText("abcd".repeat(16))))).toBe("DEBE9FF92275B8A138604889C18E5A4D6FDB70E5387E5765293DCBA39C0C5732");
  });

  test("of any message it is what the package says", () => {
    const same = (message: Uint8Array) => void expect(toHex(sm3(message)).toLowerCase()).toBe(theirSm3(message));
    fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), same), { seed: 20_261_122 });
  });
});

describe("SM2", () => {
  const secret = "3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8";
  const publicOf = (privateKey: string) => toBytes(sm2.getPublicKeyFromPrivateKey(privateKey).slice(2));
  const key = publicOf(secret);
  const sign = (message: Uint8Array, privateKey = secret) => toBytes(sm2.doSignature(message, privateKey, { hash: true }));

  test("a signature of the package is good, and of another message or key it is not", () => {
    const message = fromText("message digest");
    const signature = sign(message);
    expect(sm2Verify(key, message, signature)).toBe(true);
    expect(sm2Verify(key, fromText("message digesu"), signature)).toBe(false);
    expect(sm2Verify(publicOf("99".repeat(32)), message, signature)).toBe(false);
    expect(sm2Verify(key, message, signature, "somebody else")).toBe(false);
  });

  test("any one bit turned over in signature or key spoils it", () => {
    const message = fromText("ABC");
    const signature = sign(message);
    const turned = (bytes: Uint8Array, at: number) => bytes.map((byte, i) => (i === at >> 3 ? byte ^ (1 << (at & 7)) : byte));
    fc.assert(
      fc.property(fc.nat({ max: 511 }), (at) => {
        expect(sm2Verify(key, message, turned(signature, at))).toBe(false);
        expect(sm2Verify(turned(key, at), message, signature)).toBe(false);
      }),
      { seed: 20_261_122, numRuns: 12 },
    );
  });

  test("zeros, what is out of range and what has another length is refused", () => {
    const message = fromText("ABC");
    const signature = sign(message);
    const with0 = (from: number) => signature.map((byte, i) => (i >= from && i < from + 32 ? 0 : byte));
    for (const bad of [with0(0), with0(32), new Uint8Array(64).fill(0xff), signature.slice(1), new Uint8Array(0)]) {
      expect(sm2Verify(key, message, bad)).toBe(false);
    }
    expect(sm2Verify(new Uint8Array(64), message, signature)).toBe(false);
    expect(sm2Verify(key.slice(1), message, signature)).toBe(false);
  });

  test("the key that is the generator itself, where both points of the sum are one", () => {
    const one = "1".padStart(64, "0");
    const message = fromText("ABC");
    expect(sm2Verify(publicOf(one), message, sign(message, one))).toBe(true);
  });

  test("signatures of the package over any message are good", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 200 }),
        (message) => void expect(sm2Verify(key, message, sign(message))).toBe(true),
      ),
      { seed: 20_261_122, numRuns: 10 },
    );
  });
});

/** The formulas of §10 on both sides, the card's and the host's, against the bare block ciphers of OpenSSL and against figures worked out by them. */
import { constants, createCipheriv, createDecipheriv, createHash, createPublicKey, publicDecrypt } from "node:crypto";
import fc from "fast-check";
import { sm2 } from "sm-crypto-v2";
import { expect, test } from "vitest";
import { rsaKey, secretKey, smKey } from "../../../build/ca/keys.ts";
import * as host from "../../../tools/acquirer/chip/formulas.ts";
import { scriptCommand } from "../../../tools/acquirer/chip/scripts.ts";
import * as card from "../../../tools/cards/chip/card-keys.ts";
import { mac } from "../../../tools/cards/chip/ciphers.ts";
import { rsaSecret, sha1, signedBlock, smSign } from "../../../tools/cards/chip/signatures.ts";

const bytes = (hex: string): Uint8Array => new Uint8Array(Buffer.from(hex, "hex"));
const hex = (data: Uint8Array): string => Buffer.from(data).toString("hex").toUpperCase();
const run = (name: string, key: string, data: string): string => {
  const cipher = createCipheriv(name, bytes(key), null).setAutoPadding(false);
  return hex(Buffer.concat([cipher.update(bytes(data)), cipher.final()]));
};
const back = (name: string, key: string, data: string): string => {
  const cipher = createDecipheriv(name, bytes(key), null).setAutoPadding(false);
  return hex(Buffer.concat([cipher.update(bytes(data)), cipher.final()]));
};
const cbc = (name: string, key: string, block: number, data: string): string => {
  const cipher = createCipheriv(name, bytes(key), Buffer.alloc(block)).setAutoPadding(false);
  return hex(Buffer.concat([cipher.update(bytes(data)), cipher.final()])).slice(-block * 2);
};
const pad = (data: string, block: number): string => {
  const marked = `${data}80`;
  return marked + "00".repeat((block - ((marked.length / 2) % block)) % block);
};

const hexOf = (size: number) => fc.uint8Array({ minLength: size, maxLength: size }).map(hex);
const anyHex = fc.uint8Array({ minLength: 0, maxLength: 70 }).map(hex);
const CIPHERS = ["3des", "sm4"] as const;

/** MAC algorithm 3: CBC under the left half, its end opened with the right and closed with the left. */
function retail(key: string, data: string): string {
  const [left, right] = [key.slice(0, 16), key.slice(16)];
  const end = cbc("des-ede-cbc", left + left, 8, pad(data, 8));
  return run("des-ede", left + left, back("des-ede", right + right, end));
}

test.each(CIPHERS)("%s MACs: card, host and OpenSSL's CBC agree", (cipher) => {
  fc.assert(
    fc.property(hexOf(16), anyHex, (key, data) => {
      const expected = cipher === "sm4" ? cbc("sm4-cbc", key, 16, pad(data, 16)).slice(0, 16) : retail(key, data);
      expect(mac(cipher, key, data)).toBe(expected);
      expect(hex(host.chipMac(cipher, bytes(key), bytes(data)))).toBe(expected);
    }),
    { seed: 7, numRuns: 40 },
  );
});

test.each(CIPHERS)("%s keys of card and transaction, and the issuer's answer: both sides agree with the formula", (cipher) => {
  const name = cipher === "sm4" ? "sm4-ecb" : "des-ede";
  const digits = fc.string({ unit: fc.constantFrom(..."0123456789"), minLength: 16, maxLength: 19 });
  fc.assert(
    fc.property(hexOf(16), digits, hexOf(2), hexOf(8), (master, pan, atc, cryptogram) => {
      const half = `${pan}01`.slice(-16);
      const other = hex(bytes(half).map((value) => value ^ 0xff));
      const plain = run(name, master, half + other);
      const derived = card.cardKey(cipher, master, pan, "01");
      expect(hex(host.uniqueKey(cipher, bytes(master), pan, "01"))).toBe(derived);
      // Parity bits count for nothing in DES, and only there may they differ.
      if (cipher === "sm4") expect(derived).toBe(plain);
      else expect(hex(bytes(derived).map((value) => value & 0xfe))).toBe(hex(bytes(plain).map((value) => value & 0xfe)));
      const session = run(name, derived, `000000000000${atc}000000000000${hex(bytes(atc).map((value) => value ^ 0xff))}`);
      expect(card.sessionKey(cipher, derived, atc)).toBe(session);
      expect(hex(host.transactionKey(cipher, bytes(derived), bytes(atc)))).toBe(session);
      const mixed = hex(bytes(cryptogram).map((value, i) => value ^ (i < 2 ? 0x30 : 0)));
      const answer = run(name, session, cipher === "sm4" ? mixed + "00".repeat(8) : mixed).slice(0, 16);
      expect(card.authorisationCryptogram(cipher, derived, atc, cryptogram, "3030")).toBe(answer);
      expect(hex(host.answerCryptogram(cipher, bytes(session), bytes(cryptogram), "00"))).toBe(answer);
    }),
    { seed: 11, numRuns: 40 },
  );
});

test("one worked transaction, so that a change of any step is seen", () => {
  const master = "0123456789ABCDEFFEDCBA9876543210";
  const key = card.cardKey("3des", master, "6229992000000000017", "01");
  const covered = "000000012000000000000000015600000000000156260706000102030420007C000001030000A00000";
  const session = run("des-ede", key, "0000000000000001000000000000FFFE");
  expect(card.applicationCryptogram("3des", key, "0001", covered)).toBe(retail(session, covered));
});

test.each(CIPHERS)("%s script MAC: over header with the new Lc, ATC, cryptogram and data, four bytes", (cipher) => {
  const key = secretKey("script test");
  const command = { header: "04DA9F790A", atc: "0007", cryptogram: "1122334455667788", data: "000000070000" };
  const made = card.scriptMac(cipher, key, command);
  expect(made).toHaveLength(8);
  const keys = {
    algorithm: cipher,
    ac: bytes(key),
    mac: bytes(key),
    enc: bytes(key),
    atc: bytes("0007"),
    cryptogram: bytes("1122334455667788"),
  };
  expect(scriptCommand({ do: "put-data", tag: "9F79", value: "000000070000" }, keys)).toBe(`04DA9F790A000000070000${made}`);
});

test("RSA: what a key signs OpenSSL opens, for both exponents, and the block has header, filling, hash and trailer", () => {
  for (const exponent of [3, 65537] as const) {
    const key = rsaKey(`formula test ${exponent}`, 1024, exponent);
    const url = (value: string): string => Buffer.from(value, "hex").toString("base64url");
    const open = createPublicKey({ key: { kty: "RSA", n: url(key.n), e: url(key.e) }, format: "jwk" });
    expect(open.asymmetricKeyDetails?.modulusLength).toBe(1024);
    const block = signedBlock("0501AB", "CAFE", { kind: "rsa", ...key });
    const clear = hex(publicDecrypt({ key: open, padding: constants.RSA_NO_PADDING }, bytes(block)));
    const body = `0501AB${"BB".repeat(128 - 22 - 3)}`;
    expect(clear).toBe(`6A${body}${sha1(`${body}CAFE`)}BC`);
    expect(
      hex(
        createHash("sha1")
          .update(bytes(`${body}CAFE`))
          .digest(),
      ),
    ).toBe(sha1(`${body}CAFE`));
    expect(rsaSecret(`00${"11".repeat(127)}`, key)).toHaveLength(256);
  }
});

test("SM2: a third implementation takes the card's signatures, each message has its own, the same one always the same", () => {
  const key = smKey("formula test");
  for (const message of ["", "00", "15096A7B", "FF".repeat(200)]) {
    const signature = smSign(message, key);
    expect(signature).toHaveLength(128);
    expect(smSign(message, key)).toBe(signature);
    expect(sm2.doVerifySignature(bytes(message), signature.toLowerCase(), `04${key.point}`.toLowerCase(), { hash: true })).toBe(
      true,
    );
    expect(
      sm2.doVerifySignature(bytes(`${message}00`), signature.toLowerCase(), `04${key.point}`.toLowerCase(), { hash: true }),
    ).toBe(false);
  }
});

test("keys are fixed by their names: other names, other keys; DES keys have odd parity", () => {
  expect(secretKey("a")).toBe(secretKey("a"));
  expect(secretKey("a")).not.toBe(secretKey("b"));
  for (const value of bytes(secretKey("a"))) expect([...value.toString(2)].filter((bit) => bit === "1").length % 2).toBe(1);
  expect(rsaKey("names", 1024, 3)).toEqual(rsaKey("names", 1024, 3));
});

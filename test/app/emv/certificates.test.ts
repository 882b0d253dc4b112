/** The chain of certificates and the signatures under it: what is good, and every way it can be bad (§6.5). */
import { tlv } from "./card.ts";
import { describe, expect, test } from "vitest";
import {
  recoverIccKey,
  recoverIssuerKey,
  toHex,
  tvrNames,
  verifyCombined,
  verifyDynamicSignature,
  verifyFastSignature,
  verifyStaticData,
} from "../../../app/emv/index.ts";
import {
  cardCertificate,
  type CertificateOptions,
  dynamicSignature,
  hash,
  issuerCertificate,
  rsaKey,
  type Secret,
  smKey,
  staticSignature,
} from "./authority.ts";

const PAN = "6229991234567890";
const STATIC = "5A0862299912345678905F2403301231";

interface Chain {
  ca: Secret;
  issuer: Secret;
  card: Secret;
}

/** CA ≥ issuer ≥ card, so that with and without remainders, exponents 3 and 65537, up to 1984 bits. */
const CHAINS: [string, Chain][] = [
  ["1152/1024/768", { ca: rsaKey("ca1152"), issuer: rsaKey("issuer1024"), card: rsaKey("card768") }],
  ["1408/1152/1024", { ca: rsaKey("ca1408"), issuer: rsaKey("issuer1152"), card: rsaKey("card1024") }],
  ["1984/1408/1152", { ca: rsaKey("ca1984f4"), issuer: rsaKey("issuer1408"), card: rsaKey("card1152") }],
  ["1984/1984/1984", { ca: rsaKey("ca1984"), issuer: rsaKey("issuer1984"), card: rsaKey("card1984") }],
  ["SM2", { ca: smKey("CA"), issuer: smKey("15"), card: smKey("CA4D") }],
];
const SMALL = CHAINS[1]?.[1] as Chain;
const SM = CHAINS[4]?.[1] as Chain;

const inputOf = (key: Secret) => (key.kind === "rsa" ? { modulus: key.n, exponent: key.e } : { point: key.point });
const caOf = (key: Secret) => ({ rid: "A000000333", index: "08", ...inputOf(key) });
const issuerData = ({ ca, issuer }: Chain, options?: CertificateOptions, id = PAN.slice(0, 6)): Record<string, string> => ({
  "8F": "08",
  "84": "A000000333010101",
  "5A": PAN,
  ...issuerCertificate(ca, issuer, id, options),
});
const cardData = ({ issuer, card }: Chain, options?: CertificateOptions, signed = STATIC): Record<string, string> => ({
  "5A": PAN,
  ...cardCertificate(issuer, card, PAN, signed, options),
});

describe.each(CHAINS)("a chain of %s", (_, chain) => {
  test("gives the issuer's key and the card's", () => {
    const issuer = recoverIssuerKey(issuerData(chain), [caOf(chain.ca)], { date: "261122" });
    expect(issuer).toMatchObject({ ok: true, issuerId: "622999", expiry: "1230", serial: "000001" });
    if (!issuer.ok) return;
    const card = recoverIccKey(cardData(chain), issuer.key, { staticData: STATIC, date: "261122" });
    expect(card).toMatchObject({ ok: true, pan: PAN, expiry: "1230", serial: "000002" });
    if (!card.ok) return;
    const expected = chain.card.kind === "rsa" ? chain.card.n : chain.card.point;
    expect(toHex("modulus" in card.key ? card.key.modulus : card.key.point)).toBe(expected);
  });

  test("signs static and dynamic data", () => {
    const [issuer, card] = [inputOf(chain.issuer), inputOf(chain.card)];
    const still = verifyStaticData({ "93": staticSignature(chain.issuer, STATIC) }, issuer, STATIC);
    expect(still).toMatchObject({ ok: true, reason: "ok" });
    expect([toHex(still.dataAuthenticationCode ?? new Uint8Array(0)), toHex(still.tvr)]).toEqual(["DAC1", "0200000000"]);
    const moving = verifyDynamicSignature({ "9F4B": dynamicSignature(chain.card, "0102030405", "11223344") }, card, {
      ddolData: "11223344",
    });
    expect([moving.ok, toHex(moving.dynamicNumber ?? new Uint8Array(0)), toHex(moving.tvr)]).toEqual([
      true,
      "0102030405",
      "0000000000",
    ]);
  });

  test("does not hold for other data", () => {
    const static93 = { "93": staticSignature(chain.issuer, STATIC) };
    const wrong = chain.ca.kind === "rsa" ? "hash" : "signature";
    expect(verifyStaticData(static93, inputOf(chain.issuer), `${STATIC}00`).reason).toBe(wrong);
    const signature = dynamicSignature(chain.card, "0102030405", "11223344");
    expect(verifyDynamicSignature({ "9F4B": signature }, inputOf(chain.card), { ddolData: "11223345" }).reason).toBe(wrong);
    const card = recoverIccKey(cardData(chain), inputOf(chain.issuer), { staticData: `${STATIC}00` });
    expect(card).toMatchObject({ ok: false, reason: wrong });
  });
});

describe("what an issuer's certificate may be refused for", () => {
  const reason = (data: Record<string, string>, more: Parameters<typeof recoverIssuerKey>[2] = {}, keys = [caOf(SMALL.ca)]) =>
    recoverIssuerKey(data, keys, { date: "261122", ...more }).reason;
  const without = (data: Record<string, string>, tag: string) =>
    Object.fromEntries(Object.entries(data).filter(([name]) => name !== tag));
  const good = issuerData(SMALL);
  // A remainder is there when the issuer's key does not fit.
  const long = issuerData({ ...SMALL, issuer: rsaKey("issuer1408") });

  test.each([
    ["no certificate", without(good, "90"), "certificate-missing"],
    ["no exponent", without(good, "9F32"), "exponent-missing"],
    ["an exponent of two bytes", { ...good, "9F32": "0003" }, "exponent-bad"],
    ["no remainder although it needs one", without(long, "92"), "remainder-missing"],
    ["another remainder", { ...long, "92": "00".repeat((long["92"] ?? "").length / 2) }, "hash"],
    ["another exponent", { ...good, "9F32": "010001" }, "hash"],
    ["shorter than the CA's key", { ...good, "90": (good["90"] ?? "").slice(2) }, "length"],
    ["another CA's", issuerData({ ...SMALL, ca: rsaKey("ca1984") }), "length"],
    ["no header", issuerData(SMALL, { change: (block) => `6B${block.slice(2)}` }), "header"],
    ["no trailer", issuerData(SMALL, { change: (block) => `${block.slice(0, -2)}BD` }), "trailer"],
    ["format 04", issuerData(SMALL, { format: "04" }), "format"],
    ["hash algorithm 02", issuerData(SMALL, { hashAlgorithm: "02" }), "hash-algorithm"],
    ["key algorithm 02", issuerData(SMALL, { keyAlgorithm: "02" }), "key-algorithm"],
    ["another hash", issuerData(SMALL, { change: (block) => `${block.slice(0, -4)}00BC` }), "hash"],
    ["another issuer's number", issuerData(SMALL, {}, "622998"), "issuer-id"],
    ["a number of two digits", issuerData(SMALL, {}, "62"), "issuer-id"],
    ["ended last month", issuerData(SMALL, { expiry: "1026" }), "expired"],
    ["a thirteenth month", issuerData(SMALL, { expiry: "1330" }), "expired"],
  ] as [string, Record<string, string>, string][])("%s", (_, data, expected) => {
    expect(reason(data)).toBe(expected);
  });

  test("it is good to the end of its month", () => {
    expect(reason(issuerData(SMALL, { expiry: "1126" }))).toBe("ok");
    expect(reason(issuerData(SMALL, { expiry: "1026" }), { date: undefined })).toBe("ok");
  });

  test("three to eight digits of issuer number", () => {
    expect([reason(issuerData(SMALL, {}, "622")), reason(issuerData(SMALL, {}, "62299912"))]).toEqual(["ok", "ok"]);
  });

  test("key of another index or RID, ended key, revoked certificate", () => {
    expect(reason({ ...good, "8F": "09" })).toBe("ca-key-missing");
    expect(reason({ ...good, "84": "A0000000031010" })).toBe("ca-key-missing");
    expect(reason(good, { rid: "A000000003" })).toBe("ca-key-missing");
    expect(reason(good, {}, [{ ...caOf(SMALL.ca), expiry: "20261121" } as never])).toBe("ca-key-expired");
    expect(reason(good, {}, [{ ...caOf(SMALL.ca), expiry: "20261122" } as never])).toBe("ok");
    const revoked = [{ rid: "A000000333", index: "08", serial: "000001" }];
    expect(reason(good, { revoked })).toBe("revoked");
    expect(reason(good, { revoked: [{ ...(revoked[0] as (typeof revoked)[0]), serial: "000003" }] })).toBe("ok");
  });

  test("a key alone, without RID and index, serves", () => {
    const { n, e } = SMALL.ca as { n: string; e: string };
    expect(recoverIssuerKey(without(without(good, "8F"), "84"), { modulus: n, exponent: e }).ok).toBe(true);
    expect(recoverIssuerKey(good, { modulus: n, exponent: Number.parseInt(e, 16) }).ok).toBe(true);
  });

  test("SM2: format, algorithm, length, signature", () => {
    const keys = [caOf(SM.ca)];
    const data = issuerData(SM);
    const spoilt = (at: number, digits: string) => ({
      ...data,
      "90": `${data["90"]?.slice(0, at)}${digits}${data["90"]?.slice(at + digits.length)}`,
    });
    expect(reason(data, {}, keys)).toBe("ok");
    expect(reason(spoilt(0, "02"), {}, keys)).toBe("format");
    expect(reason(spoilt(20, "05"), {}, keys)).toBe("key-algorithm");
    expect(reason(spoilt(26, "41"), {}, keys)).toBe("key-length");
    expect(reason(spoilt(40, "0123456789"), {}, keys)).toBe("signature");
    expect(reason({ ...data, "90": `${data["90"]}00` }, {}, keys)).toBe("length");
  });
});

describe("what a card's certificate may be refused for", () => {
  const key = inputOf(SMALL.issuer);
  const reason = (data: Record<string, string>) => recoverIccKey(data, key, { staticData: STATIC, date: "261122" }).reason;
  const good = cardData(SMALL);

  test.each([
    ["no certificate", { "5A": PAN }, "certificate-missing"],
    ["no exponent", { ...good, "9F47": undefined }, "exponent-missing"],
    ["format 02", cardData(SMALL, { format: "02" }), "format"],
    ["hash algorithm 02", cardData(SMALL, { hashAlgorithm: "02" }), "hash-algorithm"],
    ["key algorithm 02", cardData(SMALL, { keyAlgorithm: "02" }), "key-algorithm"],
    ["ended", cardData(SMALL, { expiry: "1026" }), "expired"],
    ["another card's", { ...good, "5A": "6229991234567891" }, "pan"],
    ["9F4A that is not 82", { ...good, "9F4A": "8284", "82": "7C00" }, "tag-list"],
    ["9F4A = 82 and no AIP", { ...good, "9F4A": "82" }, "tag-list"],
  ] as [string, Record<string, string>, string][])("%s", (_, data, expected) => {
    expect(reason(data)).toBe(expected);
  });

  test("the AIP is signed behind the records when 9F4A says 82", () => {
    const data = { ...cardData(SMALL, {}, `${STATIC}7C00`), "9F4A": "82", "82": "7C00" };
    expect(reason(data)).toBe("ok");
    expect(reason({ ...data, "82": "7D00" })).toBe("hash");
  });

  test("a key for PINs has its own objects and no static data", () => {
    const tags = ["9F2D", "9F2E", "9F2F"] as const;
    const data = { "5A": PAN, ...cardCertificate(SMALL.issuer, SMALL.card, PAN, "", { tags }) };
    expect(recoverIccKey(data, key, { use: "pin" }).ok).toBe(true);
    expect(recoverIccKey(good, key, { use: "pin" }).reason).toBe("certificate-missing");
  });
});

describe("signatures", () => {
  const key = inputOf(SMALL.issuer);
  test("of static data: missing, tag list, format, hash algorithm", () => {
    expect(tvrNames(verifyStaticData({}, key, STATIC).tvr)).toEqual(["sda-failed", "icc-data-missing", "sda-selected"]);
    const signed = staticSignature(SMALL.issuer, `${STATIC}5C00`);
    expect(verifyStaticData({ "93": signed, "9F4A": "82", "82": "5C00" }, key, STATIC).ok).toBe(true);
    const bad = verifyStaticData({ "93": signed, "9F4A": "8282", "82": "5C00" }, key, STATIC);
    expect([bad.reason, tvrNames(bad.tvr)]).toEqual(["tag-list", ["sda-failed", "sda-selected"]]);
    const changed = (change: CertificateOptions["change"]) =>
      verifyStaticData({ "93": staticSignature(SMALL.issuer, STATIC, "DAC1", change) }, key, STATIC).reason;
    expect(changed((block) => block.replace(/^6A03/, "6A05"))).toBe("format");
    expect(changed((block) => block.replace(/^6A0301/, "6A0302"))).toBe("hash-algorithm");
    expect(changed((block) => block.replace(/^6A/, "7A"))).toBe("header");
  });

  test("of dynamic data: missing, format, a number of one or nine bytes, another key's length", () => {
    const card = inputOf(SMALL.card);
    const reason = (signature: string) => verifyDynamicSignature({}, card, { ddolData: "11223344", signature }).reason;
    expect(tvrNames(verifyDynamicSignature({}, card, { ddolData: "11223344" }).tvr)).toEqual(["icc-data-missing", "dda-failed"]);
    expect(reason(dynamicSignature(SMALL.card, "0102", "11223344"))).toBe("ok");
    expect(reason(dynamicSignature(SMALL.card, "0102", "11223344", "", "95"))).toBe("format");
    expect(reason(dynamicSignature(SMALL.card, "01", "11223344"))).toBe("dynamic-data");
    expect(reason(dynamicSignature(SMALL.card, "010203040506070809", "11223344"))).toBe("dynamic-data");
    expect(reason(dynamicSignature(SMALL.issuer, "0102", "11223344"))).toBe("length");
  });

  test.each([
    ["RSA", SMALL],
    ["SM2", SM],
  ] as [string, Chain][])(
    "of a cryptogram, %s: over what was sent and what was answered, whatever stands behind",
    (_, { card }) => {
      const [random, pdolData, cdol1Data, cdol2Data] = ["11223344", "AA01", "BB02", "CC03"];
      const [before, behind] = ["9F2701409F36020012", "9F10020102"];
      const signed = (sent: string) => {
        const inside = `401122334455667788${hash(card.kind, sent + before + behind)}`;
        return tlv("77", `${before}${tlv("9F4B", dynamicSignature(card, "0102030405", random, inside))}${behind}`);
      };
      const sent = { unpredictableNumber: random, pdolData, cdol1Data };
      const key = inputOf(card);
      const good = verifyCombined({ answer: signed(`${pdolData}${cdol1Data}`), ...sent }, key);
      expect([good.reason, toHex(good.cryptogram ?? new Uint8Array(0)), toHex(good.tvr)]).toEqual([
        "ok",
        "1122334455667788",
        "0000000000",
      ]);
      expect(verifyCombined({ answer: `${signed(`${pdolData}${cdol1Data}`)}9000`, ...sent }, key).ok).toBe(true);
      expect(verifyCombined({ answer: signed(`${pdolData}${cdol1Data}${cdol2Data}`), ...sent, cdol2Data }, key).ok).toBe(true);
      const bad = verifyCombined({ answer: signed(cdol1Data), ...sent }, key);
      expect([bad.reason, tvrNames(bad.tvr)]).toEqual(["transaction-hash", ["cda-failed"]]);
      expect(
        verifyCombined({ answer: signed(`${pdolData}${cdol1Data}`), ...sent, unpredictableNumber: "11223345" }, key).ok,
      ).toBe(false);
      expect(verifyCombined({ answer: "800B4000121122334455667788", ...sent }, key).reason).toBe("dynamic-data");
    },
  );

  test.each([
    ["RSA", SMALL],
    ["SM2", SM],
  ] as [string, Chain][])(
    "fast, %s: version 00 signs the random number, 01 the amount, currency and card data too",
    (_, chain) => {
      const terminal = { "9F37": "11223344", "9F02": "000000010000", "5F2A": "0156" };
      const related = "0111223344360000";
      const key01 = inputOf(chain.card);
      const old = dynamicSignature(chain.card, "0102030405060708", "11223344");
      const tail = `112233440000000100000156${related}`;
      const fresh = dynamicSignature(chain.card, "0102030405060708", tail);
      expect(verifyFastSignature({ "9F4B": old }, terminal, key01).ok).toBe(true);
      expect(verifyFastSignature({ "9F4B": old, "9F69": "0011223344360000" }, terminal, key01).ok).toBe(true);
      expect(verifyFastSignature({ "9F4B": old, "9F69": related }, terminal, key01).ok).toBe(false);
      expect(verifyFastSignature({ "9F4B": fresh, "9F69": related }, terminal, key01).ok).toBe(true);
      expect(verifyFastSignature({ "9F4B": fresh, "9F69": related }, { ...terminal, "9F02": "000000010001" }, key01).ok).toBe(
        false,
      );
      if (chain.card.kind === "rsa") {
        const other = dynamicSignature(chain.card, "0102030405060708", tail, "", "95");
        expect(verifyFastSignature({ "9F4B": other, "9F69": related }, terminal, key01).ok).toBe(true);
      }
    },
  );
});

/**
 * What lies in an application's files. A card has several sets of records, and GET PROCESSING OPTIONS says which one counts: by contacts or
 * in one tap, from the account or from the purse, with RSA or with SM2. Each set has a file of its own: signed records, then the rest.
 */
import { authorityKey, cardSecret, issuerKey, issuerMasters, SM_AUTHORITY } from "../authority.ts";
import { type KeySet, cardKeys } from "./card-keys.ts";
import type { Cipher } from "./ciphers.ts";
import { byte, decimal, type Hex, size, textHex } from "./hex.ts";
import type { ApplicationProfile, ChipProfile, CvmName } from "./profile.ts";
import {
  cardCertificate,
  type Certificate,
  issuerCertificate,
  type SecretKey,
  SIGNING_TAGS,
  PIN_TAGS,
  staticSignature,
} from "./signatures.ts";
import { objects, tlv } from "./tlv.ts";

/** account, purse: by contacts · quick: in one tap. */
export type Use = "account" | "purse" | "quick";

/** One way through an application. */
export interface Path {
  use: Use;
  cipher: Cipher;
  aip: Hex;
  afl: Hex;
  sfi: number;
  /** Templates 70, in order. */
  records: Hex[];
  cdol1: Hex;
  cdol2: Hex;
}

export const LOG_FILE = 11;
export const LOAD_LOG_FILE = 12;
export const LOG_ENTRIES = 10;
export const LOG_FORMAT = "9A039F21039F02069F03069F1A025F2A029F4E149C019F3602";
export const LOAD_FORMAT = "9F79069A039F21039F02069F1A025F2A029F4E149F3602";
const RMB = "0156";
const CDOL = "9F02069F03069F1A0295055F2A029A039C019F37049F21039F4E14";
const QUICK_PDOL = "9F66049F02069F03069F1A0295055F2A029A039C019F37049F21039F4E14";
export const DDOL = "9F3704";
const STATIC_CODE = "DAC1";
const FILES: Record<Use, Record<Cipher, number>> = {
  account: { "3des": 1, sm4: 2 },
  purse: { "3des": 3, sm4: 4 },
  quick: { "3des": 5, sm4: 6 },
};

const AIP = { sda: 0x40, dda: 0x20, cvm: 0x10, risk: 0x08, issuer: 0x04, cda: 0x01 } as const;
const METHODS: Record<CvmName, number> = {
  "plain-pin": 0x01,
  "online-pin": 0x02,
  "enciphered-pin": 0x04,
  signature: 0x1e,
  none: 0x1f,
  document: 0x20,
};
const NEXT_ON_FAILURE = 0x40;
const IF_SUPPORTED = "03";
const ALWAYS = "00";

/** An application of a card, issued: its records are made when they are first asked for. */
export class Issued {
  readonly #paths = new Map<string, Path>();

  constructor(
    readonly card: ChipProfile,
    readonly profile: ApplicationProfile,
  ) {}

  path(use: Use, cipher: Cipher): Path {
    const name = `${use} ${cipher}`;
    const known = this.#paths.get(name);
    if (known !== undefined) return known;
    const path = issuePath(this, use, cipher);
    this.#paths.set(name, path);
    return path;
  }

  /** The path whose records lie in this file; undefined: the application has no such file. */
  pathOf(sfi: number): Path | undefined {
    for (const use of this.uses) {
      for (const cipher of this.ciphers) if (FILES[use][cipher] === sfi) return this.path(use, cipher);
    }
    return undefined;
  }

  get uses(): Use[] {
    const { purse, quick } = this.profile;
    return [
      "account",
      ...(purse === undefined ? [] : (["purse"] as const)),
      ...(quick === undefined ? [] : (["quick"] as const)),
    ];
  }

  get ciphers(): Cipher[] {
    return this.profile.sm === true ? ["3des", "sm4"] : ["3des"];
  }

  keys(cipher: Cipher): KeySet {
    const { pan, sequence } = this.card;
    return cardKeys(cipher, issuerMasters(pan, cipher), pan, sequence);
  }

  /** What signs for the card. */
  secret(cipher: Cipher): SecretKey {
    return cardSecret(this.card.pan, cipher === "sm4" ? "sm2" : "rsa");
  }

  pdol(face: "contact" | "field"): Hex | undefined {
    const sm = this.profile.sm === true ? "DF6901" : "";
    if (face === "field") return this.profile.quick === undefined ? undefined : QUICK_PDOL + sm;
    const dol = (this.profile.purse === undefined ? "" : "9F7A019F02065F2A02") + sm;
    return dol === "" ? undefined : dol;
  }

  get track2(): Hex {
    const { pan, expiry, stripe } = this.card;
    const digits = `${pan}D${expiry}${stripe ?? "220"}0000012300`;
    return digits.length % 2 === 0 ? digits : `${digits}F`;
  }
}

function aipOf(profile: ApplicationProfile, use: Use): Hex {
  const level = ["none", "sda", "dda", "cda"].indexOf(profile.authentication);
  if (use === "quick") return `${byte(level >= 2 ? AIP.sda | AIP.dda : level >= 1 ? AIP.sda : 0)}00`;
  const authentication = (level >= 1 ? AIP.sda : 0) | (level >= 2 ? AIP.dda : 0) | (level >= 3 ? AIP.cda : 0);
  const byCommand = profile.issuerBy === "cdol2" ? 0 : AIP.issuer;
  return `${byte(authentication | AIP.cvm | AIP.risk | byCommand)}00`;
}

/** The purse asks nobody for a PIN. */
function cvmList({ cvm: account }: ApplicationProfile, use: Use): Hex {
  const cvm: readonly CvmName[] = use === "purse" ? ["none"] : account;
  const rules = cvm.map((name, i) => {
    const last = i === cvm.length - 1;
    return (
      byte(METHODS[name] | (last ? 0 : NEXT_ON_FAILURE)) +
      (name === "none" || (name === "signature" && last) ? ALWAYS : IF_SUPPORTED)
    );
  });
  return "00".repeat(8) + rules.join("");
}

const lastDay = (expiry: string): string => {
  const days = new Date(Date.UTC(2000 + Number(expiry.slice(0, 2)), Number(expiry.slice(2)), 0)).getUTCDate();
  return expiry + String(days);
};

function issuePath(issued: Issued, use: Use, cipher: Cipher): Path {
  const { card, profile } = issued;
  const aip = aipOf(profile, use);
  const cdol1 = CDOL;
  const cdol2 = `8A02${profile.issuerBy === "cdol2" ? "910A" : ""}${CDOL}`;
  const { actions } = profile;
  // Data authentication not performed or failed, the card's own kind of it included; and the exception list.
  const failures = profile.authentication === "cda" ? "DC" : "D8";
  // Where the AIP is not among the signed objects, a swapped one would go unseen.
  const identity = objects([
    ["5A", card.pan.length % 2 === 0 ? card.pan : `${card.pan}F`],
    ["5F24", lastDay(card.expiry)],
    ["5F25", "200101"],
    ["5F34", use === "quick" ? undefined : card.sequence],
    ["9F07", "FF00"],
    ["5F28", RMB],
    ["9F4A", profile.authentication === "none" ? undefined : "82"],
    ["9F51", profile.purse === undefined ? undefined : RMB],
  ]);
  const rules =
    use === "quick"
      ? ""
      : objects([
          ["8C", cdol1],
          ["8D", cdol2],
          ["8E", cvmList(profile, use)],
          ["9F08", "0030"],
          ["9F0D", actions?.default ?? `${failures}4000A800`],
          ["9F0E", actions?.denial ?? "0010000000"],
          ["9F0F", actions?.online ?? `${failures}4004F800`],
        ]);
  const signed = [identity + rules];
  const doubled = profile.faults?.includes("doubled-object") === true ? tlv("5F24", lastDay(card.expiry)) : "";
  const holder = use === "quick" ? "" : tlv("57", issued.track2) + tlv("5F20", textHex(card.holder)) + doubled;
  const proofs = certificates(issued, cipher, signed.join("") + (profile.authentication === "none" ? "" : aip), use);
  // The card takes the money when its last record is read, so that one is short.
  const purse =
    use === "purse"
      ? [tlv("9F74", textHex("ECC001"))]
      : use === "quick" && profile.purse !== undefined
        ? [tlv("9F74", textHex("ECC001"))]
        : [];
  const rest = [...(holder === "" ? [] : [holder]), ...proofs, ...purse];
  const sfi = FILES[use][cipher];
  const records = [...signed, ...rest].map((content) => tlv("70", content));
  const tail = records.length > 1 ? `${byte(sfi << 3)}02${byte(records.length)}00` : "";
  return { use, cipher, aip, afl: `${byte(sfi << 3)}010101${tail}`, sfi, records, cdol1, cdol2 };
}

/** Contents of the records that prove the card: one a certificate, so that each fits. */
function certificates(issued: Issued, cipher: Cipher, signed: Hex, use: Use): Hex[] {
  const { card, profile } = issued;
  const { pan } = card;
  if (profile.authentication === "none") return [];
  const index = cipher === "sm4" ? SM_AUTHORITY : (profile.authority ?? "80");
  const issuer = issuerKey(pan, index);
  const found: Hex[] = [];
  const [certificate, ...more] = issuerCertificate(authorityKey(index), issuer, pan.slice(0, 8), {
    expiry: "1249",
    serial: "000001",
  });
  found.push(objects([certificate!]), objects([["8F", index], ...more, ...(use === "quick" ? [] : dynamicList(profile))]));
  if (profile.authentication === "sda") return [...found, tlv("93", staticSignature(issuer, signed, STATIC_CODE))];
  const facts = { expiry: card.expiry.slice(2) + card.expiry.slice(0, 2), serial: "000002" };
  const own = cardCertificate(issuer, issued.secret(cipher), pan, { ...facts, tags: SIGNING_TAGS, signed });
  found.push(objects(profile.faults?.includes("wrong-certificate") === true ? spoiled(own) : own));
  if (use !== "quick") found.push(tlv("93", staticSignature(issuer, signed, STATIC_CODE)));
  if (use !== "quick" && cipher === "3des" && profile.cvm.includes("enciphered-pin"))
    found.push(objects(cardCertificate(issuer, issued.secret(cipher), pan, { ...facts, tags: PIN_TAGS, signed: "" })));
  return found;
}

const dynamicList = ({ authentication }: ApplicationProfile): [Hex, Hex][] =>
  authentication === "dda" || authentication === "cda" ? [["9F49", DDOL]] : [];

function spoiled(certificate: Certificate): Certificate {
  return certificate.map(([tag, value], i) => {
    if (i > 0) return [tag, value];
    const middle = size(value) & ~1;
    return [tag, value.slice(0, middle) + (value[middle] === "0" ? "1" : "0") + value.slice(middle + 1)];
  });
}

/** The purse's own objects, as PUT DATA may change them. */
export function purseData({ purse }: ApplicationProfile): Record<Hex, Hex> {
  if (purse === undefined) return {};
  return {
    "9F79": decimal(purse.balanceFen, 6),
    "9F77": decimal(purse.limitFen, 6),
    "9F78": decimal(purse.singleFen, 6),
    "9F6D": decimal(purse.thresholdFen, 6),
  };
}

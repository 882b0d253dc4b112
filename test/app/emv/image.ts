/** A card as its issuer made it, and the pieces of a script it plays: what a test does not change is a good card. */
import {
  byte,
  bytesOf,
  cardCertificate,
  type CertificateOptions,
  dynamicSignature,
  hash,
  issuerCertificate,
  rsaKey,
  type Secret,
  size,
  smKey,
  staticSignature,
} from "./authority.ts";
import { type Exchange, objects, text, tlv } from "./card.ts";

export const AID = "A000000333010101";
export const PAN = "6229991234567890";
export const RID = "A000000333";
const OK = "9000";

export interface ImageOptions {
  oda?: "none" | "sda" | "dda" | "cda";
  keys?: { ca: Secret; issuer: Secret; card: Secret };
  /** 82; default what the authentication needs, with CVM, risk and EXTERNAL AUTHENTICATE. */
  aip?: string;
  /** Objects of the first two records; "" takes one away. */
  data?: Record<string, string>;
  /** Objects of FCI's A5. */
  fci?: Record<string, string>;
  issuer?: CertificateOptions;
  card?: CertificateOptions;
  /** Instead of 9F4A = 82. */
  tagList?: string;
}

const RSA_KEYS = () => ({ ca: rsaKey("ca1408"), issuer: rsaKey("issuer1152"), card: rsaKey("card1024") });
export const SM_KEYS = () => ({ ca: smKey("CA"), issuer: smKey("15"), card: smKey("CA4D") });

export const PDOL = "9F7A019F02065F2A02DF6901";
export const CDOL1 = "9F02069F03069F1A0295055F2A029A039C019F3704";
export const CDOL2 = "8A029F02069F03069F1A0295055F2A029A039C019F3704";

export interface Image {
  fci: string;
  aip: string;
  afl: string;
  records: { command: string; bytes: string }[];
  staticData: string;
  keys: { ca: Secret; issuer: Secret; card: Secret };
  /** As a terminal is told it. */
  caKey: { rid: string; index: string; modulus?: string; exponent?: string; point?: string };
  data: Record<string, string>;
}

export function makeImage(options: ImageOptions = {}): Image {
  const oda = options.oda ?? "none";
  const keys = options.keys ?? RSA_KEYS();
  const aip = options.aip ?? { none: "1C00", sda: "5C00", dda: "3C00", cda: "1D00" }[oda];
  const standard: Record<string, string> = {
    "57": `${PAN}D30122010000000000F`.padEnd(38, "F"),
    "5F20": text("TEST/CARD"),
    "5A": PAN,
    "5F24": "301231",
    "5F25": "200101",
    "5F28": "0156",
    "5F34": "01",
    "8C": CDOL1,
    "8D": CDOL2,
    "8E": "00000000000000001F00",
    "9F07": "FF00",
    "9F08": "0030",
    "9F42": "0156",
    "9F0D": "0000000000",
    "9F0E": "0000000000",
    "9F0F": "0000000000",
  };
  const data: Record<string, string> = { ...standard, "9F4A": options.tagList ?? "82", ...options.data };
  for (const [tag, value] of Object.entries(data)) if (value === "") delete data[tag];
  const [first, second] = [pick(data, ["57", "5F20"]), pick(data, ["57", "5F20"], true)];
  const signed = objects(second);
  const staticData = signed + (options.tagList === undefined ? aip : "");
  const chain = oda === "none" ? {} : chainOf(oda, keys, staticData, options);
  const split = splitChain(chain);
  const records = [
    { command: "00B2010C00", bytes: tlv("70", first) },
    { command: "00B2011400", bytes: tlv("70", second) },
    ...split.map((part, i) => ({ command: `00B2${byte(i + 2)}1400`, bytes: tlv("70", part) })),
  ];
  const { ca } = keys;
  return {
    fci: tlv("6F", { "84": AID, A5: objects({ "50": text("UNIONPAY"), "87": "01", "9F38": PDOL, ...options.fci }) }),
    aip,
    afl: `08010100 1001${byte(split.length + 1)}01`.replace(" ", ""),
    records,
    staticData: signed,
    keys,
    caKey: { rid: RID, index: "08", ...(ca.kind === "rsa" ? { modulus: ca.n, exponent: ca.e } : { point: ca.point }) },
    data: { ...data, ...chain, "82": aip },
  };
}

function pick(data: Record<string, string>, tags: readonly string[], others = false): Record<string, string> {
  return Object.fromEntries(Object.entries(data).filter(([tag]) => tags.includes(tag) !== others));
}

function chainOf(
  oda: "sda" | "dda" | "cda",
  keys: Image["keys"],
  staticData: string,
  options: ImageOptions,
): Record<string, string> {
  const issuer = { "8F": "08", ...issuerCertificate(keys.ca, keys.issuer, PAN.slice(0, 6), options.issuer) };
  if (oda === "sda") return { ...issuer, "93": staticSignature(keys.issuer, staticData) };
  return { ...issuer, ...cardCertificate(keys.issuer, keys.card, PAN, staticData, options.card), "9F49": "9F3704" };
}

/** Into records of less than 250 bytes. */
function splitChain(chain: Record<string, string>): Record<string, string>[] {
  const parts: Record<string, string>[] = [];
  let room = 0;
  for (const [tag, value] of Object.entries(chain)) {
    const needed = size(tlv(tag, value));
    if (needed > room) {
      parts.push({});
      room = 245;
    }
    room -= needed;
    (parts.at(-1) as Record<string, string>)[tag] = value;
  }
  return parts;
}

export const NO_PSE: Exchange = { command: "00A404000E315041592E5359532E444446303100", answer: "6A82" };

/** No directory; the list finds the one AID; the final SELECT. */
export function selection(image: Image): Exchange[] {
  const select = { command: `00A4040008${AID}00`, answer: image.fci + OK };
  return [NO_PSE, select, select];
}

export function initiation(image: Image, format: "77" | "80" = "77"): Exchange {
  const answer = format === "80" ? tlv("80", image.aip + image.afl) : tlv("77", { "82": image.aip, "94": image.afl });
  return { command: "80A80000", answer: answer + OK };
}

export function reading(image: Image): Exchange[] {
  return image.records.map(({ command, bytes }) => ({ command, answer: bytes + OK }));
}

export const start = (image: Image): Exchange[] => [...selection(image), initiation(image), ...reading(image)];

/** Listens to what GET PROCESSING OPTIONS was sent: CDA signs over it. */
export function watchPdol(script: Exchange[]): { data: string } {
  const heard = { data: "" };
  const at = script.findIndex(({ command }) => command.startsWith("80A8"));
  const { command, answer } = script[at] as Exchange;
  script[at] = {
    command,
    answer: (sent) => {
      heard.data = sent.slice(14, -2);
      return answer as string;
    },
  };
  return heard;
}

const ATC = "0012";
export const IAD = "07010103A0B0C0010A0100000012345678ABCDEF";
const CIDS = { AAC: "00", TC: "40", ARQC: "80" } as const;
export const CRYPTOGRAM = "1122334455667788";

export interface AcOptions {
  /** The reference control expected, P1. */
  p1?: string;
  cid?: string;
  format?: "77" | "80";
}

/** A plain GENERATE AC. */
export function ac(kind: keyof typeof CIDS, { p1 = "..", cid = CIDS[kind], format = "77" }: AcOptions = {}): Exchange {
  const plain = tlv("80", cid + ATC + CRYPTOGRAM + IAD);
  const answer = format === "80" ? plain : tlv("77", { "9F27": cid, "9F36": ATC, "9F26": CRYPTOGRAM, "9F10": IAD });
  return { command: `80AE${p1}00`, answer: answer + OK };
}

/** GENERATE AC signed (CDA). `sent`: data of the commands before that belong to the hash; `change` spoils what is answered. */
export function signedAc(
  image: Image,
  kind: "TC" | "ARQC",
  sent: () => string,
  change: (answer: string) => string = (answer) => answer,
): Exchange {
  const cid = CIDS[kind];
  return {
    command: `80AE${kind === "TC" ? "50" : "90"}00`,
    answer: (command) => {
      const cdol = command.slice(10, -2);
      const plain = objects({ "9F27": cid, "9F36": ATC, "9F10": IAD });
      const { kind: algorithm } = image.keys.card;
      const inside = `${cid}${CRYPTOGRAM}${hash(algorithm, sent() + cdol + plain)}`;
      const signature = dynamicSignature(image.keys.card, "0102030405060708", UN, inside);
      return change(tlv("77", objects({ "9F27": cid, "9F36": ATC }) + tlv("9F4B", signature) + tlv("9F10", IAD))) + OK;
    },
  };
}

export function internalAuthenticate(image: Image, format: "77" | "80" = "77"): Exchange {
  return {
    command: `0088000004${UN}00`,
    answer: (command) => {
      const signature = dynamicSignature(image.keys.card, "A1A2A3A4A5A6A7A8", command.slice(10, -2));
      return (format === "80" ? tlv("80", signature) : tlv("77", { "9F4B": signature })) + OK;
    },
  };
}

export const UN = "DEADBEEF";

/** A terminal that knows the card's authority and goes online for what its TAC says. */
export function terminalFor(image: Image, more: Record<string, unknown> = {}) {
  return {
    applications: [
      {
        aid: AID,
        floorLimitFen: 50_000,
        tacDefault: "D84000A800",
        tacOnline: "D84004F800",
        tacDenial: "0010000000",
        ecashLimitFen: 100_000,
      },
    ],
    caKeys: [image.caKey],
    date: "261122",
    time: "101500",
    serial: "TL000001",
    unpredictableNumber: UN,
    ...more,
  };
}

export { bytesOf };

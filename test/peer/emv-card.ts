/**
 * A card written from the rules of the chip (§6) and sharing no code with tools/cards or app/emv: its own TLV, certificates and PIN. Its issuer's cryptograms are its own too: to a
 * terminal they are eight bytes. APDUs in, data ‖ SW out; what it does not know it answers 6D00.
 */
import { createHash } from "node:crypto";
import keys from "./emv-card-keys.json" with { type: "json" };

export type Proof = "sda" | "dda" | "cda";
interface Key {
  n: string;
  e: string;
  d: string;
}

export const AID = "A0000003330101FF";
export const PAN = "6229981234567894";
export const PIN = "1234";
const RID_INDEX = "E1";
const OK = "9000";

const byte = (value: number): string => value.toString(16).padStart(2, "0").toUpperCase();
const size = (hex: string): number => hex.length / 2;
const tlv = (tag: string, value: string): string =>
  tag + (size(value) < 0x80 ? byte(size(value)) : `81${byte(size(value))}`) + value;
const text = (words: string): string => Buffer.from(words, "latin1").toString("hex").toUpperCase();
const hash = (name: "sha1" | "sha256", hex: string): string =>
  createHash(name).update(Buffer.from(hex, "hex")).digest("hex").toUpperCase();

function power(base: string, exponent: string, modulus: string): string {
  const n = BigInt(`0x${modulus}`);
  let [b, e, result] = [BigInt(`0x${base}`) % n, BigInt(`0x${exponent}`), 1n];
  for (; e > 0n; e >>= 1n) {
    if ((e & 1n) === 1n) result = (result * b) % n;
    b = (b * b) % n;
  }
  return result.toString(16).toUpperCase().padStart(modulus.length, "0");
}

/** 6A ‖ body ‖ SHA-1 over body and tail ‖ BC. */
const sign = ({ n, d }: Key, body: string, tail: string): string => power(`6A${body}${hash("sha1", body + tail)}BC`, d, n);

/** A certificate of `subject` under `signer`, and what of the key did not fit. */
function certify(signer: Key, head: string, subject: Key, tail: string): { certificate: string; remainder: string } {
  const room = signer.n.length - 44 - head.length;
  const [fits, remainder] = [subject.n.slice(0, room).padEnd(room, "B"), subject.n.slice(room)];
  return { certificate: sign(signer, head + fits, remainder + subject.e + tail), remainder };
}

const rules = (proof: Proof): string =>
  [
    tlv("5A", PAN),
    tlv("5F24", "301231"),
    tlv("5F25", "200101"),
    tlv("5F34", "01"),
    tlv("8C", "9F02069F03069F1A0295055F2A029A039C019F3704"),
    tlv("8D", "910A8A0295059F3704"),
    // Enciphered PIN, then none.
    tlv("8E", `0000000000000000${proof === "sda" ? "" : "4403"}1F00`),
    tlv("9F07", "FF00"),
    tlv("9F08", "0030"),
    tlv("5F28", "0156"),
    tlv("9F4A", "82"),
    tlv("9F0D", "FC00000000"),
    tlv("9F0E", "0000000000"),
    tlv("9F0F", "FC0000F800"),
  ].join("");

function certificates(proof: Proof, signed: string): string[] {
  const { authority, issuer, card } = keys;
  const subject = `02${PAN.slice(0, 8)}12490000010101${byte(size(issuer.n))}${byte(size(issuer.e))}`;
  const own = certify(authority, subject, issuer, "");
  const chain = [tlv("8F", RID_INDEX) + tlv("9F32", issuer.e) + tlv("92", own.remainder), tlv("90", own.certificate)];
  const filled = "BB".repeat(size(issuer.n) - 26);
  if (proof === "sda") return [...chain, tlv("93", sign(issuer, `0301DAC1${filled}`, signed))];
  const head = `04${PAN.padEnd(20, "F")}12300000020101${byte(size(card.n))}${byte(size(card.e))}`;
  const made = certify(issuer, head, card, signed);
  return [...chain, tlv("9F47", card.e) + tlv("9F48", made.remainder) + tlv("9F49", "9F3704"), tlv("9F46", made.certificate)];
}

/** As a terminal is told it. */
export const AUTHORITY = { rid: "A000000333", index: RID_INDEX, modulus: keys.authority.n, exponent: keys.authority.e };
export const AIP: Readonly<Record<Proof, string>> = { sda: "5C00", dda: "3C00", cda: "1D00" };

export class PeerCard {
  readonly commands: string[] = [];
  /** What the issuer's answer has to be, once there is a cryptogram. */
  arpc = "";
  pinTries = 3;
  readonly #records: string[];
  #challenge = "";
  #cryptograms = 0;
  #sent = "";
  #issuerRight = false;

  /** `template`: of answers that may come either way. */
  constructor(
    private readonly proof: Proof,
    private readonly template: "77" | "80",
  ) {
    const [aip, signed] = [AIP[proof], rules(proof)];
    const track = tlv("57", `${PAN}D3012201000000000F`) + tlv("5F20", text("PEER/CARD"));
    this.#records = [signed, track, ...certificates(proof, signed + aip)].map((content) => tlv("70", content));
  }

  readonly transmit = (command: Uint8Array): Uint8Array => {
    const hex = Buffer.from(command).toString("hex").toUpperCase();
    this.commands.push(hex);
    const length = Number.parseInt(hex.slice(8, 10), 16);
    return new Uint8Array(Buffer.from(this.#answer(hex.slice(0, 8), hex.slice(10, 10 + length * 2)), "hex"));
  };

  #answer(header: string, data: string): string {
    switch (header.slice(0, 4)) {
      case "00A4":
        return this.#select(data);
      case "80A8":
        this.#sent = data.slice(4);
        return this.#either([
          ["82", AIP[this.proof]],
          ["94", `080101010802${byte(this.#records.length)}00`],
        ]);
      case "00B2":
        return this.#record(header);
      case "80CA":
        return header === "80CA9F17" ? tlv("9F17", byte(this.pinTries)) + OK : "6A88";
      case "0084":
        this.#challenge = hash("sha256", byte(this.commands.length)).slice(0, 16);
        return this.#challenge + OK;
      case "0020":
        return this.#verify(header, data);
      case "0088":
        return this.#either([["9F4B", this.#dynamic("", data)]]);
      case "0082":
        this.#issuerRight = data === this.arpc;
        return this.#issuerRight ? OK : "6300";
      case "80AE":
        return this.#cryptogram(Number.parseInt(header.slice(4, 6), 16), data);
      default:
        return "6D00";
    }
  }

  #either(objects: [string, string][]): string {
    const [tagged, bare] = [objects.map(([tag, value]) => tlv(tag, value)).join(""), objects.map(([, value]) => value).join("")];
    return (this.template === "77" ? tlv("77", tagged) : tlv("80", bare)) + OK;
  }

  #select(name: string): string {
    if (name === text("1PAY.SYS.DDF01")) return tlv("6F", tlv("84", name) + tlv("A5", tlv("88", "01"))) + OK;
    if (name !== AID) return "6A82";
    return tlv("6F", tlv("84", AID) + tlv("A5", tlv("50", text("PEER")) + tlv("87", "01") + tlv("9F38", "9F02069F3704"))) + OK;
  }

  #record(header: string): string {
    const [number, file] = [Number.parseInt(header.slice(4, 6), 16), header.slice(6, 8)];
    // Before an application is started, file 1 is the directory.
    if (this.#sent === "" && file === "0C")
      return number === 1 ? tlv("70", tlv("61", tlv("4F", AID) + tlv("50", text("PEER")))) + OK : "6A83";
    const record = this.#records[number - 1];
    return record === undefined ? "6A83" : record + OK;
  }

  #verify(header: string, data: string): string {
    const { n, d } = keys.card;
    const plain = power(data, d, n);
    if (header !== "00200088" || !plain.startsWith("7F") || plain.slice(18, 34) !== this.#challenge) return "6984";
    if (plain.slice(2, 18) === `24${PIN}FFFFFFFFFF`) return OK;
    this.pinTries--;
    return `63C${this.pinTries}`;
  }

  #dynamic(data: string, tail: string): string {
    const { card } = keys;
    const inside = `08${"0102030405060708"}${data}`;
    return sign(card, `0501${byte(size(inside))}${inside}`.padEnd(card.n.length - 44, "B"), tail);
  }

  #cryptogram(reference: number, data: string): string {
    this.#sent += data;
    const first = this.#cryptograms++ === 0;
    const asked = reference & 0xc0;
    const granted = first || this.#issuerRight ? asked : 0x00;
    const ac = hash("sha256", `${this.#sent}${byte(granted)}`).slice(0, 16);
    this.arpc = `${hash("sha256", ac).slice(0, 16)}3030`;
    const plain: [string, string][] = [
      ["9F27", byte(granted)],
      ["9F36", "0001"],
    ];
    const iad: [string, string] = ["9F10", "07010103A0000001"];
    if ((reference & 0x10) === 0 || granted === 0x00) return this.#either([...plain, ["9F26", ac], iad]);
    const said = [...plain, iad].map(([tag, value]) => tlv(tag, value)).join("");
    const signature = this.#dynamic(byte(granted) + ac + hash("sha1", this.#sent + said), data.slice(-8));
    return tlv("77", said + tlv("9F4B", signature)) + OK;
  }
}

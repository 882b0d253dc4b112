/**
 * A terminal written from the rules of the chip (§5, §6, §10) and sharing no code with app/emv or tools/cards: its own TLV, its own RSA, its own issuer. It pays online with
 * RSA and 3DES, proves the card by SDA, DDA or CDA, and throws Error with words at the first thing that is not as it should be.
 */
import { createCipheriv, createHash, randomBytes } from "node:crypto";

/** A whole command in hex → data ‖ SW in hex; 61xx and 6Cxx are the caller's. */
export type Send = (command: string) => Promise<string>;

export interface PeerTerminal {
  /** Index → modulus and exponent, hex. */
  authorities: Readonly<Record<string, { n: string; e: string }>>;
  /** Master key of the issuer for cryptograms, 32 hex digits. */
  master: string;
  amountFen: number;
}

export interface Paid {
  pan: string;
  aid: string;
  /** How the card was proven. */
  proof: "sda" | "dda" | "cda";
  /** First and second cryptogram, checked as its issuer does. */
  cryptograms: readonly [request: string, certificate: string];
  atc: number;
}

type Objects = Map<string, string>;
const CONSTRUCTED = 0x20;

/** All objects, whatever template they are in; the first of a name counts. Pairs keep their order for whoever signs over them. */
function walk(hex: string, all: [string, string][] = []): [string, string][] {
  for (let at = 0; at < hex.length; ) {
    const start = at;
    const byte = (): number => Number.parseInt(hex.slice(at, (at += 2)), 16);
    const first = byte();
    if (first === 0) continue;
    if ((first & 0x1f) === 0x1f) while ((byte() & 0x80) !== 0);
    const tag = hex.slice(start, at);
    let length = byte();
    if (length > 0x80) {
      const digits = (length - 0x80) * 2;
      length = Number.parseInt(hex.slice(at, at + digits), 16);
      at += digits;
    }
    const value = hex.slice(at, at + length * 2);
    if (value.length !== length * 2) throw new Error(`${tag} is torn`);
    at += length * 2;
    all.push([tag, value]);
    if ((first & CONSTRUCTED) !== 0) walk(value, all);
  }
  return all;
}

function objectsOf(hex: string): Objects {
  const found: Objects = new Map();
  for (const [tag, value] of walk(hex)) if (!found.has(tag)) found.set(tag, value);
  return found;
}

function need(objects: Objects, tag: string): string {
  const value = objects.get(tag);
  if (value === undefined) throw new Error(`the card has no ${tag}`);
  return value;
}

const sha1 = (hex: string): string => createHash("sha1").update(Buffer.from(hex, "hex")).digest("hex").toUpperCase();

function recovered(signed: string, { n, e }: { n: string; e: string }): string {
  if (signed.length !== n.length) throw new Error(`${signed.length / 2} bytes under a key of ${n.length / 2}`);
  const modulus = BigInt(`0x${n}`);
  let [base, exponent, result] = [BigInt(`0x${signed}`), BigInt(`0x${e}`), 1n];
  for (; exponent > 0n; exponent >>= 1n) {
    if ((exponent & 1n) === 1n) result = (result * base) % modulus;
    base = (base * base) % modulus;
  }
  const plain = result.toString(16).toUpperCase().padStart(n.length, "0");
  if (!plain.startsWith("6A") || !plain.endsWith("BC")) throw new Error("a signature opens to nonsense");
  return plain;
}

/** What was signed, when the hash over it and what stands behind is right. */
function opened(signed: string, key: { n: string; e: string }, format: string, tail: string): string {
  const plain = recovered(signed, key);
  const body = plain.slice(2, -42);
  if (!body.startsWith(format)) throw new Error(`format ${body.slice(0, 2)} where ${format} was due`);
  if (sha1(body + tail) !== plain.slice(-42, -2)) throw new Error(`the hash of a signature of format ${format} is wrong`);
  return body;
}

/** The key in a certificate: `head` hex digits before it, and a remainder in an object of its own where it does not fit. */
function keyOf(body: string, head: number, lengthAt: number, remainder: string, e: string): { n: string; e: string } {
  const digits = Number.parseInt(body.slice(lengthAt, lengthAt + 2), 16) * 2;
  const left = body.slice(head, head + Math.min(digits, body.length - head));
  return { n: (left + remainder).slice(0, digits), e };
}

const des = (key: string, data: string): string => {
  const machine = createCipheriv("des-ede3-ecb", Buffer.from(key + key.slice(0, 16), "hex"), null).setAutoPadding(false);
  return Buffer.concat([machine.update(Buffer.from(data, "hex")), machine.final()])
    .toString("hex")
    .toUpperCase();
};
const xor = (a: string, b: string): string =>
  Array.from(
    { length: a.length / 2 },
    (_, i) => Number.parseInt(a.slice(i * 2, i * 2 + 2), 16) ^ Number.parseInt(b.slice(i * 2, i * 2 + 2), 16),
  )
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("")
    .toUpperCase();
const inverse = (hex: string): string => xor(hex, "F".repeat(hex.length));

/** The issuer's side (§10): the card's key, and the key of this one transaction. */
function sessionKey(master: string, pan: string, sequence: string, atc: string): string {
  const digits = (pan + sequence).slice(-16);
  const own = des(master, digits) + des(master, inverse(digits));
  return des(own, `000000000000${atc}`) + des(own, `000000000000${inverse(atc)}`);
}

/** ISO 9797-1, algorithm 3, padding 2. */
function mac(key: string, data: string): string {
  const single = key.slice(0, 16).repeat(2);
  const padded = `${data}80`.padEnd(Math.ceil((data.length + 2) / 16) * 16, "0");
  let value = "0".repeat(16);
  for (let at = 0; at < padded.length - 16; at += 16) value = des(single, xor(value, padded.slice(at, at + 16)));
  return des(key, xor(value, padded.slice(-16)));
}

const byte = (value: number): string => value.toString(16).padStart(2, "0").toUpperCase();
const COVERED = ["9F02", "9F03", "9F1A", "95", "5F2A", "9A", "9C", "9F37"];
const [REQUEST, CERTIFICATE] = [0x80, 0x40];
const COMBINED = 0x10;

interface Cryptogram {
  cid: number;
  atc: string;
  ac: string;
  iad: string;
}

export async function payWith(send: Send, terminal: PeerTerminal): Promise<Paid> {
  const payment = new Payment(send, terminal);
  await payment.select();
  await payment.start();
  await payment.read();
  await payment.prove();
  return payment.pay();
}

class Payment {
  readonly #own: Objects;
  readonly #card: Objects = new Map();
  #aid = "";
  #aip = "";
  #afl = "";
  #signed = "";
  #sent = "";
  #proof: Paid["proof"] = "sda";
  #key: { n: string; e: string } | undefined;

  constructor(
    private readonly send: Send,
    private readonly terminal: PeerTerminal,
  ) {
    this.#own = new Map([
      ["9F02", String(terminal.amountFen).padStart(12, "0")],
      ["9F03", "0".repeat(12)],
      ["9F1A", "0156"],
      ["5F2A", "0156"],
      ["9A", "261122"],
      ["9F21", "101112"],
      ["9C", "00"],
      ["9F37", randomBytes(4).toString("hex").toUpperCase()],
      ["95", "0000000000"],
      ["8A", "3030"],
      ["9F4E", "00".repeat(20)],
    ]);
  }

  async select(): Promise<void> {
    const name = Buffer.from("1PAY.SYS.DDF01").toString("hex").toUpperCase();
    const directory = objectsOf(await this.#ask("00A40400", name));
    const file = byte((Number.parseInt(need(directory, "88"), 16) << 3) | 4);
    this.#aid = need(objectsOf(await this.#ok(`00B201${file}00`)), "4F");
    const fci = objectsOf(await this.#ask("00A40400", this.#aid));
    this.#sent = this.#filled(fci.get("9F38") ?? "");
  }

  async start(): Promise<void> {
    const answer = await this.#ask("80A80000", `83${byte(this.#sent.length / 2)}${this.#sent}`);
    const inside = objectsOf(answer);
    this.#aip = inside.get("82") ?? answer.slice(4, 8);
    this.#afl = inside.get("94") ?? answer.slice(8);
  }

  async read(): Promise<void> {
    for (let at = 0; at < this.#afl.length; at += 8) {
      const row = [0, 2, 4, 6].map((n) => Number.parseInt(this.#afl.slice(at + n, at + n + 2), 16));
      const [sfi = 0, first = 0, last = 0, count = 0] = row;
      for (let record = first; record <= last; record++) {
        const objects = walk(await this.#ok(`00B2${byte(record)}${byte(sfi | 4)}00`));
        for (const [tag, value] of objects.slice(1)) this.#card.set(tag, value);
        if (record - first < count) this.#signed += objects[0]?.[1] ?? "";
      }
    }
    if (this.#card.get("9F4A") === "82") this.#signed += this.#aip;
  }

  get #pan(): string {
    return need(this.#card, "5A").replace(/F+$/, "");
  }

  async prove(): Promise<void> {
    const card = this.#card;
    const authority = this.terminal.authorities[need(card, "8F")];
    if (authority === undefined) throw new Error(`no authority ${need(card, "8F")}`);
    const [remainder, exponent] = [card.get("92") ?? "", need(card, "9F32")];
    const issuer = keyOf(opened(need(card, "90"), authority, "02", remainder + exponent), 28, 24, remainder, exponent);
    const methods = Number.parseInt(this.#aip.slice(0, 2), 16);
    if ((methods & 0x21) === 0) opened(need(card, "93"), issuer, "03", this.#signed);
    else await this.#proveDynamically(issuer, (methods & 1) === 1);
  }

  async #proveDynamically(issuer: { n: string; e: string }, combined: boolean): Promise<void> {
    const card = this.#card;
    const [remainder, exponent] = [card.get("9F48") ?? "", need(card, "9F47")];
    const body = opened(need(card, "9F46"), issuer, "04", remainder + exponent + this.#signed);
    if (body.slice(2, 22).replace(/F+$/, "") !== this.#pan) throw new Error("the certificate is another card's");
    this.#key = keyOf(body, 40, 36, remainder, exponent);
    this.#proof = combined ? "cda" : "dda";
    if (combined) return;
    const data = this.#filled(card.get("9F49") ?? "9F3704");
    const answer = await this.#ask("00880000", data);
    opened(objectsOf(answer).get("9F4B") ?? content(answer), this.#key, "05", data);
  }

  async pay(): Promise<Paid> {
    const request = await this.#generate(REQUEST, need(this.#card, "8C"));
    const key = sessionKey(this.terminal.master, this.#pan, this.#card.get("5F34") ?? "00", request.atc);
    this.#believe(key, request);
    const answer = `${des(key, xor(request.ac, "3030000000000000"))}3030`;
    await this.#ask("00820000", answer, "");
    this.#own.set("91", answer);
    const certificate = await this.#generate(CERTIFICATE, need(this.#card, "8D"));
    this.#believe(key, certificate);
    const cryptograms = [request.ac, certificate.ac] as const;
    return { pan: this.#pan, aid: this.#aid, proof: this.#proof, cryptograms, atc: Number.parseInt(certificate.atc, 16) };
  }

  /** As its issuer does: the cryptogram must be this card's over this transaction. */
  #believe(key: string, { atc, ac, iad }: Cryptogram): void {
    const covered = COVERED.map((tag) => this.#own.get(tag)).join("") + this.#aip + atc + iad.slice(6, 14);
    if (mac(key, covered) !== ac) throw new Error(`the cryptogram ${ac} is not this card's`);
  }

  async #generate(wanted: number, list: string): Promise<Cryptogram> {
    const data = this.#filled(list);
    this.#sent += data;
    const combined = this.#proof === "cda";
    const answer = await this.#ask(`80AE${byte(wanted | (combined ? COMBINED : 0))}00`, data);
    const found = answer.startsWith("80") ? plainCryptogram(content(answer)) : this.#cryptogramIn(answer, combined);
    if (found.cid >> 6 !== wanted >> 6) throw new Error(`the card answered ${byte(found.cid)} to a request for ${byte(wanted)}`);
    return found;
  }

  #cryptogramIn(answer: string, combined: boolean): Cryptogram {
    const found = objectsOf(answer);
    const [cid, atc, iad] = [need(found, "9F27"), need(found, "9F36"), need(found, "9F10")];
    const ac = combined ? this.#combined(answer, need(found, "9F4B"), cid) : need(found, "9F26");
    return { cid: Number.parseInt(cid, 16), atc, ac, iad };
  }

  /** The cryptogram inside the signature, which is over all that was said. */
  #combined(answer: string, signature: string, cid: string): string {
    if (this.#key === undefined) throw new Error("a combined signature without a key");
    const dynamic = opened(signature, this.#key, "05", this.#own.get("9F37") ?? "").slice(6);
    const number = Number.parseInt(dynamic.slice(0, 2), 16) * 2;
    const [, inside, ac, hash] = /^(..)(.{16})(.{40})/.exec(dynamic.slice(2 + number)) ?? [];
    const said = walk(answer).slice(1);
    const plain = said.filter(([tag]) => tag !== "9F4B").map(([tag, value]) => tag + byte(value.length / 2) + value);
    if (inside !== cid || ac === undefined || sha1(this.#sent + plain.join("")) !== hash)
      throw new Error("the combined signature is over something else");
    return ac;
  }

  /** Data for an object list of the card's: what nobody has is zeros. */
  #filled(list: string): string {
    let data = "";
    for (let at = 0; at < list.length; ) {
      const long = (Number.parseInt(list.slice(at, at + 2), 16) & 0x1f) === 0x1f;
      const tag = list.slice(at, (at += long ? 4 : 2));
      const digits = Number.parseInt(list.slice(at, (at += 2)), 16) * 2;
      data += (this.#own.get(tag) ?? "").padEnd(digits, "0").slice(0, digits);
    }
    return data;
  }

  #ask(header: string, data: string, le = "00"): Promise<string> {
    return this.#ok(header + byte(data.length / 2) + data + le);
  }

  async #ok(command: string): Promise<string> {
    const answer = await this.send(command);
    if (!answer.endsWith("9000")) throw new Error(`${command.slice(0, 8)} was answered ${answer.slice(-4)}`);
    return answer.slice(0, -4);
  }
}

/** Of a template 80. */
const content = (answer: string): string => answer.slice(answer.startsWith("8081") ? 6 : 4);

const plainCryptogram = (text: string): Cryptogram => ({
  cid: Number.parseInt(text.slice(0, 2), 16),
  atc: text.slice(2, 6),
  ac: text.slice(6, 22),
  iad: text.slice(22),
});

/**
 * A host written apart from the project: its own decoder, key derivation and MAC, straight from the message reference, on node:crypto. It judges the
 * terminal's messages; what it cannot decode completely it reports in `complaints`.
 */
import { createCipheriv, createDecipheriv } from "node:crypto";
import { createServer, type Server, type Socket } from "node:net";
import type { AddressInfo } from "node:net";

type Attr = { kind: "n" | "an" | "b" | "z"; length: number; ll?: 1 | 2; right?: boolean };
const F: Record<number, Attr> = {
  2: { kind: "n", length: 19, ll: 1 },
  3: { kind: "n", length: 6 },
  4: { kind: "n", length: 12 },
  11: { kind: "n", length: 6 },
  12: { kind: "n", length: 6 },
  13: { kind: "n", length: 4 },
  14: { kind: "n", length: 4 },
  15: { kind: "n", length: 4 },
  22: { kind: "n", length: 3 },
  23: { kind: "n", length: 3, right: true },
  25: { kind: "n", length: 2 },
  26: { kind: "n", length: 2 },
  32: { kind: "n", length: 11, ll: 1 },
  35: { kind: "z", length: 37, ll: 1 },
  36: { kind: "z", length: 104, ll: 2 },
  37: { kind: "an", length: 12 },
  38: { kind: "an", length: 6 },
  39: { kind: "an", length: 2 },
  41: { kind: "an", length: 8 },
  42: { kind: "an", length: 15 },
  44: { kind: "an", length: 25, ll: 1 },
  48: { kind: "n", length: 322, ll: 2 },
  49: { kind: "an", length: 3 },
  52: { kind: "b", length: 8 },
  53: { kind: "n", length: 16 },
  54: { kind: "an", length: 20, ll: 2 },
  55: { kind: "b", length: 255, ll: 2 },
  60: { kind: "n", length: 17, ll: 2 },
  61: { kind: "n", length: 29, ll: 2 },
  62: { kind: "b", length: 512, ll: 2 },
  63: { kind: "an", length: 163, ll: 2 },
  64: { kind: "b", length: 8 },
};

export interface Decoded {
  tpdu: string;
  header: string;
  mti: string;
  fields: Record<number, string>;
  /** MTI … DE63. */
  mab: Buffer;
}

export function decode(frame: Buffer): Decoded {
  const tpdu = frame.subarray(0, 5).toString("hex");
  const header = frame.subarray(5, 11).toString("hex");
  const mti = frame.subarray(11, 13).toString("hex");
  const bitmap = BigInt(`0x${frame.subarray(13, 21).toString("hex")}`);
  const fields: Record<number, string> = {};
  let at = 21;
  let macAt = frame.length;
  for (let de = 2; de <= 64; de++) {
    if ((bitmap & (1n << BigInt(64 - de))) === 0n) continue;
    const attr = F[de];
    if (attr === undefined) throw new Error(`no definition of field ${de}`);
    let length = attr.length;
    if (attr.ll !== undefined) {
      length = Number(frame.subarray(at, at + attr.ll).toString("hex"));
      at += attr.ll;
      if (length > attr.length) throw new Error(`field ${de} longer than allowed: ${length}`);
    }
    const bytes = attr.kind === "n" || attr.kind === "z" ? Math.ceil(length / 2) : length;
    if (at + bytes > frame.length) throw new Error(`field ${de} runs past the end`);
    if (de === 64) macAt = at;
    const raw = frame.subarray(at, at + bytes);
    at += bytes;
    if (attr.kind === "b") fields[de] = raw.toString("hex").toUpperCase();
    else if (attr.kind === "an") fields[de] = raw.toString("latin1");
    else {
      const digits = raw.toString("hex").toUpperCase();
      fields[de] = attr.right ? digits.slice(digits.length - length) : digits.slice(0, length);
      if (attr.kind === "n" && !/^\d*$/.test(fields[de] ?? "")) throw new Error(`field ${de} is not digits: ${digits}`);
    }
  }
  if (at !== frame.length) throw new Error(`${frame.length - at} bytes after the last field`);
  return { tpdu, header, mti, fields, mab: frame.subarray(11, macAt) };
}

function encode(
  mti: string,
  fields: Record<number, string>,
  tpdu: string,
  header: string,
  mac?: (mab: Buffer) => string,
): Buffer {
  const present = Object.keys(fields).map(Number);
  if (mac !== undefined) present.push(64);
  let bitmap = 0n;
  for (const de of present) bitmap |= 1n << BigInt(64 - de);
  const parts: Buffer[] = [Buffer.from(mti, "hex"), Buffer.from(bitmap.toString(16).padStart(16, "0"), "hex")];
  for (const de of present.sort((a, b) => a - b)) {
    if (de === 64) continue;
    const attr = F[de] as Attr;
    const value = fields[de] ?? "";
    const units = attr.kind === "b" ? value.length / 2 : value.length;
    if (attr.ll !== undefined) parts.push(Buffer.from(String(units).padStart(attr.ll * 2, "0"), "hex"));
    if (attr.kind === "an") parts.push(Buffer.from(value, "latin1"));
    else if (attr.kind === "b") parts.push(Buffer.from(value, "hex"));
    else {
      const padded = value.length % 2 === 0 ? value : attr.right ? `0${value}` : `${value}0`;
      parts.push(Buffer.from(padded, "hex"));
    }
  }
  const mab = Buffer.concat(parts);
  const body = mac === undefined ? mab : Buffer.concat([mab, Buffer.from(mac(mab), "latin1")]);
  const swapped = tpdu.slice(0, 2) + tpdu.slice(6, 10) + tpdu.slice(2, 6);
  return Buffer.concat([Buffer.from(swapped, "hex"), Buffer.from(header, "hex"), body]);
}

/** OpenSSL 3 refuses single DES; K|K as two-key triple DES is the same. */
const doubled = (key: Buffer): Buffer => (key.length === 8 ? Buffer.concat([key, key]) : key);
function tdes(key: Buffer, data: Buffer): Buffer {
  const cipher = createCipheriv("des-ede", doubled(key), null).setAutoPadding(false);
  return Buffer.concat([cipher.update(data), cipher.final()]);
}
function untdes(key: Buffer, data: Buffer): Buffer {
  const cipher = createDecipheriv("des-ede", doubled(key), null).setAutoPadding(false);
  return Buffer.concat([cipher.update(data), cipher.final()]);
}
const xor = (a: Buffer, b: Buffer): Buffer => Buffer.from(a.map((byte, i) => byte ^ (b[i] ?? 0)));
const kcv = (key: Buffer): Buffer => tdes(key, Buffer.alloc(8)).subarray(0, 4);

/** §4.5: fold, hex, half, xor, half, hex, first eight characters. */
export function ecbMac(key: Buffer, mab: Buffer): string {
  const padded = Buffer.concat([mab, Buffer.alloc((8 - (mab.length % 8)) % 8)]);
  let fold = Buffer.alloc(8);
  for (let at = 0; at < padded.length; at += 8) fold = Buffer.from(xor(fold, padded.subarray(at, at + 8)));
  const hex = Buffer.from(fold.toString("hex").toUpperCase(), "latin1");
  const first = tdes(key, hex.subarray(0, 8));
  return tdes(key, xor(first, hex.subarray(8, 16)))
    .toString("hex")
    .toUpperCase()
    .slice(0, 8);
}

/** A key as the sign-on answer carries it: enciphered under the TMK. */
const underTmk = (key: Buffer): Buffer => tdes(KEYS.tmk, key);

export interface Received extends Decoded {
  macOk: boolean | undefined;
  pin: string | undefined;
  track2: string | undefined;
}

type Fields = Record<number, string>;
type Say = (fields: Fields, mac: boolean, how?: Behaviour) => void;

export type Behaviour = "answer" | "silent" | "wrong-mac" | "decline-51" | "garbage" | "wrong-trace" | "oversize" | "disconnect";

const KEYS = {
  tmk: Buffer.from("0123456789ABCDEFFEDCBA9876543210", "hex"),
  pik: Buffer.from("A1B2C3D4E5F60718293A4B5C6D7E8F90", "hex"),
  mak: Buffer.from("13579BDF02468ACE", "hex"),
  tdk: Buffer.from("0F1E2D3C4B5A69788796A5B4C3D2E1F0", "hex"),
};

export class IndependentHost {
  readonly received: Received[] = [];
  readonly complaints: string[] = [];
  /** Money by terminal trace: what this host believes. */
  readonly ledger = new Map<string, { amount: string; state: "approved" | "reversed" }>();
  /** What to do with the next 0200; later ones are answered. */
  next: Behaviour[] = [];
  #server: Server;
  #sockets = new Set<Socket>();
  #reference = 100;

  constructor() {
    this.#server = createServer((socket) => this.#serve(socket));
  }

  async listen(port = 0): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(port, "127.0.0.1", resolve));
    return `tcp:127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    let buffer = Buffer.alloc(0);
    socket.on("error", () => {});
    socket.on("close", () => this.#sockets.delete(socket));
    socket.on("data", (chunk) => {
      buffer = Buffer.concat([buffer, chunk]);
      while (buffer.length >= 2 && buffer.length >= 2 + buffer.readUInt16BE(0)) {
        const length = buffer.readUInt16BE(0);
        const frame = buffer.subarray(2, 2 + length);
        buffer = buffer.subarray(2 + length);
        try {
          this.#take(socket, decode(Buffer.from(frame)));
        } catch (error) {
          this.complaints.push(String(error));
          socket.destroy();
        }
      }
    });
  }

  #take(socket: Socket, message: Decoded): void {
    const f = message.fields;
    const received: Received = { ...message, macOk: undefined, pin: undefined, track2: undefined };
    if (f[64] !== undefined) received.macOk = Buffer.from(f[64], "hex").toString("latin1") === ecbMac(KEYS.mak, message.mab);
    if (f[35] !== undefined) received.track2 = f[53]?.[2] === "1" ? this.#clearTrack(f[35]) : f[35];
    if (f[52] !== undefined && received.track2 !== undefined)
      received.pin = this.#clearPin(f[52], received.track2.split("D")[0] ?? "");
    this.received.push(received);

    const say: Say = (fields, mac, how = "answer") => {
      const mti = String(Number(message.mti) + 10).padStart(4, "0");
      const answer = encode(
        mti,
        fields,
        message.tpdu,
        message.header,
        mac ? (mab) => (how === "wrong-mac" ? "00000000" : ecbMac(KEYS.mak, mab)) : undefined,
      );
      const framed = Buffer.concat([Buffer.from([answer.length >> 8, answer.length & 255]), answer]);
      socket.write(framed);
    };
    const echo: Fields = {
      11: f[11] ?? "",
      12: "101112",
      13: "1121",
      32: "03050000",
      37: String(this.#reference++).padStart(12, "0"),
      39: "00",
      41: f[41] ?? "",
      42: f[42] ?? "",
    };

    if (message.mti === "0800") this.#signOn(f, echo, say);
    else if (message.mti === "0400") this.#reverse(f, echo, say);
    else if (message.mti === "0200") this.#sale(socket, received, echo, say);
    else say({ ...echo, 60: f[60] ?? "" }, false);
  }

  #signOn(f: Fields, echo: Fields, say: Say): void {
    const mak = Buffer.concat([underTmk(KEYS.mak), Buffer.alloc(8)]);
    const block = Buffer.concat([underTmk(KEYS.pik), kcv(KEYS.pik), mak, kcv(KEYS.mak), underTmk(KEYS.tdk), kcv(KEYS.tdk)]);
    say({ ...echo, 60: `${(f[60] ?? "").slice(0, 2)}000007${(f[60] ?? "").slice(8)}`, 62: block.toString("hex") }, false);
  }

  #reverse(f: Fields, echo: Fields, say: Say): void {
    const entry = this.ledger.get(f[11] ?? "");
    if (entry !== undefined) entry.state = "reversed";
    const code = entry === undefined ? "25" : "00";
    say({ 3: f[3] ?? "", 4: f[4] ?? "", ...echo, 39: code, 25: f[25] ?? "", 49: "156", 60: f[60] ?? "" }, true);
  }

  #sale(socket: Socket, received: Received, echo: Fields, say: Say): void {
    const f = received.fields;
    const how = this.next.shift() ?? "answer";
    const pan = (received.track2 ?? "").split("D")[0] ?? "";
    if (how !== "decline-51") this.ledger.set(f[11] ?? "", { amount: f[4] ?? "", state: "approved" });
    const answer: Fields = {
      2: pan,
      3: f[3] ?? "",
      4: f[4] ?? "",
      ...echo,
      15: "1121",
      25: f[25] ?? "",
      49: "156",
      60: f[60] ?? "",
      63: "CUP",
    };
    const approval: Fields = { ...answer, 38: "ABC123", 44: "01020000   03050000   " };
    const ways: Record<Behaviour, () => void> = {
      answer: () => say(approval, true),
      silent: () => undefined,
      disconnect: () => socket.destroy(),
      garbage: () => socket.write(Buffer.from("001CDEADBEEF0102030405060708090A0B0C0D0E0F101112131415161718", "hex")),
      oversize: () => socket.write(Buffer.concat([Buffer.from([0xff, 0xff]), Buffer.alloc(4096, 0x41)])),
      "wrong-trace": () => say({ ...approval, 11: "999998" }, true),
      "wrong-mac": () => say(approval, true, "wrong-mac"),
      "decline-51": () => say({ ...answer, 39: "51" }, true),
    };
    ways[how]();
  }

  #clearTrack(de35: string): string {
    const n = de35.length;
    // §4.6, digits counted from 1: even n → n-17…n-2, odd n → n-16…n-1.
    const start = n % 2 === 0 ? n - 18 : n - 17;
    const clear = untdes(KEYS.tdk, Buffer.from(de35.slice(start, start + 16), "hex"))
      .toString("hex")
      .toUpperCase();
    return de35.slice(0, start) + clear + de35.slice(start + 16);
  }

  #clearPin(de52: string, pan: string): string {
    const block = untdes(KEYS.pik, Buffer.from(de52, "hex"));
    const clear = xor(block, Buffer.from(`0000${pan.slice(-13, -1)}`, "hex"))
      .toString("hex")
      .toUpperCase();
    return clear.slice(2, 2 + Number(clear.slice(0, 2)));
  }
}

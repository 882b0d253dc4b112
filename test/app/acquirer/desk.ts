/** The worked example of spec §4.7, and a line whose far end a test plays. */
import type { Message, Request } from "../../../app/acquirer/host.ts";
import { packMessage, unpackMessage } from "../../../app/acquirer/codec.ts";
import { fieldTable } from "../../../app/acquirer/fields.ts";
import { unwrap, wrap } from "../../../app/acquirer/frame.ts";
import type { Profile } from "../../../app/model/profile.ts";
import type { CardData, ReversalRecord } from "../../../app/model/transaction.ts";
import { DeviceError } from "../../../hal/errors.ts";
import type { Connection, Link } from "../../../hal/link/link.ts";
import type { Cancel } from "../../../platform/guest/system.ts";
import { ecbMac, TEST_KEYS } from "./crypto-pad.ts";

export const PROFILE: Profile = {
  name: "worked example",
  merchant: { id: "123456789012345", name: "示例商户" },
  terminal: { id: "12345678" },
  host: { host: "127.0.0.1", port: 1 },
  tpdu: "6000030000",
  header: "603100320000",
  keys: { masterSlot: 1, signOnCode: "004", mac: "ecb" },
  responseTimeoutMs: 60_000,
  connectTimeoutMs: 20_000,
  reversalAttempts: 3,
  promptTimeoutMs: 60_000,
  dialect: { panOnSwipe: false, partialApproval: false, wrongPacket: "keep", unansweredReason: "98" },
  autoSignOn: true,
  receipt: { copies: 2 },
  language: "zh-CN",
  utcOffsetMinutes: 480,
  operators: [],
};

export const SWIPED: CardData = {
  entry: "swipe",
  pan: "6229990000000000019",
  expiry: "3012",
  serviceCode: "201",
  track2: "6229990000000000019=30122010000012300",
  track3: undefined,
  holder: undefined,
};

export const SALE = {
  about: "sale",
  trace: 123,
  batch: 1,
  amountFen: 1000,
  card: SWIPED,
  pinBlock: Uint8Array.from(Buffer.from("676189BB8BF1100B", "hex")),
  operator: "01",
} as const satisfies Request;

export const OWED: ReversalRecord = {
  kind: "sale",
  reason: "98",
  batch: 1,
  trace: 123,
  amountFen: 1000,
  pan: SWIPED.pan,
  expiry: "3012",
  entry: "swipe",
  entryMode: "021",
  security: "2610000000000000",
  authCode: undefined,
  operator: "01",
  date: "20261121",
  time: "090000",
  attempts: 0,
};

/** Without the two length bytes, which are the link's. */
export const SALE_FRAME =
  "60000300006031003200000200302004C020C0981100000000000000100000012302100012376229990000000000019D6D5EEE207258B7E7003132333435363738313233343536373839303132333435313536676189BB8BF1100B26100000000000000013220000010006003632374634394235";
export const REVERSAL_FRAME =
  "600003000060310032000004007020048002C080111962299900000000000190000000000000001000000123021000393831323334353637383132333435363738393031323334353135360013220000010006003339343944434538";

export const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex").toUpperCase();
export const unhex = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "hex"));

export const TABLE = fieldTable();

/** Reads a frame the terminal sent. */
export const opened = (frame: Uint8Array): Message => unpackMessage(unwrap(frame).message, TABLE);

/** Frames an answer, its MAC computed unless it is given, or "none". */
export function framed(answer: Message, options: { mac?: "none" | Uint8Array; header?: string } = {}): Uint8Array {
  const fields = new Map(answer.fields);
  fields.delete(64);
  if (options.mac !== "none") fields.set(64, options.mac ?? new Uint8Array(8));
  const bytes = packMessage({ mti: answer.mti, fields }, TABLE);
  if (options.mac === undefined) bytes.set(ecbMac(TEST_KEYS.MAK, bytes.subarray(0, bytes.length - 8)), bytes.length - 8);
  return wrap({ tpdu: "6000000003", header: options.header ?? "603100320000" }, bytes);
}

/** A usual approval of a request (§2, FR), with fields put over it; undefined takes one out. */
export function approvalOf(request: Message, over: Record<number, string | Uint8Array | undefined> = {}): Message {
  const answer: Message = { mti: String(Number(request.mti) + 10).padStart(4, "0"), fields: new Map() };
  const echoed = [3, 4, 11, 25, 41, 42, 49, 60];
  for (const field of echoed) if (request.fields.has(field)) answer.fields.set(field, request.fields.get(field) as string);
  const own: Record<number, string> = { 12: "090001", 13: "1121", 37: "000000000001", 38: "A00001", 39: "00" };
  for (const [field, value] of Object.entries({ ...own, ...over })) {
    if (value === undefined) answer.fields.delete(Number(field));
    else answer.fields.set(Number(field), value);
  }
  return answer;
}

type Reply = Uint8Array | DeviceError<string>;

/** A link in memory. `onFrame` plays the host: it may call `reply` as often as it likes, now or later. */
export class FakeLink implements Link {
  readonly kind = "ethernet";
  state: Link["state"] = "unknown";
  readonly sent: Uint8Array[] = [];
  closed = 0;
  connects = 0;
  /** What `connect` and `send` refuse with. */
  connectError: DeviceError<string> | undefined;
  sendError: (DeviceError<string> & { nothingSent?: boolean }) | undefined;
  /** Connect stays pending until cancelled. */
  neverConnects = false;
  onFrame: ((frame: Uint8Array) => void) | undefined;
  #replies: Reply[] = [];
  #waiting: ((reply: Reply) => void) | undefined;

  connect(cancel?: Cancel): Promise<Connection> {
    this.connects++;
    if (this.connectError !== undefined) return Promise.reject(this.connectError);
    if (this.neverConnects) return new Promise((_, reject) => cancel?.onCancel(reject));
    this.state = "up";
    this.#replies = [];
    this.#waiting = undefined;
    return Promise.resolve({
      send: (frame) => {
        if (this.sendError !== undefined) throw this.sendError;
        const copy = frame.slice();
        this.sent.push(copy);
        this.onFrame?.(copy);
      },
      receive: () =>
        new Promise((resolve, reject) => {
          const give = (reply: Reply): void => (reply instanceof Uint8Array ? resolve(reply) : reject(reply));
          const next = this.#replies.shift();
          if (next !== undefined) give(next);
          else this.#waiting = give;
        }),
      close: () => {
        this.closed++;
        this.#waiting = undefined;
      },
    });
  }

  reply(reply: Reply): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting === undefined) this.#replies.push(reply);
    else waiting(reply);
  }
}

export const lineDropped = (nothingSent = false): DeviceError<string> & { nothingSent?: boolean } =>
  Object.assign(new DeviceError("link", "line-dropped"), { nothingSent });

/**
 * A host written apart from the project, from the message reference alone: its own messages, keys, books and night. It judges the terminal:
 * whatever is not as the reference has it, or does not agree with its ledger, is a complaint. With a seed it has moods and misbehaves.
 */
import type { Socket } from "node:net";
import { Chance } from "./chance.ts";
import { type Decoded, decode, encode, type Fields, framed } from "./codec.ts";
import { clearPin, clearTrack, ecbMac, keyBlock, type WorkingKeys } from "./crypto.ts";
import { HARMLESS, type Misdeed, misbehave, misdeedOf, type Outgoing, UNHEARD } from "./faults.ts";
import { type CardAccount, Issuer, organisationOf } from "./issuer.ts";
import { Ledger } from "./ledger.ts";
import { FIRST_KEYS, freshKeys, LISTS, NOTHING_LISTED, PARAMETERS, statement, textOf } from "./management.ts";
import { Order } from "./order.ts";
import { batchOf, faultsOf, type Row, rowOf } from "./rules.ts";
import { Settlements } from "./settlement.ts";
import { book, type Books, reverse } from "./transactions.ts";
import { Wire } from "./wire.ts";

export interface HostOptions {
  /** With one: refusals, several kinds of approval, new keys at each sign-on, sides that are said not to balance. */
  seed?: number;
  /** Probability that an answer is spoilt. */
  trouble?: number;
  /** Undefined: every card is good. */
  accounts?: readonly CardAccount[];
  /** Batch that the first sign-on is told; default 7. */
  batch?: number;
}

export interface Received extends Decoded {
  macOk: boolean | undefined;
  pin: string | undefined;
  track2: string | undefined;
}

type Behaviour = Misdeed | "answer" | "decline-51";

/** Fields over the usual ones, and DE39. */
interface Reply {
  fields: Fields;
  mac: boolean;
}

const TPDU = "6000030000";
const HEADER = "603100310000";
const MOST_SENT_AGAIN = 12;
/** How often an answer's header asks for something (§1.3): parameters, status, sign-on. */
const ASKING = 0.03;
/** How often a bank says no without a reason. */
export const MOODY = 0.04;

export class IndependentHost {
  readonly received: Received[] = [];
  readonly complaints: string[] = [];
  readonly ledger = new Ledger();
  readonly settlements: Settlements;
  /** What becomes of the next messages that move money; later ones are answered. */
  next: Behaviour[] = [];
  /** YYYYMMDDhhmmss. */
  time = "20261121101112";
  /** Probability that an answer is spoilt. */
  trouble: number;
  readonly issuer: Issuer;
  /** A line a message: what it was, the answer's code, how the answer was spoilt. */
  readonly log: string[] = [];
  #batch: number;
  #keys: WorkingKeys = FIRST_KEYS;
  #formerKeys: WorkingKeys[] = [];
  #reference = 100;
  readonly #order = new Order();
  readonly #repeats = new Map<string, number>();
  readonly #seeded: boolean;
  readonly #chance: Chance;
  readonly #books: Books;
  readonly #wire: Wire;

  constructor({ seed, trouble = 0, accounts, batch = 7 }: HostOptions = {}) {
    this.#seeded = seed !== undefined;
    this.#chance = new Chance(seed ?? 0);
    this.trouble = trouble;
    this.#batch = batch;
    const complain = (words: string): void => void this.complaints.push(words);
    const { ledger } = this;
    const chance = this.#chance;
    this.settlements = new Settlements({ ledger, chance, complain, contrary: this.#seeded ? 0.3 : 0 });
    this.issuer = new Issuer(accounts, chance, this.#seeded ? MOODY : 0);
    this.#books = {
      ledger,
      chance,
      issuer: this.issuer,
      plain: !this.#seeded,
      today: () => this.time.slice(2, 8),
      complain,
    };
    this.#wire = new Wire((socket, body) => this.#take(socket, decode(body)), complain);
  }

  /** The batch that is open here, six digits. */
  get batch(): string {
    return String(this.#batch).padStart(6, "0");
  }

  listen(port = 0): Promise<string> {
    return this.#wire.listen(port);
  }

  close(): Promise<void> {
    return this.#wire.close();
  }

  // What came.

  #take(socket: Socket, message: Decoded): void {
    const { fields, mti } = message;
    const row = rowOf(mti, fields);
    const name = `${row?.name ?? mti} ${batchOf(fields)}/${fields[11] ?? "-"}`;
    const received = this.#read(message);
    this.received.push(received);
    if (message.tpdu !== TPDU) this.#complain(name, `TPDU is ${message.tpdu}`);
    if (message.header !== HEADER) this.#complain(name, `header is ${message.header}`);
    if (row === undefined) {
      this.#complain(name, `there is no such message: ${JSON.stringify(fields)}`);
      this.#send(socket, message, { fields: { 39: "30" }, mac: false }, "answer");
      return;
    }
    for (const fault of faultsOf(row, fields)) this.#complain(name, fault);
    if (received.macOk === false) this.#badMac(socket, received, name);
    else this.#answer(socket, row, received, name);
  }

  #answer(socket: Socket, row: Row, message: Received, name: string): void {
    const { fields } = message;
    const spoilt = this.#behaviour(row);
    if (spoilt !== "answer" && spoilt !== "decline-51" && UNHEARD.has(spoilt)) {
      this.log.push(`${name}: ${spoilt}`);
      this.#order.answered(row, fields, false, true);
      this.#send(socket, message, { fields: {}, mac: row.must.includes(64) }, spoilt);
      return;
    }
    const reply = this.#decide(row, message, name, spoilt === "decline-51");
    this.log.push(`${name}: ${reply.fields[39] ?? ""}${reply.fields[48] ?? ""} ${spoilt}`);
    const clear = spoilt === "answer" || spoilt === "decline-51" || HARMLESS.has(spoilt);
    this.#order.answered(row, fields, clear, !this.#refused(row, fields));
    this.#send(socket, message, reply, spoilt);
  }

  #complain(name: string, words: string): void {
    this.complaints.push(`${name}: ${words}`);
  }

  #read(message: Decoded): Received {
    const { fields: f, mab } = message;
    const macOk = f[64] === undefined ? undefined : textOf(f[64]) === ecbMac(this.#keys.mak, mab);
    const track2 = f[35] === undefined ? undefined : f[53]?.[2] === "1" ? clearTrack(this.#keys.tdk, f[35]) : f[35];
    const pan = f[2] ?? track2?.split("D")[0];
    const pin = f[52] === undefined || pan === undefined ? undefined : clearPin(this.#keys.pik, f[52], pan);
    return { ...message, macOk, track2, pin };
  }

  /** Under keys that a sign-on has replaced, whose answer may have been lost: §5.2 has the terminal sign on. Under none: a complaint. */
  #badMac(socket: Socket, message: Received, name: string): void {
    const mac = textOf(message.fields[64] ?? "");
    if (!this.#formerKeys.some(({ mak }) => ecbMac(mak, message.mab) === mac)) this.#complain(name, "wrong MAC");
    this.#send(socket, message, { fields: { 39: "A0" }, mac: false }, "answer");
  }

  #behaviour(row: Row): Behaviour {
    if (row.kind !== undefined && row.mti !== "0400" && row.mti !== "0320" && this.next.length > 0)
      return this.next.shift() ?? "answer";
    return this.#chance.happens(this.trouble) ? misdeedOf(this.#chance) : "answer";
  }

  #refused(row: Row, fields: Fields): boolean {
    return row.kind !== undefined && this.ledger.find(batchOf(fields), fields[11] ?? "")?.state === "declined";
  }

  // What is done about it.

  #decide(row: Row, message: Received, name: string, declines: boolean): Reply {
    const { fields, mti } = message;
    if (mti === "0400") return { fields: { 39: this.#reversal(message, name) }, mac: true };
    if (mti === "0320" || mti === "0500") return { fields: this.#night(row, fields, name), mac: false };
    if (row.kind === undefined) return { fields: { 39: "00", ...this.#managed(row, fields) }, mac: false };
    return { fields: this.#money(row, message, name, declines), mac: true };
  }

  #reversal(message: Received, name: string): string {
    const batch = batchOf(message.fields);
    if (batch !== this.batch) this.#complain(name, `batch ${this.batch} is open`);
    if (this.settlements.of(batch) !== undefined) this.#complain(name, "came when its batch was being settled");
    return reverse(this.#books, message.fields, message.fields[2] ?? "");
  }

  #managed(row: Row, fields: Fields): Fields {
    const field60 = fields[60] ?? "";
    if (row.name === "sign-on") return { 60: `00${this.batch}${field60.slice(8)}`, 62: this.#newKeys() };
    if (row.name === "parameters") return { 62: PARAMETERS };
    if (LISTS.has(row.name)) return { 62: NOTHING_LISTED };
    if (row.name === "statement") {
      const asked = textOf(fields[62] ?? "");
      const day = this.ledger.entries.filter(({ date }) => date === asked.slice(4, 8));
      return { 62: statement(day, Number(asked.slice(8))) };
    }
    return {};
  }

  #newKeys(): string {
    if (this.#seeded) {
      this.#formerKeys = [...this.#formerKeys.slice(-3), this.#keys];
      this.#keys = freshKeys(this.#chance);
    }
    return keyBlock(this.#keys);
  }

  #night(row: Row, fields: Fields, name: string): Fields {
    const batch = batchOf(fields);
    const closed = this.settlements.of(batch)?.closed === true;
    if (batch !== this.batch && !closed) this.#complain(name, `batch ${this.batch} is open`);
    if (this.#order.first !== undefined) this.#complain(name, this.#order.first);
    if (row.name === "settlement") {
      if (closed) this.#complain(name, "settles a closed batch");
      return { 15: this.time.slice(4, 8), 48: this.settlements.compare(fields), 49: "156", 63: "CUP" };
    }
    if (row.name.startsWith("upload-end")) {
      this.settlements.end(fields, row.name === "upload-end-balanced");
      if (batch === this.batch) this.#batch = (this.#batch % 999_999) + 1;
      return { 39: "00", 48: fields[48] ?? "" };
    }
    if (closed) this.#complain(name, "uploads to a closed batch");
    if (row.kind === undefined) this.settlements.lines(fields);
    else this.settlements.record(fields);
    return { 39: "00" };
  }

  #money(row: Row, message: Received, name: string, declines: boolean): Fields {
    const { fields, mti, pin, track2 } = message;
    const kind = row.kind ?? "sale";
    const pan = track2?.split("D")[0] ?? fields[2] ?? "";
    if (fields[2] !== undefined && fields[2] !== pan) this.#complain(name, "DE2 is not the track's number");
    if (fields[52] !== undefined && pin === undefined) this.#complain(name, "the PIN block is none");
    const again = this.#again(message, name);
    if (again !== undefined) return again;
    this.#inOrder(mti, fields, name);
    const reference = String(this.#reference++).padStart(12, "0");
    const authCode = this.#seeded ? String(100_000 + Math.floor(this.#chance.next() * 900_000)) : "ABC123";
    const entry = book(this.#books, { kind, mti, fields, pan, pin }, reference, authCode, declines ? "51" : undefined);
    const approved = entry.state !== "declined";
    const answer: Fields = {
      37: reference,
      39: entry.code,
      15: this.time.slice(4, 8),
      63: organisationOf(pan),
      44: "01020000   03050000   ",
    };
    if (!this.#seeded || this.#chance.happens(0.7)) answer[2] = pan;
    if (entry.authCode !== "") answer[38] = entry.authCode;
    if (entry.code === "10") answer[4] = String(entry.approvedFen).padStart(12, "0");
    if (kind === "balance" && approved) answer[54] = `1002156C${String(this.issuer.balanceFen(pan)).padStart(12, "0")}`;
    entry.answer = answer;
    return answer;
  }

  /** A message whose number is in the books already: an advice may come again word for word, a request never. */
  #again({ mti, fields }: Received, name: string): Fields | undefined {
    const known = this.ledger.find(batchOf(fields), fields[11] ?? "");
    if (known === undefined) return undefined;
    const { 64: _mac, ...said } = fields;
    const { 64: _its, ...then } = known.request;
    if (mti !== "0220" || known.mti !== mti || JSON.stringify(said) !== JSON.stringify(then)) {
      this.#complain(name, `the number is ${known.kind}'s, whose state is ${known.state}`);
      return { 39: "94" };
    }
    const times = (this.#repeats.get(name) ?? 0) + 1;
    this.#repeats.set(name, times);
    if (times > MOST_SENT_AGAIN) this.#complain(name, `sent ${times} times again`);
    const same = known.state === "declined" || !this.#seeded || this.#chance.happens(0.5);
    return same ? known.answer : { ...known.answer, 39: "94" };
  }

  #inOrder(mti: string, fields: Fields, name: string): void {
    const batch = batchOf(fields);
    if (batch !== this.batch) this.#complain(name, `batch ${this.batch} is open`);
    if (this.settlements.of(batch) !== undefined) this.#complain(name, "new while its batch is being settled");
    if (this.#order.first !== undefined) this.#complain(name, this.#order.first);
    const fault = mti === "0220" ? undefined : this.#order.next(fields);
    if (fault !== undefined) this.#complain(name, fault);
  }

  // What goes back.

  #send(socket: Socket, { mti, fields: f, tpdu, header }: Decoded, reply: Reply, how: Behaviour): void {
    const echoed = Object.fromEntries([3, 4, 11, 25, 41, 42, 49, 60].flatMap((de) => (f[de] === undefined ? [] : [[de, f[de]]])));
    const usual: Fields = { ...echoed, 12: this.time.slice(8), 13: this.time.slice(4, 8), 32: "03050000" };
    usual[37] = String(this.#reference++).padStart(12, "0");
    // §2.8: a 0510 has none.
    if (mti !== "0500") usual[39] = "00";
    Object.assign(usual, reply.fields);
    const answerMti = String(Number(mti) + 10).padStart(4, "0");
    const asking =
      this.#seeded && this.#chance.happens(ASKING)
        ? header.slice(0, 5) + this.#chance.one(["1", "2", "3"]) + header.slice(6)
        : header;
    const outgoing: Outgoing = {
      fields: usual,
      mti: answerMti,
      hasMac: reply.mac,
      pack: ({ fields = usual, mti: as = answerMti, mac = reply.mac ? "right" : "none" } = {}) =>
        encode(
          as,
          fields,
          tpdu,
          asking,
          mac === "none" ? undefined : (mab) => (mac === "right" ? ecbMac(this.#keys.mak, mab) : "00000000"),
        ),
    };
    if (how === "answer" || how === "decline-51") socket.write(framed(outgoing.pack()));
    else misbehave(how, socket, outgoing, this.#chance);
  }
}

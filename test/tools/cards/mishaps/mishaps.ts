/**
 * What can happen to a card between two commands, and to each byte it answers: pulled before or after it did a command, a bit turned over, the answer cut there, a byte said
 * twice. Each is one payment with a new card against the terminal's kernel; afterwards host, card and terminal must agree about the money.
 */
import { decodeCaKey, type Outcome, runTransaction, toHex, type Torn } from "../../../../app/emv/index.ts";
import type { ChipView } from "../../../../tools/cards/contract.ts";
import { chipProfiles, openChip } from "../../../../tools/cards/index.ts";
import { publishedKeys } from "../../../../tools/cards/published.ts";
import { insert } from "../slot.ts";
import { judge } from "./host.ts";

export type Face = "contact" | "contactless";
/** One card on one side, paying with or without a line to the host. */
export interface Scene {
  id: string;
  face: Face;
  online: boolean;
}

/** `at`: which answer, from 0. pull: before the card has the command, or after it has done it. `byte` of the answer. */
export type Mishap =
  | { at: number; kind: "pull-before" | "pull-after" }
  | { at: number; kind: "turned"; byte: number; bit: number }
  | { at: number; kind: "cut" | "doubled"; byte: number };

const AMOUNT_FEN = 3_000;
/** No card, however it lies, keeps the terminal at it longer. */
const MOST_COMMANDS = 700;
const GENERATE_AC = 0xae;

const TERMINAL = {
  applications: [
    {
      aid: "A0000003330101",
      ecashLimitFen: 100_000,
      tacDefault: "D84000A800",
      tacOnline: "D84004F800",
      tacDenial: "0010000000",
      contactless: { floorLimitFen: 100_000, cvmLimitFen: 100_000 },
    },
  ],
  caKeys: publishedKeys().map(({ objects }) => {
    const read = decodeCaKey(objects);
    if (!read.ok) throw new Error(read.words);
    return read.key;
  }),
  date: "261122",
  unpredictableNumber: "11223344",
};

export const scenes: readonly Scene[] = chipProfiles.flatMap(({ id, contact, field }) =>
  [true, false].flatMap((online) => [
    ...(contact === undefined || contact.atr?.warm === null ? [] : [{ id, face: "contact" as const, online }]),
    ...(field === undefined ? [] : [{ id, face: "contactless" as const, online }]),
  ]),
);

export interface Payment {
  pan: string;
  outcome: Outcome;
  /** Bytes of each answer as the card gave it. */
  lengths: number[];
  hostApproved: boolean;
  /** The card has said TC. */
  cardApproved: boolean;
  /** What was kept before the purse could be charged. */
  kept: Torn | undefined;
  before: ChipView;
  after: ChipView;
}

class Endless extends Error {}

async function pay({ id, face, online }: Scene, mishap?: Mishap): Promise<Payment> {
  const card = openChip(id, { seed: 5 });
  const before = card.view();
  const slot = insert(card, face);
  const profile = chipProfiles.find((each) => each.id === id);
  if (slot === undefined || profile === undefined) throw new Error(`${id} does not answer`);
  const { transmit, ...rest } = slot;
  const lengths: number[] = [];
  const seen = { hostApproved: false, cardApproved: false, kept: undefined as Torn | undefined };
  let gone = false;
  const hurt = (command: Uint8Array): Uint8Array | undefined => {
    const at = lengths.length;
    if (at > MOST_COMMANDS) throw new Endless(`more than ${MOST_COMMANDS} commands`);
    if (gone || (mishap?.at === at && mishap.kind === "pull-before")) {
      gone = true;
      return undefined;
    }
    const answer = transmit(command);
    lengths.push(answer?.length ?? 0);
    if (answer === undefined) return undefined;
    if (saysTc(command, answer)) seen.cardApproved = true;
    if (mishap?.at !== at) return answer;
    gone = mishap.kind === "pull-after";
    return gone ? undefined : changed(answer, mishap);
  };
  const people = {
    chooseApplication: () => 0,
    onlinePin: () => "entered" as const,
    offlinePin: () => "1234",
    random: (count: number) => new Uint8Array(count).fill(0x5a),
    percent: () => 99,
    charging: (torn: Torn) => {
      seen.kept = torn;
    },
  };
  const outcome = await runTransaction(
    { ...rest, transmit: hurt },
    { ...TERMINAL, people },
    { amountFen: AMOUNT_FEN, interface: face, time: "101112" },
    (request) => {
      if (!online) return undefined;
      const answer = judge(request);
      seen.hostApproved = answer.code === "00";
      return answer;
    },
  );
  return { pan: profile.pan, outcome, lengths, ...seen, before, after: card.view() };
}

/** The cryptogram information of a GENERATE AC, as the card sends it: behind 80 and its length, or in 9F27. */
function saysTc(command: Uint8Array, answer: Uint8Array): boolean {
  if (command[1] !== GENERATE_AC && command[1] !== 0xc0) return false;
  const hex = Buffer.from(answer).toString("hex").toUpperCase();
  const cid = /^80(?:81)?..(..)/.exec(hex)?.[1] ?? /^77.*?9F2701(..)/.exec(hex)?.[1];
  return cid !== undefined && Number.parseInt(cid, 16) >> 6 === 1;
}

function changed(answer: Uint8Array, mishap: Mishap): Uint8Array {
  switch (mishap.kind) {
    case "turned":
      return answer.map((value, at) => (at === mishap.byte ? value ^ (1 << mishap.bit) : value));
    case "cut":
      return answer.slice(0, mishap.byte);
    case "doubled":
      return Uint8Array.from([...answer.subarray(0, mishap.byte + 1), ...answer.subarray(mishap.byte)]);
    default:
      return answer;
  }
}

/** How the scene goes when nothing happens: what there is to hurt. */
export async function answersOf(scene: Scene): Promise<readonly number[]> {
  return (await pay(scene)).lengths;
}

export function pulls(answers: readonly number[]): Mishap[] {
  return answers.flatMap((_, at) => [
    { at, kind: "pull-before" },
    { at, kind: "pull-after" },
  ]);
}

/** Every byte of every answer, once a kind; which bit is turned goes round. */
export function spoilt(answers: readonly number[]): Mishap[] {
  return answers.flatMap((length, at) =>
    Array.from({ length }, (_, byte): Mishap[] => [
      { at, kind: "turned", byte, bit: (byte * 3 + at) % 8 },
      { at, kind: "cut", byte },
      { at, kind: "doubled", byte },
    ]).flat(),
  );
}

/** What is wrong with the way it ended, in words; nothing: host, card and terminal agree. */
export async function suffer(scene: Scene, mishap: Mishap): Promise<string[]> {
  try {
    const payment = await pay(scene, mishap);
    return objections(scene, payment).map((words) => `${nameOf(scene, mishap)}: ${words}`);
  } catch (error) {
    return [`${nameOf(scene, mishap)}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`];
  }
}

/** In words, of one payment to which this happened. */
export function objections({ face }: Scene, payment: Payment): string[] {
  const { pan, outcome, hostApproved, cardApproved, kept, before, after } = payment;
  const { result, reversal, ecash, torn, charged, authenticated } = outcome;
  const found: string[] = [];
  const object = (wrong: boolean, words: string) => wrong && found.push(`${words} (${result}, ${outcome.reason})`);
  const paidFen = purse(before) - purse(after);
  const approved = result === "approved-online" || result === "approved-offline";
  object(result === "approved-online" && !hostApproved, "approved by a host that did not");
  object(hostApproved && !approved && !reversal, "the host has approved, and nobody takes it back");
  object(reversal && !hostApproved, "taken back what the host never approved");
  object(result === "approved-offline" && face === "contact" && !cardApproved, "approved by a card that did not");
  object(result === "approved-offline" && !authenticated, "approved without the host, and the card was not proven");
  const number = toHex(outcome.data["5A"] ?? new Uint8Array(0)).replace(/F+$/, "");
  object(approved && number !== "" && number !== pan, `approved for card ${number}`);
  object(paidFen !== 0 && paidFen !== AMOUNT_FEN, `the purse lost ${paidFen}`);
  object(approved && ecash && paidFen !== AMOUNT_FEN, "paid out of a purse that was not charged");
  object(paidFen !== 0 && !approved && torn === undefined && !charged, "the purse is charged and nobody knows");
  object(paidFen !== 0 && kept === undefined, "the purse is charged, and a power cut would have lost it");
  return found;
}

const purse = ({ applications }: ChipView): number => applications.reduce((sum, { balanceFen = 0 }) => sum + balanceFen, 0);

function nameOf({ id, face, online }: Scene, mishap: Mishap): string {
  const where = "byte" in mishap ? ` byte ${mishap.byte}` : "";
  return `${id} ${face} ${online ? "online" : "without a line"}: ${mishap.kind} at answer ${mishap.at}${where}`;
}

/** A sale by the contacts and one by a tap on a whole desk: what the terminal needs between the card's answers, and what wire and card would take at their real speeds. */
import { rmSync } from "node:fs";
import { finish, type InProcess, logIn, startInProcess } from "../flow/in-process.ts";
import { type Figure, now, type Section, share } from "./figures.ts";

const LONG_MS = 30_000;
const ROUNDS = 9;
/** 8N2 on the reader's line: eleven bits a byte. */
const LINE_MS_PER_BYTE = 11_000 / 115_200;
/** In the field nine bits a byte at 106 kbit/s, and five bytes of block and CRC around each APDU. */
const FIELD_MS_PER_BYTE = 9_000 / 106_000;
const BLOCK_BYTES = 5;
/** By the contacts twelve etu a byte, 372 clocks of 4 MHz each. */
const CONTACT_MS_PER_BYTE = (12 * 372) / 4_000;
/** Frame of the line: head, ten bytes of CCID, LRC. */
const FRAME = { type: 2, data: 12, around: 13 };
const POWER_ON = 0x62;
const TRANSFER = 0x6f;

interface Talk {
  /** Between the last byte of an answer and the first of what comes next, nothing else having happened meanwhile. */
  terminalMs: number;
  lineBytes: number;
  commands: number;
  apduBytes: number;
  /** Activation and the card's own work, as the desk's card takes it. */
  cardMs: number;
}

/** Listens to one reader while something is done; what happened after the card's last word does not count. */
async function listen({ desk }: InProcess, wire: "icc" | "picc", run: () => Promise<void>): Promise<Talk> {
  const talk: Talk = { terminalMs: 0, lineBytes: 0, commands: 0, apduBytes: 0, cardMs: 0 };
  let answered: number | undefined;
  let askedAt: number | undefined;
  let talking = false;
  const stop = desk.onEvent((event) => {
    if (event.type !== "wire" || event.entry.device !== wire) {
      if (event.type === "wire") answered = undefined;
      return;
    }
    const bytes = Buffer.from(event.entry.hex, "hex");
    const type = bytes[FRAME.type] ?? 0;
    const toCard = event.entry.dir === "out" && (type === POWER_ON || type === TRANSFER);
    if (event.entry.dir === "out") {
      if (type === POWER_ON) talking = true;
      if (toCard && talking && answered !== undefined) talk.terminalMs += now() - answered;
      answered = undefined;
      askedAt = toCard ? desk.clock.now() : undefined;
      if (toCard) talk.commands += type === TRANSFER ? 1 : 0;
    }
    if (!talking || (event.entry.dir === "out" && !toCard)) return;
    talk.lineBytes += bytes.length;
    if (type === TRANSFER || event.entry.dir === "in") talk.apduBytes += Math.max(0, bytes.length - FRAME.around);
    if (event.entry.dir === "in" && askedAt !== undefined) {
      talk.cardMs += Math.max(0, desk.clock.now() - askedAt);
      askedAt = desk.clock.now();
      answered = now();
    }
  });
  await run();
  stop();
  return talk;
}

async function tapped(at: InProcess): Promise<Talk> {
  const { desk } = at;
  await desk.keys([..."1000", "enter"], LONG_MS);
  const talk = await listen(at, "picc", async () => void (await desk.tapCard("chip-credit-1", LONG_MS)));
  await yes(at, "approved");
  return talk;
}

async function inserted(at: InProcess): Promise<Talk> {
  const { desk } = at;
  const talk = await listen(at, "icc", async () => {
    await desk.insertCard("chip-debit-1", LONG_MS);
    await desk.keys([..."1000", "enter", "enter"], LONG_MS);
    await desk.pin("123456", LONG_MS);
  });
  await desk.removeCard(LONG_MS);
  await yes(at, "approved");
  return talk;
}

/** A card that comes often is asked about. */
async function yes({ desk }: InProcess, wanted: string): Promise<void> {
  if (desk.screen.id === "confirm") await desk.keys(["enter"], LONG_MS);
  if (desk.screen.id !== wanted) throw new Error(`${desk.screen.id}: ${desk.screen.lines.join(" | ")}`);
  await finish(desk);
  await desk.advance(31_000, LONG_MS);
}

function figures(what: string, talks: readonly Talk[], msPerByte: number, around: number): Figure[] {
  const median = (value: (talk: Talk) => number): number => share(talks.map(value), 0.5);
  const terminal = median(({ terminalMs }) => terminalMs);
  const line = median(({ lineBytes }) => lineBytes * LINE_MS_PER_BYTE);
  const air = median(({ apduBytes, commands }) => (apduBytes + 2 * commands * around) * msPerByte);
  const card = median(({ cardMs }) => cardMs);
  const commands = median((talk) => talk.commands);
  return [
    {
      what: `${what}: the terminal`,
      value: terminal,
      unit: "ms",
      note: `${commands} commands, QuickJS in its thread and the way there`,
    },
    { what: `${what}: the reader's line`, value: line, unit: "ms", note: "reckoned: 115200 baud, 8N2" },
    { what: `${what}: reader and card speak`, value: air, unit: "ms", note: "reckoned from the bytes of the APDUs" },
    { what: `${what}: the card works`, value: card, unit: "ms", note: "as the desk's card and reader take it" },
    { what: `${what}: all of it`, value: terminal + line + air + card, unit: "ms" },
  ];
}

export async function cards(): Promise<Section[]> {
  const at = await startInProcess({ seed: 1 });
  try {
    await logIn(at);
    const taps: Talk[] = [];
    const chips: Talk[] = [];
    for (let n = 0; n < ROUNDS; n++) {
      taps.push(await tapped(at));
      chips.push(await inserted(at));
    }
    return [
      {
        title: `A card and the terminal, people and host left out (median of ${ROUNDS})`,
        figures: [
          ...figures("tap, in the field", taps, FIELD_MS_PER_BYTE, BLOCK_BYTES),
          ...figures("contact sale", chips, CONTACT_MS_PER_BYTE, 0),
        ],
      },
    ];
  } finally {
    await at.desk.close();
    rmSync(at.dataDir, { recursive: true, force: true });
  }
}

/**
 * The drivers of a counter's serial devices on a bad line: every delivery of the device is cut in two at every byte, with a pause that is none and one that is too
 * long; noise comes before every delivery, and in the place of every byte. What comes of it is what comes of a good line, or an error of the driver's own; never
 * something else, and nothing is done twice.
 */
import { describe, expect, test } from "vitest";
import { openCcidSerial } from "../../hal/icc/ccid-serial.ts";
import type { Icc } from "../../hal/icc/icc.ts";
import { openCcidPicc } from "../../hal/picc/ccid-picc.ts";
import { openTpp } from "../../hal/pinpad/tpp.ts";
import { openEscpos } from "../../hal/printer/escpos.ts";
import type { DeviceContext, SimDevice } from "../../tools/sim/contract.ts";
import { SimIcc } from "../../tools/sim/devices/icc.ts";
import { SimPicc } from "../../tools/sim/devices/picc.ts";
import { SimPinPad } from "../../tools/sim/devices/pinpad.ts";
import { SimPrinter } from "../../tools/sim/devices/printer.ts";
import { hex, T0Card, T1Card, TestField, unhex, Works } from "../conform/chip-cards.ts";
import { type Rig, rig } from "../conform/rig.ts";

/** A piece of what the line brings, and how long after the one before it. */
type Piece = [afterMs: number, bytes: Uint8Array];

/** What becomes of one delivery. */
interface Hurt {
  name: string;
  /** The same bytes come, only later or with others before them. */
  harmless: boolean;
  /** Only before the delivery, not at each byte of it. */
  once?: boolean;
  pieces(bytes: Uint8Array, at: number, noise: Uint8Array): Piece[];
}

const cut =
  (pauseMs: number): Hurt["pieces"] =>
  (bytes, at) => [
    [0, bytes.slice(0, at)],
    [pauseMs, bytes.slice(at)],
  ];

const HURTS: readonly Hurt[] = [
  { name: "in two pieces", harmless: true, pieces: cut(8) },
  { name: "broken off, the rest much later", harmless: false, pieces: cut(400) },
  {
    name: "noise before it",
    harmless: true,
    once: true,
    pieces: (bytes, _at, noise) => [
      [0, noise.slice()],
      [0, bytes],
    ],
  },
  {
    name: "another byte in its place",
    harmless: false,
    pieces: (bytes, at) => [[0, bytes.map((byte, n) => (n === at ? byte ^ 0x5a : byte))]],
  },
];

interface Subject {
  name: string;
  /** Bytes that begin nothing on this line. */
  noise: Uint8Array;
  /** What the device said, as words that can be compared; a failure's begin with "failed". */
  run(spoil: Spoil): Promise<string>;
}

/** What the line makes of the nth delivery. */
type Spoil = (bytes: Uint8Array, n: number) => Piece[];

/** A line that keeps the order of what it brings, whatever it is late with. */
function spoiled<Device extends SimDevice>(port: string, make: (context: DeviceContext) => Device, spoil: Spoil): Rig<Device> {
  return rig(port, (context) => {
    const { clock } = context;
    let n = 0;
    let busyUntil = 0;
    const send = (bytes: Uint8Array): void => {
      for (const [afterMs, piece] of spoil(bytes, n++)) {
        busyUntil = Math.max(clock.now(), busyUntil) + afterMs;
        if (busyUntil === clock.now()) context.send(piece);
        else clock.after(busyUntil - clock.now(), "busy", () => context.send(piece));
      }
    };
    return make({ ...context, send });
  });
}

/** Never hangs: an error is one too. */
async function outcome({ ended }: Pick<Rig<SimDevice>, "ended">, work: Promise<string>): Promise<string> {
  return ended(
    work.catch((error: unknown) => {
      const { code, name } = error as { code?: string; name?: string };
      if (code === undefined) throw error;
      return `failed: ${name} ${code}`;
    }),
  );
}

const NOISE = Uint8Array.of(0x00, 0x7f, 0x41);
const COMMANDS = ["00B0001010", "00880000 03 112233 00"].map(unhex);

/** What a card that is held or put in says: to power, and to each command. */
async function answersOf(reader: Pick<Icc, "transmit">, atr: Uint8Array): Promise<string> {
  const answers = [hex(atr)];
  for (const command of COMMANDS) answers.push(hex(await reader.transmit(command)));
  return answers.join(" ");
}

const expectOnce = ({ done }: Works): void => expect(done, "done twice").toBeLessThanOrEqual(COMMANDS.length);

function chip(protocol: "T=0" | "T=1"): Subject {
  return {
    name: `chip reader, ${protocol}`,
    noise: NOISE,
    async run(spoil) {
      const it = spoiled("icc", (context) => new SimIcc(context), spoil);
      const works = new Works();
      it.device.insert("card", protocol === "T=0" ? new T0Card(works) : new T1Card(works));
      const icc = openCcidSerial(it.system, "icc");
      const work = async (): Promise<string> => {
        await icc.waitPresent();
        const { atr } = await icc.powerOn();
        return answersOf(icc, atr);
      };
      const what = await outcome(it, work());
      expectOnce(works);
      icc.close();
      return what;
    },
  };
}

const CONTACTLESS: Subject = {
  name: "contactless reader",
  noise: NOISE,
  async run(spoil) {
    const it = spoiled("picc", (context) => new SimPicc(context), spoil);
    const works = new Works();
    const picc = openCcidPicc(it.system, "picc");
    const tap = (): void => {
      if (works.done === 0 && it.device.card === undefined) it.device.tap("card", [new TestField(works)]);
    };
    tap();
    // Who sees that nothing happens holds it there again.
    it.system.scheduler.after(6_000, "work", tap);
    const work = async (): Promise<string> => {
      await picc.poll();
      const { atr } = await picc.connect();
      return answersOf(picc, atr);
    };
    const what = await outcome(it, work());
    expectOnce(works);
    picc.close();
    return what;
  },
};

const KEY = { algorithm: "3des" as const, key: unhex("85722AE34E5391130000000000000000"), kcv: unhex("BB6573FE") };

const PAD: Subject = {
  name: "PIN pad",
  noise: NOISE,
  async run(spoil) {
    const it = spoiled("pinpad", (context) => new SimPinPad(context), spoil);
    it.device.injectMasterKey(1, "0123456789ABCDEFFEDCBA9876543210", "3des");
    const pad = openTpp(it.system, "pinpad", { cardPins: false });
    const work = async (): Promise<string> => {
      const { model } = await pad.info();
      await pad.loadWorkingKey(1, "MAK", { ...KEY });
      return `${model} ${hex(await pad.mac("ecb", unhex("0200302004C020C09811")))}`;
    };
    const what = await outcome(it, work());
    pad.close();
    return what;
  },
};

const LINES = ["line 1", "line 2"];

const PRINTER: Subject = {
  name: "printer",
  // Its answers are one byte without a check: most bytes are one.
  noise: Uint8Array.of(0xff, 0x80, 0xb5),
  async run(spoil) {
    const it = spoiled("printer", (context) => new SimPrinter(context, { widthDots: 384 }), spoil);
    const printer = openEscpos(it.system, "printer", "58mm");
    const work = async (): Promise<string> => {
      await printer.print([...LINES.map((text) => ({ text })), { cut: "partial" }]);
      return "printed";
    };
    const what = await outcome(it, work());
    const paper = it.device.paper.flatMap(({ text }) => text).filter((words) => words.startsWith("line"));
    // Whatever it says of itself: once, in order, and all of it when the driver says that it is printed.
    expect(paper).toEqual(what === "printed" ? LINES : LINES.slice(0, paper.length));
    printer.close();
    return what;
  },
};

const good: Spoil = (bytes) => [[0, bytes]];

/** The length of each delivery on a good line. */
async function deliveries(subject: Subject): Promise<number[]> {
  const lengths: number[] = [];
  await subject.run((bytes) => {
    lengths.push(bytes.length);
    return [[0, bytes]];
  });
  return lengths;
}

describe.each([chip("T=0"), chip("T=1"), CONTACTLESS, PAD, PRINTER])("$name", (subject) => {
  test.each(HURTS)("$name", async (hurt) => {
    const right = await subject.run(good);
    expect(right).not.toMatch(/^failed/);
    for (const [hurtOne, length] of (await deliveries(subject)).entries())
      for (let at = Math.min(1, length - 1); at < (hurt.once ? 2 : length); at++) {
        const what = await subject.run((bytes, n) => (n === hurtOne ? hurt.pieces(bytes, at, subject.noise) : [[0, bytes]]));
        if (hurt.harmless || !what.startsWith("failed")) expect(what, `delivery ${hurtOne}, byte ${at}`).toBe(right);
      }
  });
});

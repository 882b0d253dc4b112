/** A whole terminal at work on a desk in this process: worker, QuickJS, simulated devices, built-in acquirer, free clock. */
import { rmSync } from "node:fs";
import { WorkerMachine } from "../../platform/node/worker-machine.ts";
import { type InProcess, finish, logIn, sale, startInProcess } from "../flow/in-process.ts";
import { type Section, now, share } from "./figures.ts";

const CARD = { pan: "6222021234567890128", track2: "6222021234567890128=30121010000012300", pin: "246810" };
const TIMED_SALES = 20;
const ALL_SALES = 100;
const TIMED_KEYS = 60;
const MIB = 1024 * 1024;

export async function desk(): Promise<Section[]> {
  let begun = 0;
  let running = 0;
  const at = await startInProcess({}, (options) => {
    const machine = new WorkerMachine(options);
    const start = machine.start.bind(machine);
    machine.start = async () => {
      begun = now();
      await start();
      running = now();
    };
    return machine;
  });
  try {
    const loginShown = now();
    const bootCpu = await at.machine.cpuMs();
    const keyed = now();
    await logIn(at);
    const idle = now();
    const start = { running: running - begun, login: loginShown - begun, idle: idle - keyed, cpu: bootCpu };
    const pixels = await keyToPixels(at);
    return [startFigures(start), ...(await work(at)), pixels];
  } finally {
    await at.desk.close();
    rmSync(at.dataDir, { recursive: true, force: true });
  }
}

function startFigures(start: { running: number; login: number; idle: number; cpu: number }): Section {
  return {
    title: "Start, empty store",
    figures: [
      { what: "power on → firmware runs", value: start.running, unit: "ms", note: "worker, engine, bundle, its first run" },
      {
        what: "power on → login screen",
        value: start.login,
        unit: "ms",
        note: "and the self-check, its waits on the free clock",
      },
      { what: "CPU inside QuickJS until then", value: start.cpu, unit: "ms" },
      { what: "login keyed → idle", value: start.idle, unit: "ms", note: "operator, password, sign-on with its keys" },
    ],
  };
}

/** PIN pads keep a pace (in the mean one PIN in 30 s) that a person keeps as well. */
const BETWEEN_SALES_MS = 31_000;

interface Spent {
  cpuMs: number;
  wallMs: number;
}

async function oneSale(at: InProcess): Promise<Spent> {
  const before = { cpuMs: await at.machine.cpuMs(), wallMs: now() };
  await sale(at, CARD.track2, 100, CARD.pin);
  if (at.desk.screen.id !== "approved") {
    throw new Error(`the sale ended at ${at.desk.screen.id}: ${at.desk.screen.lines.join(" | ")}`);
  }
  await finish(at.desk);
  const spent = { wallMs: now() - before.wallMs, cpuMs: (await at.machine.cpuMs()) - before.cpuMs };
  await at.desk.advance(BETWEEN_SALES_MS, 30_000);
  return spent;
}

async function work(at: InProcess): Promise<Section[]> {
  const { desk: table, machine } = at;
  table.addAccount({ pan: CARD.pan, pin: CARD.pin, balanceFen: 1_000_000, expiry: "3012" });
  const atIdle = await machine.memory();
  const spent: Spent[] = [];
  for (let n = 0; n < TIMED_SALES; n++) spent.push(await oneSale(at));
  const mean = (key: keyof Spent): number => spent.reduce((sum, each) => sum + each[key], 0) / spent.length;
  for (let n = TIMED_SALES; n < ALL_SALES; n++) await oneSale(at);
  const after = await machine.memory(true);
  return [
    {
      title: `A sale: swipe, amount, PIN, host, two slips, back at idle (mean of ${TIMED_SALES})`,
      figures: [
        {
          what: "CPU inside QuickJS",
          value: mean("cpuMs"),
          unit: "ms",
          note: "drawing, slips, messages, journal; calls through the door not counted",
        },
        {
          what: "whole desk",
          value: mean("wallMs"),
          unit: "ms",
          note: "by the clock on the wall, people's and devices' waits skipped",
        },
      ],
    },
    {
      title: "Memory",
      figures: [
        { what: "QuickJS heap at idle", value: atIdle.usedBytes / MIB, unit: "MiB", note: "fonts included" },
        {
          what: `QuickJS heap after ${ALL_SALES} sales`,
          value: after.usedBytes / MIB,
          unit: "MiB",
          note: "one batch, all in the journal",
        },
        {
          what: "WebAssembly memory then",
          value: (after.image?.length ?? 0) / MIB,
          unit: "MiB",
          note: "all the engine ever took",
        },
      ],
    },
  ];
}

/** From the keypad's report to the last rectangle it brings onto the panel. */
async function keyToPixels({ desk: table }: InProcess): Promise<Section> {
  let reports = 0;
  let pressed = 0;
  let drawn = 0;
  const stop = [
    table.onEvent((event) => {
      if (event.type !== "wire" || event.entry.device !== "keypad" || event.entry.dir !== "in") return;
      reports++;
      if (reports === 1) pressed = now();
    }),
    table.onPixels(() => {
      // The second report is the key going up.
      if (reports === 1) drawn = now();
    }),
  ];
  const press = async (key: string): Promise<number> => {
    reports = 0;
    drawn = 0;
    await table.keys([key], 30_000);
    return drawn === 0 ? Number.NaN : drawn - pressed;
  };
  const digits: number[] = [];
  const screens: number[] = [];
  await press("1");
  for (let n = 0; n < TIMED_KEYS; n++) digits.push(await press(n % 2 === 0 ? "7" : "clear"));
  while (table.screen.id !== "idle") await press("cancel");
  for (let n = 0; n < TIMED_KEYS / 2; n++) screens.push(await press(n % 2 === 0 ? "menu" : "cancel"));
  while (table.screen.id !== "idle") await press("cancel");
  for (const each of stop) each();
  const figures = (what: string, all: readonly number[]): Section["figures"] => {
    const drawnAll = all.filter((ms) => !Number.isNaN(ms));
    const note = `${drawnAll.length} presses`;
    return [
      { what: `${what}, median`, value: share(drawnAll, 0.5), unit: "ms", note },
      { what: `${what}, 95 of 100`, value: share(drawnAll, 0.95), unit: "ms" },
    ];
  };
  return {
    title: "Key to pixels: keypad's report → last rectangle on the panel",
    figures: [...figures("a digit of the amount, or one less", digits), ...figures("a new screen (menu, idle)", screens)],
  };
}

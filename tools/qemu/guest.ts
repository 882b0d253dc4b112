/**
 * Inside QEMU: the terminal as on a counter, with real /dev/hidraw, /dev/ttyS and framebuffer, and the far ends of its HID devices. Speaks
 * platform/native/frames.ts with the desk over a port of the virtual machine.
 */
import { createReadStream, openSync, readFileSync, readdirSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { FrameReader, type FromTerminal, frameOf, type ToTerminal } from "../../platform/native/frames.ts";
import { DrivenClock } from "../../platform/node/clock.ts";
import { wordsOf } from "../../platform/node/errors.ts";
import { type LoaderConfig, readConfig } from "../../platform/node/loader/config.ts";
import { offerFactory } from "../../platform/node/loader/factory.ts";
import { terminalOf } from "../../platform/node/loader/terminal.ts";
import type { Machine, MachineOptions } from "../../platform/node/machine.ts";
import { WorkerMachine } from "../../platform/node/worker-machine.ts";
import { HID_DEVICES } from "./panel.ts";
import { Uhid } from "./uhid.ts";

type Start = ToTerminal & { kind: "start" };
type Common = Omit<MachineOptions, "bundle" | "assets" | "board" | "dataDir">;

/** For the loader's `restart`. */
const PID_FILE = "/run/tael.pid";

const [portPath = ""] = process.argv.slice(2);
const reader = new FrameReader<ToTerminal>();
const clock = new DrivenClock();
const devices = new Map<string, Uhid>();
const out = openSync(portPath, "r+");
let machine: Machine | undefined;
let workedOff = 0;
/** It is on and has no firmware that may be started. */
let empty = false;

function post(message: FromTerminal, bytes?: Uint8Array): void {
  const frame = frameOf(message, bytes);
  for (let at = 0; at < frame.length; ) at += writeSync(out, frame, at);
}

function plug(wire: string): void {
  const device = HID_DEVICES[wire];
  if (device === undefined || devices.has(wire)) return;
  devices.set(wire, new Uhid(device, (report) => post({ kind: "write", wire }, report)));
}

function unplug(wire: string): void {
  devices.get(wire)?.destroy();
  devices.delete(wire);
}

/** What the desk has no wire for, or a line of its own, is not of its business. */
function tellStatus(): void {
  if (machine === undefined) return;
  const { lcd: _seenOnTheScreen, ...ports } = machine.status.ports;
  const status = empty ? { ...machine.status, running: true, quiet: true } : machine.status;
  post({ kind: "status", status: { ...status, ports }, workedOff });
}

/** The firmware that the desk brought along. */
function withBundle(given: Start, common: Common): Machine {
  const { bundlePath, assetsDir, dataDir, board, seed } = given;
  const assets = Object.fromEntries(
    readdirSync(assetsDir).map((name) => [name, Uint8Array.from(readFileSync(join(assetsDir, name)))]),
  );
  return new WorkerMachine({
    ...common,
    bundle: { code: readFileSync(bundlePath, "utf8") },
    assets,
    board,
    dataDir,
    ...(seed === undefined ? {} : { seed: seed.seed }),
  });
}

/** As the loader's `run` does it. */
function fromSlots(config: LoaderConfig, common: Common): Machine {
  offerFactory(config);
  return terminalOf(config, common);
}

async function start(given: Start): Promise<void> {
  for (const wire of Object.keys(HID_DEVICES)) plug(wire);
  const { tcpOverride, facts, loader } = given;
  const common: Common = {
    clock: { kind: "driven", shared: clock.shared },
    facts,
    eventLimitMs: 120_000,
    ...(tcpOverride === undefined ? {} : { tcpOverride }),
    wires: {
      // Of the desk's wires only the debug channel has no device of its own in here.
      opened: (wire, options) => {
        post({ kind: "opened", wire, options });
        return true;
      },
      fromTerminal: (wire, bytes) => post({ kind: "write", wire }, bytes),
      control: () => undefined,
      closed: (wire) => post({ kind: "closed", wire }),
    },
  };
  machine = loader === undefined ? withBundle(given, common) : fromSlots(readConfig(loader), common);
  machine.on("status", tellStatus);
  machine.on("log", (line) => post({ kind: "log", line }));
  machine.on("crash", ({ words, stack, restarting }) => {
    if (restarting) post({ kind: "power", action: "restart" });
    else post({ kind: "crash", words, stack });
  });
  machine.on("power", (action) => post({ kind: "power", action }));
  if (loader === undefined) await machine.start();
  else await startFromSlots(machine);
  post({ kind: "started" });
  tellStatus();
}

/** A terminal with nothing in its slots is on, and waits for somebody to flash it: the loader's `restart` is a signal to this program. */
async function startFromSlots(from: Machine): Promise<void> {
  writeFileSync(PID_FILE, String(process.pid));
  const tryIt = async (): Promise<void> => {
    empty = false;
    try {
      await from.start();
    } catch (error) {
      empty = true;
      post({ kind: "log", line: { at: clock.wallMs(), level: "warn", words: wordsOf(error) } });
    }
  };
  process.on("SIGUSR1", () => {
    void from.cut().then(async () => {
      post({ kind: "power", action: "restart" });
      await tryIt();
      tellStatus();
    });
  });
  await tryIt();
}

function receive(message: ToTerminal, bytes: Uint8Array): void {
  clock.setNow(message.nowMs);
  clock.setWall(message.wallMs);
  clock.run(message.running);
  switch (message.kind) {
    case "start":
      start(message).catch((error: unknown) => post({ kind: "refused", words: wordsOf(error) }));
      return;
    case "answer":
    case "time":
      return;
    case "ask":
      void machine
        ?.memory()
        .then(async ({ usedBytes }) => post({ kind: "told", id: message.id, usedBytes, cpuMs: (await machine?.cpuMs()) ?? 0 }));
      return;
    case "data": {
      const device = devices.get(message.wire);
      if (device === undefined) machine?.toTerminal(message.wire, bytes);
      else device.send(bytes);
      break;
    }
    case "wire-closed":
      unplug(message.wire);
      break;
    case "plug":
      plug(message.wire);
      break;
    case "wake":
      machine?.wake();
      break;
  }
  workedOff++;
  tellStatus();
}

// One open file for both directions: the port takes no second.
createReadStream("", { fd: out }).on("data", (chunk) => {
  for (const { message, bytes } of reader.push(chunk as Buffer)) receive(message, bytes);
});

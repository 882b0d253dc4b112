/**
 * Inside QEMU: the terminal as on a counter, with real /dev/hidraw, /dev/ttyS and framebuffer, and the far ends of its HID devices. Speaks
 * platform/native/frames.ts with the desk over a port of the virtual machine.
 */
import { createReadStream, openSync, readFileSync, readdirSync, writeSync } from "node:fs";
import { join } from "node:path";
import { FrameReader, type FromTerminal, frameOf, type ToTerminal } from "../../platform/native/frames.ts";
import { DrivenClock } from "../../platform/node/clock.ts";
import { wordsOf } from "../../platform/node/errors.ts";
import { WorkerMachine } from "../../platform/node/worker-machine.ts";
import { HID_DEVICES } from "./panel.ts";
import { Uhid } from "./uhid.ts";

const [portPath = ""] = process.argv.slice(2);
const reader = new FrameReader<ToTerminal>();
const clock = new DrivenClock();
const devices = new Map<string, Uhid>();
const out = openSync(portPath, "r+");
let machine: WorkerMachine | undefined;
let workedOff = 0;

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
  post({ kind: "status", status: { ...machine.status, ports }, workedOff });
}

async function start(given: ToTerminal & { kind: "start" }): Promise<void> {
  for (const wire of Object.keys(HID_DEVICES)) plug(wire);
  const { bundlePath, assetsDir, dataDir, board, facts, tcpOverride, seed } = given;
  const assets = Object.fromEntries(
    readdirSync(assetsDir).map((name) => [name, Uint8Array.from(readFileSync(join(assetsDir, name)))]),
  );
  machine = new WorkerMachine({
    bundle: { code: readFileSync(bundlePath, "utf8") },
    assets,
    board,
    dataDir,
    clock: { kind: "driven", shared: clock.shared },
    facts,
    eventLimitMs: 120_000,
    ...(tcpOverride === undefined ? {} : { tcpOverride }),
    ...(seed === undefined ? {} : { seed: seed.seed }),
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
  });
  machine.on("status", tellStatus);
  machine.on("log", (line) => post({ kind: "log", line }));
  machine.on("crash", ({ words, stack }) => post({ kind: "crash", words, stack }));
  machine.on("power", (action) => post({ kind: "power", action }));
  await machine.start();
  post({ kind: "started" });
  tellStatus();
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

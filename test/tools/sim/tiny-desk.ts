/**
 * A desk with real parts and a firmware of forty lines: the desk's own rules (settled, time, line, power) are tested without the terminal's
 * application. Key 1 sends a sign-on and shows how it went; key 2 shows a screen that goes on by itself after 3 s; key 3 waits for a person.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ABI_BANNER } from "../../../platform/abi.ts";
import { LocalMachine } from "../../../platform/node/local.ts";
import { encodeFrame } from "../../../tools/acquirer/codec.ts";
import { createAcquirer } from "../../../tools/acquirer/index.ts";
import { readBoard } from "../../../tools/sim/board.ts";
import { Desk, type DeskOptions } from "../../../tools/sim/desk.ts";
import { createDevices } from "../../../tools/sim/devices/index.ts";
import { hostReader } from "../../../tools/sim/host-reader.ts";
import type { Parts } from "../../../tools/sim/parts.ts";
import { readProfile } from "../../../tools/sim/profile.ts";
import { accounts, openChip, tray } from "../../../tools/cards/index.ts";

export const root = process.env.TAEL_ROOT ?? process.cwd();

export const SIGN_ON = encodeFrame({
  tpdu: "6000030000",
  header: "603100310000",
  mti: "0800",
  fields: { "11": "000001", "41": "10000001", "42": "898110154110001", "60": "00000001004", "63": "01 " },
});

const FIRMWARE = `${ABI_BANNER}
var request = ${JSON.stringify([...SIGN_ON])};
var board = ["debug", "keypad", "printer", "beeper"];
var handles = {};
var host = 0, got = 0, deadline = -1, after = null, count = 0;
function text(s) { var b = new Uint8Array(s.length); for (var i = 0; i < s.length; i++) b[i] = s.charCodeAt(i); return b.buffer; }
function tell(line) { door.write(handles.debug, text(JSON.stringify(line) + "\\n")); }
function show(id) {
  tell({ kind: "screen", screen: { id: id, title: id, rows: [] }, status: {}, lines: [id, String(count)], hints: [] });
  tell({ kind: "state", level: "ready", batch: "000001", trace: "000007", time: "", indicators: {}, debt: { reversals: 0, offline: 0 } });
}
function wait(ms, patience, then) { deadline = door.monotonic() + ms; after = then; door.wake(deadline, patience); }
function idle() { show("idle"); deadline = -1; after = null; door.wake(-1, 2); }
function end(id) { if (host) door.close(host); host = 0; show(id); wait(3000, 1, idle); }
function online() {
  host = door.open("host", "{}"); got = 0; count = 60; show("online");
  wait(1000, 0, tick);
}
function tick() { if (--count === 0) end("unknown"); else { show("online"); wait(1000, 0, tick); } }
var keys = {
  0x59: online,
  0x5a: function () { show("approved"); wait(3000, 1, idle); },
  0x5b: function () { show("present"); wait(60000, 2, function () { count++; show("notice"); wait(5000, 2, idle); }); },
  0x5c: function () { for (;;) door.monotonic(); },
  0x5d: function () { door.power("restart"); },
  0x5e: function () { door.power("halt"); }
};
globalThis.onDoorEvent = function (name, a, b) {
  if (name === "wake") { var then = after; if (then && door.monotonic() >= deadline) { after = null; then(); } return; }
  if (name === "opened" && a === host) { door.write(host, new Uint8Array(request).buffer); return; }
  if (name === "closed" && a === host) { host = 0; show(b === "refused" ? "refused" : "dropped"); wait(3000, 1, idle); return; }
  if (name !== "data") return;
  if (a === host) { got += b.byteLength; if (got > 2) end("answered"); return; }
  if (a === handles.debug) {
    var asked = JSON.parse(String.fromCharCode.apply(null, new Uint8Array(b)));
    tell({ kind: "journal", id: asked.id, batch: "000001", transactions: [], reversals: [], owed: null, totals: {} });
    return;
  }
  if (a === handles.keypad) { var usage = new Uint8Array(b)[2]; if (keys[usage]) keys[usage](); }
};
board.forEach(function (name) { handles[name] = door.open(name, "{}"); });
idle();
`;

export const tinyParts: Parts = {
  machine: (options) => new LocalMachine(options),
  devices: (context) => createDevices((wire) => context(wire as never)),
  acquirer: createAcquirer,
  reader: hostReader,
  tray,
  openChip,
  accounts,
  pty: () => Promise.reject(new Error("no PTY here")),
};

export interface TinyDesk {
  desk: Desk;
  dataDir: string;
  end(): Promise<void>;
}

export async function tinyDesk(options: Partial<DeskOptions> = {}): Promise<TinyDesk> {
  const dataDir = mkdtempSync(join(tmpdir(), "tael-desk-"));
  const desk = await Desk.create(
    {
      board: readBoard("desk", root),
      profile: readProfile("demo", root),
      bundle: { code: FIRMWARE },
      assets: {},
      dataDir,
      clock: "free",
      seed: 1,
      ...options,
    },
    tinyParts,
  );
  await desk.start();
  await desk.settle(10_000);
  return {
    desk,
    dataDir,
    async end() {
      await desk.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

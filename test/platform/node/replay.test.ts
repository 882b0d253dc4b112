import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import type { MachineOptions } from "../../../platform/node/machine.ts";
import { type Launch, NativeMachine } from "../../../platform/node/native-machine.ts";
import { replay } from "../../../platform/node/replay.ts";
import { type Kind, bench, bundle, quiet, temporaryDirectory, until } from "./bench.ts";

const SCRIPT = `
  const wire = door.open("wire", "{}");
  let sum = 0;
  on.data = (_, data) => {
    for (const byte of new Uint8Array(data)) sum += byte;
    const random = new Uint8Array(door.entropy(4));
    door.write(wire, new Uint8Array([sum & 255, ...random, door.clock() & 255]).buffer);
    door.fileAppend("sum", 0, bytes(sum & 255));
    attempt(() => door.close(77));
    if (sum > 100) door.power("restart");
  };
  on.wake = () => { door.write(wire, new Uint8Array(5000).fill(door.monotonic()).buffer); };
  door.wake(10, 0);
  say("sum was " + (door.fileRead("sum") ? new Uint8Array(door.fileRead("sum"))[0] : "nothing"));`;

async function recorded(kind: Kind): Promise<string> {
  const recordTo = join(temporaryDirectory(), "run.jsonl");
  const { machine, clock, said } = bench(SCRIPT, { recordTo }, kind);
  await machine.start();
  for (const bytes of [[1, 2, 3], [4], [99]]) {
    machine.toTerminal("wire", Uint8Array.from(bytes));
    await quiet(machine);
  }
  await until(machine, () => machine.status.quiet && said.length === 2);
  clock.setNow(10);
  machine.wake();
  await quiet(machine);
  await machine.cut();
  return readFileSync(recordTo, "utf8");
}

test.each<Kind>(["local", "worker"])("a recording of a %s machine plays back with the same calls and bytes", async (kind) => {
  const recording = await recorded(kind);
  const { code } = bundle(SCRIPT);
  const result = await replay({ code, recording });
  expect(result).toMatchObject({ same: true, sameBundle: true, starts: 2, events: 4 });
  expect(result.difference).toBeUndefined();
  expect(result.calls).toBeGreaterThan(15);
  expect(await replay({ code, recording, engine: "node-vm" })).toMatchObject({ same: true, calls: result.calls });
  expect(await replay({ code, recording: recording.slice(0, -20) })).toMatchObject({ same: true });
});

test.each([
  ["another byte", "sum += byte", "sum += byte + 1", /"write"/],
  ["a call less", "attempt(() => door.close(77));", "", /"close"/],
  ["a call more", "let sum = 0;", "let sum = 0; door.clock();", /"clock"/],
  ["other bytes in a long write", "fill(door.monotonic())", "fill(door.monotonic() + 1)", /sha256/],
  ["an exception", "on.wake = () => {", "on.wake = () => { null.fell;", /"monotonic".* the guest failed: TypeError/],
])("the first difference is told: %s", async (_what, from, to, words) => {
  const recording = await recorded("local");
  const { code } = bundle(SCRIPT.replace(from, to));
  const result = await replay({ code, recording });
  expect(result).toMatchObject({ same: false, sameBundle: false });
  expect(`${result.difference?.expected} / ${result.difference?.got}`).toMatch(words);
  expect(recording.split("\n")[(result.difference?.line ?? 0) - 1]).toBeDefined();
});

test("what is no recording is refused", async () => {
  await expect(replay({ code: bundle("").code, recording: "hello\nworld\n" })).rejects.toThrow(
    /line 1 of the recording is damaged/,
  );
  await expect(replay({ code: bundle("").code, recording: '{"start":true}\n' })).rejects.toThrow(/not a recording/);
});

test("a terminal that is a program of its own refuses to be recorded, and nothing is started", () => {
  const recordTo = join(temporaryDirectory(), "run.jsonl");
  const options = { board: {}, bundle: bundle(""), dataDir: temporaryDirectory(), recordTo } as unknown as MachineOptions;
  const launch = vi.fn<() => Launch>();
  expect(() => new NativeMachine(options, launch)).toThrow(/no recording is kept .* quickjs-ng/);
  expect(launch).not.toHaveBeenCalled();
});

/** What quickjs-wasi has beyond the others: a start from bytecode, and a picture of the engine to go on from. */
import { expect, test } from "vitest";
import type { CallName } from "../../../platform/abi.ts";
import type { EngineOptions, FromGuest, ToGuest } from "../../../platform/node/engine.ts";
import { bytecodeOf, createQuickJsWasi, restoreQuickJsWasi } from "../../../platform/node/quickjs-wasi.ts";

const CODE = `let n = 0; globalThis.onDoorEvent = (name, bytes) => { n++; door.log(1, name + " " + n + " " + new Uint8Array(bytes).join()); Promise.resolve().then(() => door.log(1, "job " + n)); };
  globalThis.fall = () => { throw new Error("fell"); }; door.log(1, "up");`;

function options(): { options: EngineOptions; said: string[] } {
  const said: string[] = [];
  const call = (_name: CallName, args: readonly FromGuest[]): ToGuest => void said.push(String(args[1]));
  return {
    said,
    options: {
      memoryLimitBytes: 32 * 1024 * 1024,
      stackLimitBytes: 256 * 1024,
      eventLimitMs: 1000,
      call,
      shouldStop: () => false,
    },
  };
}

test("bytecode does what its source does, and places in traces stay", async () => {
  const bytecode = await bytecodeOf(CODE, "firmware.js");
  const { options: given, said } = options();
  const engine = await createQuickJsWasi(given);
  engine.start(bytecode);
  engine.event("data", [Uint8Array.of(1, 2)]);
  expect(said).toEqual(["up", "data 1 1,2", "job 1"]);
  expect(() => engine.evaluate("fall()", "other.js")).toThrow(
    expect.objectContaining({ guestStack: expect.stringMatching(/firmware\.js:2/) }),
  );
  engine.dispose();
});

test("bytecode that was altered is refused", async () => {
  const bytecode = await bytecodeOf(CODE, "firmware.js");
  bytecode[bytecode.length >> 1] = (bytecode[bytecode.length >> 1] as number) ^ 1;
  const engine = await createQuickJsWasi(options().options);
  expect(() => engine.start(bytecode)).toThrow(/checksum|bytecode/i);
});

test("an engine goes on from a picture of it, again and again, and the one it was taken of goes on as well", async () => {
  const first = options();
  const engine = await createQuickJsWasi(first.options);
  engine.evaluate(CODE, "firmware.js");
  engine.event("data", [Uint8Array.of(1)]);
  const picture = engine.picture();
  engine.event("data", [Uint8Array.of(2)]);
  expect(first.said.at(-1)).toBe("job 2");
  for (const _again of [1, 2]) {
    const next = options();
    const restored = await restoreQuickJsWasi(picture, next.options);
    restored.event("data", [Uint8Array.of(7)]);
    expect(next.said).toEqual(["data 2 7", "job 2"]);
    expect(() => restored.evaluate("__helpers", "other.js")).toThrow(/not defined/);
    restored.dispose();
  }
});

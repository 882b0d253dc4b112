import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CALLS, ERRORS } from "../../../platform/abi.ts";
import { MemoryFiles } from "../../../platform/node/files.ts";
import { bench, quiet } from "./bench.ts";

/** Runs expressions in the guest; each answers with its value or the error it got. */
async function ask(...expressions: string[]): Promise<string[]> {
  const { machine, said } = bench(
    `const wire = door.open("wire", "{}"); ${expressions.map((expression) => `say(attempt(() => ${expression}));`).join("\n")}`,
    { files: new MemoryFiles() },
  );
  await machine.start();
  await quiet(machine);
  return said;
}

describe("a hostile guest", () => {
  test.each([
    ["door.open()", "bad-argument"],
    ["door.open('wire')", "bad-argument"],
    ["door.open('other', '{}', 1)", "bad-argument"],
    ["door.open('other', 'null')", "bad-argument"],
    ["door.open('other', '[]')", "bad-argument"],
    ["door.open('other', '{')", "bad-argument"],
    ["door.open('other', {})", "bad-argument"],
    ["door.open('other', ' '.repeat(4097))", "too-large"],
    ["door.open('elsewhere', '{}')", "no-such-port"],
    ["door.open('__proto__', '{}')", "no-such-port"],
    ["door.open('wire\\0', '{}')", "no-such-port"],
    ["door.open('wire', '{}')", "busy"],
    ["door.write(99, bytes(1))", "bad-handle"],
    ["door.write(0, bytes(1))", "bad-handle"],
    ["door.write(-1, bytes(1))", "bad-handle"],
    ["door.write(1.5, bytes(1))", "bad-argument"],
    ["door.write(NaN, bytes(1))", "bad-argument"],
    ["door.write(2 ** 40, bytes(1))", "bad-argument"],
    ["door.write('1', bytes(1))", "bad-argument"],
    ["door.write(1n, bytes(1))", "bad-argument"],
    ["door.write(wire, new Uint8Array(4))", "bad-argument"],
    ["door.write(wire, 'text')", "bad-argument"],
    ["door.write(wire, { byteLength: 4 })", "bad-argument"],
    ["door.write(wire, new Proxy(new ArrayBuffer(4), {}))", "bad-argument"],
    ["door.write(wire, new ArrayBuffer(262145))", "too-large"],
    ["door.control(wire, '5')", "bad-argument"],
    ["door.control(7, '{}')", "bad-handle"],
    ["door.close(7)", "bad-handle"],
    ["door.close(wire, wire)", "bad-argument"],
    ["door.fileRead('../seal.key')", "bad-argument"],
    ["door.fileRead('/etc/passwd')", "bad-argument"],
    ["door.fileRead('.hidden')", "bad-argument"],
    ["door.fileRead('UPPER')", "bad-argument"],
    ["door.fileRead('a/b')", "bad-argument"],
    ["door.fileRead('')", "bad-argument"],
    ["door.fileRead('a\\0b')", "bad-argument"],
    ["door.fileRead('a'.repeat(65))", "too-large"],
    ["door.fileAppend('a', 1, bytes(1))", "bad-argument"],
    ["door.fileAppend('a', -1, bytes(1))", "bad-argument"],
    ["door.fileAppend('a', 0.5, bytes(1))", "bad-argument"],
    ["door.fileAppend('a', Infinity, bytes(1))", "bad-argument"],
    ["door.fileAppend('a', 0, new ArrayBuffer(4194305))", "too-large"],
    ["door.fileSync('missing')", "no-such-file"],
    ["door.fileReplace('missing', 'a')", "no-such-file"],
    ["door.fileReplace('a', '../a')", "bad-argument"],
    ["door.fileList(1)", "bad-argument"],
    ["door.seal('text')", "bad-argument"],
    ["door.seal(new ArrayBuffer(1048577))", "too-large"],
    ["door.unseal(bytes(1, 2, 3))", "corrupt"],
    ["door.clock(1)", "bad-argument"],
    ["door.wake(NaN, 0)", "bad-argument"],
    ["door.wake(-2, 0)", "bad-argument"],
    ["door.wake(0, 3)", "bad-argument"],
    ["door.entropy(1025)", "bad-argument"],
    ["door.entropy(-1)", "bad-argument"],
    ["door.log(4, 'x')", "bad-argument"],
    ["door.log(1, {})", "bad-argument"],
    ["door.log(1, 'x'.repeat(16385))", "too-large"],
    ["door.log(1, '\\u5b57'.repeat(16384))", "too-large"],
    ["door.power('burn')", "bad-argument"],
    ["door.facts(undefined)", "bad-argument"],
    ["door.asset({})", "bad-argument"],
  ])("%s → %s", async (expression, code) => {
    const [answer] = await ask(expression);
    expect(answer).toMatch(new RegExp(`^DoorError ${code}: .+`));
    expect(ERRORS).toContain(code);
  });

  test("learns nothing of the outside's objects", async () => {
    expect(await ask("door.asset('__proto__')", "door.asset('constructor')", "door.asset('toString')")).toEqual([
      "undefined",
      "undefined",
      "undefined",
    ]);
  });

  test("cannot replace the door", async () => {
    const [first, second] = await ask("(globalThis.door = 1, typeof door)", "(delete globalThis.door, typeof door)");
    expect([first, second]).toEqual(
      ["object", "TypeError could not delete property"].map((word, index) => (index === 0 ? word : second)),
    );
    expect(second).not.toBe("undefined");
  });

  test("spoils its own intrinsics, and the door still looks at the right bytes", async () => {
    const script = `
      const wire = door.open("wire", "{}");
      Object.defineProperty(ArrayBuffer.prototype, "byteLength", { get: () => 1e9 });
      Uint8Array.prototype.__proto__.set = () => { throw 1; };
      JSON.stringify = () => "{}"; globalThis.ArrayBuffer = undefined; Object.prototype.then = 1; Error.prototype.toString = () => { throw 2; };
      door.write(wire, new Uint8Array([1, 2, 3]).buffer);
      const got = new Uint8Array(door.entropy(5));
      say(got.length);`;
    const { machine, wires, said } = bench(script);
    await machine.start();
    expect(wires.written).toEqual([["wire", [1, 2, 3]]]);
    expect(said).toEqual(["5"]);
  });

  test("any arguments to any call: an answer or a named error, and the guest lives on", async () => {
    const value = fc.oneof(
      fc.constantFrom(
        "undefined",
        "null",
        "NaN",
        "-0",
        "Symbol()",
        "1n",
        "{}",
        "[]",
        "(() => {})",
        "new Date(0)",
        "new ArrayBuffer(8)",
        "'\\ud800'",
      ),
      fc.constantFrom("'wire'", "'{}'", "''", "1", "-1", "'a'", "new Uint8Array(3)", "new Map()", "{ valueOf() { throw 1 } }"),
      fc.double().map(String),
    );
    const names = Object.keys(CALLS).filter((name) => name !== "power");
    const call = fc
      .tuple(fc.constantFrom(...names), fc.array(value, { maxLength: 4 }))
      .map(([name, args]) => `door.${name}(${args.join(", ")})`);
    await fc.assert(
      fc.asyncProperty(fc.array(call, { minLength: 20, maxLength: 60 }), async (calls) => {
        const { machine, log } = bench(`${calls.map((one) => `say("» " + attempt(() => ${one}));`).join("\n")} say("alive");`, {
          files: new MemoryFiles(),
        });
        await machine.start();
        const said = log.filter(({ level, words }) => level === "info" && words.startsWith("» ")).map(({ words }) => words);
        expect(said).toHaveLength(calls.length);
        for (const words of said.filter((one) => one.includes("Error"))) expect(words).toMatch(/^» DoorError [a-z-]+: /);
        expect(log.at(-1)?.words).toBe("alive");
        await machine.cut();
      }),
      { numRuns: 15 },
    );
  });

  test("is not told of failures of the outside in more than words", async () => {
    const { machine, wires, said } = bench(
      `const wire = door.open("wire", "{}"); say(attempt(() => door.write(wire, bytes(1)))); say("alive");`,
    );
    wires.onWrite = () => {
      throw new TypeError("a device is broken");
    };
    await machine.start();
    expect(said).toEqual(["DoorError io: the outside failed: a device is broken", "alive"]);
  });

  test("cannot fill the log with refusals", async () => {
    const { machine, log } = bench(`for (let i = 0; i < 500; i++) attempt(() => door.close(99));`);
    await machine.start();
    expect(log.filter(({ level }) => level === "warn")).toHaveLength(21);
  });
});

describe("the calls", () => {
  test("texts cross whole: Chinese, astral characters, NUL, half a surrogate", async () => {
    const { machine, said } = bench(`for (const text of ["消费 ¥100", "😀", "a\\0b", "x\\ud800y"]) say(text);`);
    await machine.start();
    expect(said).toEqual(["消费 ¥100", "😀", "a\0b", "x\ud800y"]);
  });

  test("bytes cross whole, also none at all", async () => {
    const { machine, said, wires } = bench(`
      const wire = door.open("wire", "{}");
      on.data = (_, data) => say([...new Uint8Array(data)]);
      door.write(wire, new ArrayBuffer(0));
      door.write(wire, Uint8Array.from({ length: 256 }, (_, i) => i).buffer);`);
    await machine.start();
    machine.toTerminal("wire", Uint8Array.of());
    machine.toTerminal("wire", Uint8Array.of(0, 255, 0));
    expect(wires.written).toEqual([
      ["wire", []],
      ["wire", Array.from({ length: 256 }, (_, i) => i)],
    ]);
    expect(said).toEqual(["", "0,255,0"]);
  });

  test("clocks, facts, assets and entropy", async () => {
    const options = { assets: { "board.json": Uint8Array.of(7, 8) }, facts: { serial: "N1" }, seed: 4 };
    const script = `say(door.clock() / 1000); say(door.monotonic()); say([...new Uint8Array(door.asset("board.json"))]); say(door.asset("none"));
      say(Object.keys(JSON.parse(door.facts())).join()); say(JSON.parse(door.facts()).serial); say([...new Uint8Array(door.entropy(4))]); say([...new Uint8Array(door.entropy(4))]);`;
    const first = bench(script, options);
    await first.machine.start();
    expect(first.said.slice(0, 6)).toEqual([
      String(Date.parse("2026-11-21T09:00:00+08:00") / 1000),
      "0",
      "7,8",
      "undefined",
      "manager,loader,kernel,fileSystem,engine,app,abi,serial",
      "N1",
    ]);
    const second = bench(script, options);
    await second.machine.start();
    expect(second.said).toEqual(first.said);
    expect(first.said[6]).not.toBe(first.said[7]);
  });

  test("a closed handle is silent, and its name is free again", async () => {
    const { machine, said } = bench(`
      let wire = door.open("wire", "{}");
      on.data = (from) => { say("data " + from); door.close(wire); say(attempt(() => door.write(wire, bytes(1)))); wire = door.open("wire", "{}"); };`);
    await machine.start();
    machine.toTerminal("wire", Uint8Array.of(1));
    machine.toTerminal("wire", Uint8Array.of(1));
    expect(said).toEqual([
      "data 1",
      "DoorError bad-handle: handle 1 is not open",
      "data 2",
      "DoorError bad-handle: handle 2 is not open",
    ]);
  });

  test("requests of control reach the device", async () => {
    const { machine, wires, said } = bench(`const wire = door.open("wire", "{}"); say(door.control(wire, '{"baud":9600}'));`);
    await machine.start();
    expect(wires.controls).toEqual([["wire", { baud: 9600 }]]);
    expect(said).toEqual(["{}"]);
  });
});

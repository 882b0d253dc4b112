/** Native qjs as the program it is: files, sealing, arguments; what the flows do not touch. */
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { release } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { nativeQjs } from "../../../build/debian.ts";
import { ABI_BANNER } from "../../../platform/abi.ts";
import { sealerIn } from "../../../platform/node/seal.ts";
import { systemEntropy } from "../../../platform/node/entropy.ts";
import { temporaryDirectory } from "../node/bench.ts";
import { sums } from "../node/sums.ts";

const root = process.env.TAEL_ROOT ?? process.cwd();
let program: string | undefined;
beforeAll(() => {
  try {
    program = nativeQjs();
  } catch (error) {
    console.warn(`SKIPPED: ${(error as Error).message}; apt-get install quickjs (Debian 13), or name one with TAEL_QJS`);
  }
});

interface Ran {
  status: number | null;
  errors: string;
  dataDir: string;
}

/** Runs a script as the firmware until it switches off. */
function run(script: string, dataDir = temporaryDirectory(), more: string[] = [], env: Record<string, string> = {}): Ran {
  const folder = temporaryDirectory();
  const [board, bundle] = [join(folder, "board.json"), join(folder, "firmware.js")];
  writeFileSync(
    board,
    JSON.stringify({
      ports: {
        nowhere: { kind: "tcp", host: "127.0.0.1", port: 1 },
        line: { kind: "serial", path: "/dev/tael-none", baud: 9600 },
        keypad: { kind: "evdev", device: join(folder, "event0") },
        absent: { kind: "evdev", device: "a keypad of nowhere" },
      },
    }),
  );
  // A file is read like an input device, but for its end. Enter down and repeated, as a 64-bit program reads it: two longs, type, code, value.
  const enter = (value: number): number[] => [...new Array<number>(16).fill(0), 1, 0, 28, 0, value, 0, 0, 0];
  writeFileSync(join(folder, "event0"), Uint8Array.from([...enter(1), ...enter(2)]));
  writeFileSync(
    bundle,
    `${ABI_BANNER}\nconst on = {}; globalThis.onDoorEvent = (name, ...args) => on[name]?.(...args);
     const say = (words) => door.log(1, String(words)); const attempt = (work) => { try { return String(work()); } catch (error) { return error.name + " " + error.message; } };
     const bytes = (text) => Uint8Array.from(text, (sign) => sign.charCodeAt(0)).buffer; const text = (buffer) => String.fromCharCode(...new Uint8Array(buffer));
     ${script}`,
  );
  const flags = [
    "--no-unhandled-rejection",
    "-m",
    join(root, "dist/native.js"),
    "--board",
    board,
    "--data",
    dataDir,
    "--assets",
    folder,
    "--bundle",
    bundle,
  ];
  const ran = spawnSync(program ?? "", [...flags, ...more], {
    encoding: "utf8",
    timeout: 30_000,
    env: { ...process.env, ...env },
  });
  return { status: ran.status, errors: ran.stderr, dataDir };
}

const said = ({ errors }: Ran): string[] =>
  errors
    .split("\n")
    .filter((line) => / info /.test(line))
    .map((line) => line.replace(/^.* info /, ""));

describe("native qjs", () => {
  test("files: appended, cut, replaced, listed, and there again", (context) => {
    if (program === undefined) return context.skip();
    const ran = run(`
      door.fileAppend("a", 0, bytes("hello")); door.fileAppend("a", 5, bytes(" world")); door.fileSync("a");
      say(text(door.fileRead("a"))); door.fileAppend("a", 4, bytes("!")); say(text(door.fileRead("a"))); say(attempt(() => door.fileAppend("a", 9, bytes("x"))));
      door.fileAppend("b", 0, bytes("new")); door.fileSync("b"); door.fileReplace("b", "a"); say(text(door.fileRead("a"))); say(attempt(() => door.fileSync("b")));
      say(door.fileList()); say(attempt(() => door.fileRead("../x"))); say(door.fileRead("none")); door.power("halt");`);
    expect(ran.status).toBe(0);
    expect(said(ran)).toEqual([
      "hello world",
      "hell!",
      "DoorError bad-argument: a has 5 bytes; cannot write at 9",
      "new",
      "DoorError no-such-file: there is no file b",
      `[{"name":"a","size":3}]`,
      expect.stringMatching(/^DoorError bad-argument: a file name is/),
      "undefined",
    ]);
    expect(readFileSync(join(ran.dataDir, "store/a"), "utf8")).toBe("new");
    expect(said(run(`say(text(door.fileRead("a"))); door.power("halt");`, ran.dataDir))).toEqual(["new"]);
  });

  test("what it sealed platform/node opens, and the other way round", (context) => {
    if (program === undefined) return context.skip();
    const { dataDir } = run(
      `door.fileAppend("sealed", 0, door.seal(bytes("6222 021"))); door.fileSync("sealed"); door.power("halt");`,
    );
    const sealer = sealerIn(dataDir, systemEntropy);
    expect(Buffer.from(sealer.unseal(readFileSync(join(dataDir, "store/sealed")))).toString()).toBe("6222 021");
    writeFileSync(join(dataDir, "store/theirs"), sealer.seal(Buffer.from("from node")));
    const back = run(
      `say(text(door.unseal(door.fileRead("theirs")))); say(attempt(() => door.unseal(bytes("x".repeat(40))))); door.power("halt");`,
      dataDir,
    );
    expect(said(back)).toEqual(["from node", expect.stringMatching(/^DoorError corrupt/)]);
  });

  test("kernel and file system are the device's own", (context) => {
    if (program === undefined) return context.skip();
    const { kernel, fileSystem } = JSON.parse(said(run(`say(door.facts()); door.power("halt");`))[0] ?? "{}") as Record<
      string,
      string
    >;
    expect(kernel).toBe(release());
    expect(readFileSync("/proc/self/mounts", "utf8")).toContain(` ${fileSystem} `);
  });

  test("an input device: keys that went down, and its end", (context) => {
    if (program === undefined) return context.skip();
    const ran = run(`
      let ends = 0;
      on.opened = () => say("opened"); on.data = (_, keys) => say([...new Uint8Array(keys)]);
      on.closed = (_, why) => { say(why); if (++ends === 2) door.power("halt"); };
      door.open("keypad", "{}"); door.open("absent", "{}");`);
    expect(said(ran).sort()).toEqual(["1,0,28,0,1,0,0,0", "opened", "unplugged", "unplugged"]);
  });

  test("ports that are not there say so by their names", (context) => {
    if (program === undefined) return context.skip();
    const ran = run(`
      let closed = 0; on.closed = (handle, why) => { say(handle + " " + why); if (++closed === 2) door.power("halt"); };
      say(door.open("nowhere", "{}")); say(door.open("line", "{}")); say(attempt(() => door.open("line", "{}"))); say(attempt(() => door.open("other", "{}")));
      say(attempt(() => door.write(1, bytes("x"))));`);
    expect(said(ran).slice(0, 5)).toEqual([
      "1",
      "2",
      "DoorError busy: line is open already",
      expect.stringMatching(/no-such-port/),
      expect.stringMatching(/no-answer/),
    ]);
    expect(said(ran).slice(5).sort()).toEqual(["1 refused", "2 unplugged"]);
    expect(ran.errors).toMatch(/warn .*Connection refused/);
    expect(ran.errors).toMatch(/warn line: open \/dev\/tael-none: No such file/);
  });

  test("a connection's program ends with the terminal, whatever the far end does", async (context) => {
    if (program === undefined) return context.skip();
    const bin = temporaryDirectory();
    writeFileSync(join(bin, "socat"), `#!/bin/sh\necho $$ > ${bin}/pid\necho up\nexec sleep 300\n`, { mode: 0o755 });
    const ran = run(`on.opened = () => door.power("halt"); door.open("nowhere", "{}");`, undefined, [], {
      PATH: `${bin}:${process.env.PATH}`,
    });
    expect(ran.status).toBe(0);
    const stat = `/proc/${readFileSync(join(bin, "pid"), "utf8").trim()}/stat`;
    await expect.poll(() => (existsSync(stat) ? readFileSync(stat, "utf8") : "gone")).toMatch(/^gone|\) [ZX] /);
  });

  test("counts, prints and reads big integers as Node does", (context) => {
    if (program === undefined) return context.skip();
    const ran = run(`const all = (${sums.toString()})().join("\\n"); let at = 0;
      for (let from = 0; from < all.length; from += 100000) { const piece = bytes(all.slice(from, from + 100000)); door.fileAppend("sums", at, piece); at += piece.byteLength; }
      door.power("halt");`);
    expect(ran.errors).toBe("");
    expect(readFileSync(join(ran.dataDir, "store/sums"), "utf8").split("\n")).toEqual(sums());
  });

  test("wake-ups, promise jobs before the next event, a restart asked for", (context) => {
    if (program === undefined) return context.skip();
    const ran = run(`
      const begun = door.monotonic(); let n = 0;
      on.wake = () => { say("wake " + ++n); (async () => { await null; say("job " + n); })(); if (n < 2) door.wake(door.monotonic() + 5, 0); else door.wake(door.monotonic(), 0);
        if (n === 3) { say(door.monotonic() - begun >= 25); door.power("restart"); } };
      door.wake(begun + 20, 0);`);
    expect(ran.status).toBe(75);
    expect(said(ran)).toEqual(["wake 1", "job 1", "wake 2", "job 2", "wake 3", "true"]);
  });

  test("a firmware that fails leaves a report; a bundle for another door and wrong arguments are refused", (context) => {
    if (program === undefined) return context.skip();
    const ran = run(`on.wake = () => { throw new Error("cannot stand 6225880137706868123"); }; door.wake(0, 0);`);
    expect(ran.status).toBe(1);
    expect(ran.errors).toMatch(/the firmware failed: Error: cannot stand 622588\*+8123/);
    expect(existsSync(join(ran.dataDir, "crash"))).toBe(true);
    expect(execFileSync("sh", ["-c", `cat '${ran.dataDir}'/crash/*`], { encoding: "utf8" })).toMatch(
      /cannot stand 622588\*+8123/,
    );
    const wrong = run("", undefined, ["--colour", "blue"]);
    expect([wrong.status, wrong.errors]).toEqual([2, expect.stringMatching(/--colour is not known[\s\S]*usage:/)]);
  });

  test("the guest finds no way out that it could name", (context) => {
    if (program === undefined) return context.skip();
    const ran =
      run(`say(["std", "os", "scriptArgs", "print", "console", "performance", "setTimeout", "bjson"].filter((name) => name in globalThis).join()); say(typeof Math.random);
      say(attempt(() => new Date())); say(new Date(0).toISOString()); door.power("halt");`);
    expect(said(ran)).toEqual(["", "undefined", expect.stringMatching(/no clock of its own/), "1970-01-01T00:00:00.000Z"]);
  });
});

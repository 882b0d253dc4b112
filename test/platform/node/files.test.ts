import { mkdirSync, readFileSync, readdirSync, statSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { DoorErrorCode } from "../../../platform/abi.ts";
import { systemEntropy } from "../../../platform/node/entropy.ts";
import { DoorError } from "../../../platform/node/errors.ts";
import { DirectoryFiles, type FileLayer, MemoryFiles } from "../../../platform/node/files.ts";
import { LogFile } from "../../../platform/node/logfile.ts";
import { sealerIn } from "../../../platform/node/seal.ts";
import { bench, temporaryDirectory } from "./bench.ts";

const text = (words: string): Uint8Array => Uint8Array.from(Buffer.from(words));
const read = (files: FileLayer, name: string): string | undefined => {
  const bytes = files.read(name);
  return bytes && Buffer.from(bytes).toString();
};
const codeOf = (action: () => unknown): DoorErrorCode | undefined => {
  try {
    action();
  } catch (error) {
    if (error instanceof DoorError) return error.code;
    throw error;
  }
  return undefined;
};

describe.each([
  ["on the disk", () => new DirectoryFiles(join(temporaryDirectory(), "store"))],
  ["in memory", () => new MemoryFiles()],
])("files %s", (_where, make) => {
  test("append at the end, cut off what stood beyond, refuse a gap", () => {
    const files = make();
    expect(files.read("log")).toBeUndefined();
    files.append("log", 0, text("hello"));
    files.append("log", 5, text(" world"));
    expect(read(files, "log")).toBe("hello world");
    files.append("log", 4, text("!"));
    expect(read(files, "log")).toBe("hell!");
    files.append("log", 0, text(""));
    expect(read(files, "log")).toBe("");
    expect(codeOf(() => files.append("log", 1, text("x")))).toBe("bad-argument");
    expect(codeOf(() => files.append("new", 1, text("x")))).toBe("bad-argument");
    expect(files.list()).toEqual([{ name: "log", size: 0 }]);
  });

  test("replace is a rename, and the old bytes are gone", () => {
    const files = make();
    files.append("b", 0, text("new"));
    files.append("a", 0, text("old"));
    files.sync("b");
    files.replace("b", "a");
    expect(read(files, "a")).toBe("new");
    expect(files.read("b")).toBeUndefined();
    files.append("a", 3, text("er"));
    expect(read(files, "a")).toBe("newer");
    files.append("b", 0, text("again"));
    expect(files.list()).toEqual([
      { name: "a", size: 5 },
      { name: "b", size: 5 },
    ]);
  });

  test("what is not there is named", () => {
    const files = make();
    expect(codeOf(() => files.sync("none"))).toBe("no-such-file");
    expect(codeOf(() => files.replace("none", "other"))).toBe("no-such-file");
  });
});

test("files outlive the machine, and what is no file of the guest is not listed", () => {
  const directory = join(temporaryDirectory(), "store");
  const first = new DirectoryFiles(directory);
  first.append("a", 0, text("kept"));
  first.sync("a");
  first.close();
  writeFileSync(join(directory, "UPPER"), "");
  mkdirSync(join(directory, "folder"));
  const second = new DirectoryFiles(directory);
  expect(read(second, "a")).toBe("kept");
  expect(second.list()).toEqual([{ name: "a", size: 4 }]);
});

test("a link out of the directory is not followed", () => {
  const root = temporaryDirectory();
  writeFileSync(join(root, "secret"), "secret");
  const files = new DirectoryFiles(join(root, "store"));
  symlinkSync(join(root, "secret"), join(root, "store", "way-out"));
  expect(codeOf(() => files.read("way-out"))).toBe("io");
  expect(codeOf(() => files.append("way-out", 0, text("x")))).toBe("io");
  expect(readFileSync(join(root, "secret"), "utf8")).toBe("secret");
});

test("a full disk is named, and nothing is written", () => {
  // A file layer on /dev/full would need a mount; the faulty layer stands in for the disk.
  class FullDisk extends MemoryFiles {
    override append(): void {
      throw new DoorError("disk-full", "the disk takes no more");
    }
  }
  const { machine, said } = bench(
    `say(attempt(() => door.fileAppend("a", 0, bytes(1)))); say(attempt(() => door.fileRead("a")));`,
    { files: new FullDisk() },
  );
  return machine.start().then(() => expect(said).toEqual(["DoorError disk-full: the disk takes no more", "undefined"]));
});

test("a file too large for the guest is refused, not read", () => {
  const directory = join(temporaryDirectory(), "store");
  const files = new DirectoryFiles(directory);
  files.append("huge", 0, text(""));
  truncateSync(join(directory, "huge"), 65 * 1024 * 1024);
  expect(codeOf(() => files.read("huge"))).toBe("too-large");
});

describe("sealing", () => {
  test("a power cut while the key was made leaves no half key in its place", () => {
    const directory = temporaryDirectory();
    writeFileSync(join(directory, "seal.key.new"), "half a k");
    const sealed = sealerIn(directory, systemEntropy).seal(text("amount 100"));
    expect(readdirSync(directory)).toEqual(["seal.key"]);
    expect(Buffer.from(sealerIn(directory, systemEntropy).unseal(sealed)).toString()).toBe("amount 100");
  });

  test("under the platform's own key nothing is written, and without it nothing starts", () => {
    const directory = temporaryDirectory();
    const key = join(temporaryDirectory(), "credential");
    expect(() => sealerIn(directory, systemEntropy, key)).toThrow(/the platform gave no sealing key: .*credential/);
    writeFileSync(key, "too short");
    expect(() => sealerIn(directory, systemEntropy, key)).toThrow(/9 bytes, not 32/);
    writeFileSync(key, systemEntropy(32));
    const sealed = sealerIn(directory, systemEntropy, key).seal(text("amount 100"));
    expect(Buffer.from(sealerIn(directory, systemEntropy, key).unseal(sealed)).toString()).toBe("amount 100");
    expect(readdirSync(directory)).toEqual([]);
  });

  test("gives back what was sealed, on this terminal alone", () => {
    const directory = temporaryDirectory();
    const sealer = sealerIn(directory, systemEntropy);
    for (const plain of [text(""), text("track 2 of an offline sale"), new Uint8Array(1_048_576).fill(7)]) {
      const sealed = sealer.seal(plain);
      expect(sealed.length).toBeLessThanOrEqual(plain.length + 64);
      expect(Buffer.compare(sealer.unseal(sealed), plain)).toBe(0);
      expect(Buffer.compare(sealerIn(directory, systemEntropy).unseal(sealed), plain)).toBe(0);
      expect(codeOf(() => sealerIn(temporaryDirectory(), systemEntropy).unseal(sealed))).toBe("corrupt");
    }
    expect(statSync(join(directory, "seal.key")).mode & 0o777).toBe(0o600);
  });

  test("tells when any bit was altered or anything cut off", () => {
    const sealer = sealerIn(temporaryDirectory(), systemEntropy);
    const sealed = sealer.seal(text("amount 100"));
    for (let at = 0; at < sealed.length * 8; at++) {
      const altered = sealed.slice();
      altered[at >> 3] = (altered[at >> 3] as number) ^ (1 << (at & 7));
      expect(codeOf(() => sealer.unseal(altered))).toBe("corrupt");
    }
    for (let length = 0; length < sealed.length; length++)
      expect(codeOf(() => sealer.unseal(sealed.slice(0, length)))).toBe("corrupt");
  });

  test("never uses a nonce for two texts, even when the entropy repeats itself", () => {
    const sealer = sealerIn(temporaryDirectory(), (count) => new Uint8Array(count));
    expect(sealer.seal(text("one")).slice(1, 13)).not.toEqual(sealer.seal(text("two")).slice(1, 13));
  });

  test("a damaged key stops the start with words, and is not written over", async () => {
    const { machine, dataDir } = bench("");
    writeFileSync(join(dataDir, "seal.key"), "short");
    await expect(machine.start()).rejects.toThrow(/seal\.key is damaged \(5 bytes, not 32\)/);
    expect(readFileSync(join(dataDir, "seal.key"), "utf8")).toBe("short");
  });

  test("crosses the door", async () => {
    const { machine, said } = bench(`
      const sealed = new Uint8Array(door.seal(bytes(1, 2, 3)));
      say([...new Uint8Array(door.unseal(sealed.buffer))]); sealed[20] ^= 1; say(attempt(() => door.unseal(sealed.buffer)).slice(0, 18));`);
    await machine.start();
    expect(said).toEqual(["1,2,3", "DoorError corrupt:"]);
  });
});

describe("the log", () => {
  test("goes to listeners and to the disk, one line each, card numbers masked", async () => {
    const { machine, log, dataDir } = bench(`door.log(2, "card 6225880137706868123\\nnext"); door.log(0, "fine");`);
    await machine.start();
    expect(log).toEqual([
      { at: Date.parse("2026-11-21T09:00:00+08:00"), level: "warn", words: "card 622588*********8123\nnext" },
      { at: Date.parse("2026-11-21T09:00:00+08:00"), level: "debug", words: "fine" },
    ]);
    expect(readFileSync(join(dataDir, "log", "terminal.log"), "utf8")).toBe(
      "2026-11-21T01:00:00.000Z warn card 622588*********8123\\x0anext\n2026-11-21T01:00:00.000Z debug fine\n",
    );
  });

  test("is bounded", () => {
    const directory = temporaryDirectory();
    const file = new LogFile(join(directory, "terminal.log"), 200);
    for (let n = 0; n < 50; n++) file.write({ at: 0, level: "info", words: `line ${n}` });
    const names = readdirSync(directory).sort();
    expect(names).toEqual(["terminal.log", "terminal.log.1", "terminal.log.2", "terminal.log.3"]);
    for (const name of names) expect(statSync(join(directory, name)).size).toBeLessThanOrEqual(200);
    expect(readFileSync(join(directory, "terminal.log"), "utf8")).toContain("line 49");
  });
});

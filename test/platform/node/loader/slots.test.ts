/** The rules of the two slots, one at a time; what a power cut does to them is in ./power.test.ts. */
import { beforeEach, expect, test } from "vitest";
import { MemoryFiles } from "../../../../platform/node/files.ts";
import { publicHex } from "../../../../platform/node/loader/package.ts";
import { ATTEMPTS, Slots } from "../../../../platform/node/loader/slots.ts";
import { keyOf, packageOf } from "./packages.ts";

let files: MemoryFiles;
let said: string[];
let slots: Slots;
beforeEach(() => {
  files = new MemoryFiles();
  said = [];
  slots = new Slots(files, {}, (words) => said.push(words));
});

function installed(version: string, counter = 1): void {
  expect(slots.install(packageOf({ version, counter }))).toHaveProperty("installed");
  const chosen = slots.choose();
  expect(chosen?.manifest.version).toBe(version);
  slots.confirm(chosen!.slot);
}

test("an empty terminal starts nothing; its first package makes it what it is", () => {
  expect(slots.choose()).toBeUndefined();
  expect(slots.empty).toBe(true);
  installed("1.0.0");
  expect(slots.status).toMatchObject({ board: "desk", signers: [publicHex(keyOf(1))], active: "a", securityCounter: 1 });
  expect(slots.install(packageOf({ version: "2.0.0", key: keyOf(2) }))).toMatchObject({ refused: "signer" });
  expect(slots.install(packageOf({ version: "2.0.0", board: "kiosk" }))).toMatchObject({ refused: "board" });
  expect(said.at(-1)).toContain('for the board "kiosk", and this is "desk"');
});

test("an update is tried, confirmed, and then the counter shuts out what is older", () => {
  installed("1.0.0", 1);
  slots.install(packageOf({ version: "1.1.0", counter: 5 }));
  expect(slots.choose()).toMatchObject({ slot: "b", trial: { left: ATTEMPTS - 1 } });
  expect(slots.status.securityCounter).toBe(1);
  slots.confirm("b");
  expect(slots.status).toMatchObject({ active: "b", securityCounter: 5, trial: undefined });
  expect(slots.choose()).toMatchObject({ slot: "b", trial: undefined });
  expect(slots.install(packageOf({ version: "1.2.0", counter: 4 }))).toMatchObject({ refused: "older" });
  expect(slots.install(packageOf({ version: "1.0.9", counter: 5 }))).toMatchObject({ refused: "older" });
});

test("one that never confirms itself is taken back after its attempts, and people are told", () => {
  installed("1.0.0");
  slots.install(packageOf({ version: "1.1.0", counter: 9 }));
  for (let n = ATTEMPTS - 1; n >= 0; n--) expect(slots.choose()).toMatchObject({ slot: "b", trial: { left: n } });
  expect(slots.choose()).toMatchObject({ slot: "a", trial: undefined });
  expect(slots.status).toMatchObject({ securityCounter: 1, back: { version: "1.1.0" }, slots: { b: { verdict: "bad" } } });
  installed("1.1.1");
  expect(slots.status.back).toBeUndefined();
});

test("one that says it does not work is taken back at once; a confirmed one cannot be", () => {
  installed("1.0.0");
  slots.install(packageOf({ version: "1.1.0" }));
  slots.choose();
  slots.reject("b", "the store cannot be read");
  expect(slots.choose()?.slot).toBe("a");
  expect(slots.status.back?.why).toBe("the store cannot be read");
  slots.reject("a", "a whim");
  expect(slots.choose()?.slot).toBe("a");
});

test("while one is on trial no other is installed: it would overwrite what works", () => {
  installed("1.0.0");
  slots.install(packageOf({ version: "1.1.0" }));
  expect(slots.install(packageOf({ version: "1.2.0" }))).toMatchObject({ refused: "on-trial" });
});

test("with nothing to go back to, the first firmware is tried for ever", () => {
  slots.install(packageOf());
  for (let n = 0; n < ATTEMPTS + 3; n++) expect(slots.choose()?.slot).toBe("a");
  slots.reject("a", "no");
  expect(slots.choose()?.slot).toBe("a");
});

test("verified before each start: a bit that fell over in the confirmed slot starts the other, unless the counter forbids it", () => {
  installed("1.0.0", 1);
  installed("1.1.0", 1);
  files.files.get("slot-b")![2000]! ^= 1;
  expect(slots.choose()).toMatchObject({ slot: "a" });
  expect(said.join("\n")).toMatch(/slot b is not started: .*altered/);
  files.files.get("slot-b")![2000]! ^= 1;
  installed("1.2.0", 7);
  files.files.get("slot-a")![2000]! ^= 1;
  expect(slots.choose()).toBeUndefined();
});

test("a damaged package on trial is never started", () => {
  installed("1.0.0");
  slots.install(packageOf({ version: "1.1.0" }));
  files.files.get("slot-b")![2000]! ^= 1;
  expect(slots.choose()).toMatchObject({ slot: "a" });
  expect(slots.status.back?.why).toMatch(/altered/);
});

test("either file of the state may be lost", () => {
  installed("1.0.0", 1);
  installed("1.1.0", 4);
  for (const name of ["state-0", "state-1"]) {
    const kept = files.files.get(name)!;
    files.files.set(name, Uint8Array.of(1, 2, 3));
    expect(slots.choose()).toMatchObject({ slot: "b" });
    expect(slots.status.securityCounter).toBe(4);
    files.files.set(name, kept);
  }
});

test("what its owner provisions goes before what the first package said", () => {
  const strict = new Slots(files, { board: "desk", signers: [publicHex(keyOf(3))] });
  expect(strict.install(packageOf())).toMatchObject({ refused: "signer" });
  expect(strict.install(packageOf({ key: keyOf(3) }))).toHaveProperty("installed");
});

/** The package that comes with a root file system. */
import { createPublicKey } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { readConfig } from "../../../../platform/node/loader/config.ts";
import { withReceiver } from "../../../../platform/node/loader/console.ts";
import { DirectoryFiles } from "../../../../platform/node/files.ts";
import { offerFactory } from "../../../../platform/node/loader/factory.ts";
import { Slots } from "../../../../platform/node/loader/slots.ts";
import { keyOf, type Made, packageOf } from "./packages.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "tael-factory-"));
  vi.spyOn(console, "error").mockImplementation(() => undefined);
});
afterEach(() => {
  rmSync(folder, { recursive: true });
  vi.restoreAllMocks();
});

/** A terminal whose root file system brings this package. */
function terminal(made: Made): ReturnType<typeof readConfig> {
  writeFileSync(join(folder, "oem.pub"), createPublicKey(keyOf(1)).export({ format: "pem", type: "spki" }));
  writeFileSync(join(folder, "factory.tpk"), packageOf(made));
  const written = { board: "desk", signers: ["oem.pub"], slots: "slots", data: "data", factory: "factory.tpk", sealKey: "key" };
  writeFileSync(join(folder, "loader.json"), JSON.stringify(written));
  return readConfig(join(folder, "loader.json"));
}

const status = (config: ReturnType<typeof readConfig>) => withReceiver(config, (receiver) => receiver.status);

function withSlots(config: ReturnType<typeof readConfig>, work: (slots: Slots) => void): void {
  const files = new DirectoryFiles(config.slots);
  work(new Slots(files, config));
  files.close();
}

/** It has started, and confirmed itself. */
const works = (config: ReturnType<typeof readConfig>): void =>
  withSlots(config, (slots) => slots.confirm(slots.choose()?.slot ?? "a"));

test("is installed where nothing is, to be tried", () => {
  const config = terminal({ version: "1.0.0" });
  expect(config.sealKey).toBe(join(folder, "key"));
  offerFactory(config);
  expect(status(config)).toMatchObject({ trial: { slot: "a" }, slots: { a: { version: "1.0.0" } }, waiting: undefined });
});

test("newer than what runs: it waits for the firmware to install it; the same again, or older: nothing happens", () => {
  const first = terminal({ version: "1.0.0" });
  offerFactory(first);
  works(first);
  offerFactory(terminal({ version: "1.0.0" }));
  expect(status(terminal({})).waiting).toBeUndefined();
  offerFactory(terminal({ version: "1.1.0" }));
  expect(status(terminal({})).waiting).toMatchObject({ version: "1.1.0" });
  offerFactory(terminal({ version: "0.9.0" }));
  expect(status(terminal({}))).toMatchObject({ active: "a", waiting: { version: "1.1.0" } });
});

test("one that was taken back is not tried at each start anew", () => {
  const first = terminal({ version: "1.0.0" });
  offerFactory(first);
  works(first);
  const config = terminal({ version: "1.1.0" });
  withSlots(config, (slots) => {
    slots.install(packageOf({ version: "1.1.0" }));
    slots.reject(slots.choose()?.slot ?? "b", "it does not work");
  });
  offerFactory(config);
  expect(status(config)).toMatchObject({ active: "a", waiting: undefined, back: { version: "1.1.0" } });
});

test("one that is no package, or of another signer, keeps nothing from starting", () => {
  offerFactory(terminal({ key: keyOf(2) }));
  writeFileSync(join(folder, "factory.tpk"), "nothing");
  offerFactory(readConfig(join(folder, "loader.json")));
  expect(status(terminal({}))).toMatchObject({ active: undefined, trial: undefined });
  expect(vi.mocked(console.error).mock.calls.flat().join("\n")).toMatch(/signed by .*does not begin with/s);
});

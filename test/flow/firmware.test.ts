/**
 * Firmware on a terminal with slots: flashed, installed through the menu, tried, kept, taken back; sales before and after; refusals said where people look.
 * Everything from outside, over the automation API.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { DEVELOPMENT_KEY } from "../../build/package/keys.ts";
import { makePackage } from "../../build/package/make.ts";
import { ABI_BANNER } from "../../platform/abi.ts";
import { readPackage, sha256, writePackage } from "../../platform/node/loader/package.ts";
import type { OutsideStatus } from "../../platform/node/loader/receive.ts";
import { flash } from "../../tools/flash/flash.ts";
import { simTarget } from "../../tools/flash/sim.ts";
import { keyOf } from "../platform/node/loader/packages.ts";
import { Desk } from "./desk-client.ts";

const root = process.env.TAEL_ROOT ?? process.cwd();
const json = (path: string): unknown => JSON.parse(readFileSync(join(root, path), "utf8"));

const folder = mkdtempSync(join(tmpdir(), "tael-firmware-"));
const media = mkdtempSync(join(tmpdir(), "tael-stick-"));
let desk: Desk;
let first: Uint8Array;
let said: string[];

type Change = {
  version: string;
  counter?: number;
  code?: string;
  key?: typeof DEVELOPMENT_KEY;
  closed?: ("reversal" | "offline" | "batch")[];
};

/** The first package again, changed: nothing else needs a build. */
function changed({ version, counter = 1, code, key = DEVELOPMENT_KEY, closed = [] }: Change): Uint8Array {
  const { manifest, files } = readPackage(first);
  const { files: _files, signer: _signer, ...rest } = manifest;
  const own = Object.fromEntries(files);
  if (code !== undefined) own["firmware.js"] = Buffer.from(`${ABI_BANNER}\n${code}`);
  return writePackage({ ...rest, version, securityCounter: counter, closed }, own, key);
}

const put = (bytes: Uint8Array) =>
  flash(simTarget(desk.base.replace("/api/v1", "")), bytes, {
    restart: true,
    waitMs: 60_000,
    tries: 1,
    say: (words) => said.push(words),
    progress: () => undefined,
  });
const status = (): Promise<OutsideStatus> => desk.get<OutsideStatus>("/firmware");

/** The slots as soon as they are so; the terminal restarts by itself in between. */
async function until(so: (now: OutsideStatus) => boolean): Promise<OutsideStatus> {
  return await expect.poll(status, { timeout: 60_000, interval: 300 }).toSatisfy(so).then(status);
}

/** The new firmware says that it is new for a moment; then somebody can log in. */
const ready = (): Promise<unknown> =>
  expect.poll(() => desk.state(), { timeout: 60_000, interval: 300 }).toMatchObject({ settled: true, screen: { id: "login" } });

async function sells(fen: number): Promise<void> {
  await ready();
  await desk.logIn();
  await desk.finish(await desk.sale("debit-1", fen));
  expect(await desk.check()).toMatchObject({ ok: true });
}

const words = async (): Promise<string> => (await desk.state()).screen.lines.join(" ");

// Each test starts the firmware several times over, on a machine that may have other things to do.
vi.setConfig({ testTimeout: 240_000 });

beforeAll(async () => {
  said = [];
  const made = await makePackage({
    root,
    board: json("hal/boards/desk.json"),
    profile: json("tools/sim/profiles/demo.json"),
    key: DEVELOPMENT_KEY,
    version: "1.0.0",
    securityCounter: 1,
    closed: [],
    development: true,
  });
  first = made.bytes;
  const file = join(folder, "first.tpk");
  writeFileSync(file, first);
  desk = await Desk.start(["--seed", "7", "--firmware", file, "--media", media]);
}, 120_000);
afterAll(async () => {
  await desk.stop();
  for (const path of [folder, media]) rmSync(path, { recursive: true, force: true });
});

test("the first package is installed, tests itself and is kept; it sells, and says what it is", async () => {
  await until(({ active, trial }) => active === "a" && trial === undefined);
  await sells(10_000);
  await desk.keys("menu", "9", "7");
  const shown = await words();
  expect(shown).toContain("tael 1.0.0");
  expect(shown).toMatch(/tael-loader 1\.0 a/);
  expect(shown).toContain("demo");
  await desk.finish(await desk.keys("cancel"));
});

test("flashed from outside: the terminal installs it by itself, and the batch goes on", async () => {
  expect(await put(changed({ version: "1.1.0", counter: 2 }))).toEqual({ outcome: "confirmed" });
  expect(await status()).toMatchObject({ active: "b", securityCounter: 2 });
  await sells(1_234);
  expect((await desk.state()).batch).toBe("000001");
});

test("a power cut in the middle of the update: the old or the new starts, and in the end the new is there", async () => {
  const next = changed({ version: "1.2.0", counter: 2 });
  const target = simTarget(desk.base.replace("/api/v1", ""));
  const sum = sha256(next);
  await target.send(sum, next.subarray(0, 600_000), 0, () => undefined);
  await desk.power("cut");
  expect(await target.have(sum)).toBe(600_000);
  await target.send(sum, next, 600_000, () => undefined);
  expect(await target.finish(sum)).toMatchObject({ arrived: "waiting" });
  for (let cuts = 0; cuts < 2; cuts++) {
    await desk.post("/power", { action: "on", timeoutMs: 0 });
    await desk.power("cut");
  }
  await desk.post("/power", { action: "on", timeoutMs: 0 });
  await until(({ active, trial, slots }) => trial === undefined && active !== undefined && slots[active]?.version === "1.2.0");
  await sells(500);
});

test("one that cannot start, and one that never comes to its end, are taken back; people are told", async () => {
  const broken = changed({ version: "1.3.0", counter: 9, code: `throw new Error("forgot something");` });
  await expect(put(broken)).rejects.toThrow(/1\.3\.0 was taken back: it does not start.*forgot something/);
  const restless = changed({ version: "1.3.1", counter: 9, code: `door.power("restart");` });
  await expect(put(restless)).rejects.toThrow(/started 3 times and never confirmed itself/);
  expect(await status()).toMatchObject({ securityCounter: 2, back: { version: "1.3.1" } });
  await desk.power("cycle");
  await sells(600);
});

test("refused on the way in, with the reason: a bit, an older one, another board, another signer", async () => {
  const { manifest, files } = readPackage(first);
  const { files: _files, signer: _signer, ...rest } = manifest;
  const kiosk = writePackage({ ...rest, version: "2.0.0", board: "kiosk" }, Object.fromEntries(files), DEVELOPMENT_KEY);
  await expect(put(changed({ version: "2.0.0", counter: 1 }))).rejects.toThrow(
    /security counter is 1, and this terminal has reached 2/,
  );
  await expect(put(changed({ version: "1.1.9", counter: 2 }))).rejects.toThrow(/1\.1\.9, older than 1\.2\.0/);
  await expect(put(kiosk)).rejects.toThrow(/for the board "kiosk", and this is "desk"/);
  await expect(put(changed({ version: "2.0.0", counter: 2, key: keyOf(5) }))).rejects.toThrow(/does not trust/);
  const log = await desk.get<{ words: string }[]>("/log");
  expect(log.filter(({ words: line }) => line.includes("the package is refused"))).toHaveLength(4);
});

test("from a stick and over the file port, through the menu: refused in words, looked at, installed; not while a batch is open that it wants closed", async () => {
  const bad = changed({ version: "2.0.0", counter: 2 }).slice();
  bad[bad.length - 5]! ^= 1;
  writeFileSync(join(media, "a-bad.tpk"), bad);
  writeFileSync(join(media, "b-strict.tpk"), changed({ version: "2.0.0", counter: 2, closed: ["batch"] }));
  const administrator = [..."12345678", "enter"];
  await desk.keys("menu", "9", "9", "00", ...administrator);
  expect(await words()).toMatch(/2\.0\.0 desk.*a-bad\.tpk.*2\.0\.0 desk.*b-strict\.tpk.*从数据口接收/);
  await desk.keys("1");
  expect(await words()).toContain("固件包已损坏或被改动");
  await desk.finish(await desk.keys("enter"));
  await desk.keys("menu", "9", "9", "00", ...administrator, "2");
  expect(await words()).toContain("本批未结算");
  await desk.finish(await desk.keys("enter"));

  await desk.keys("menu", "9", "9", "00", ...administrator, "3");
  expect(await words()).toContain("请在数据口发送固件包");
  const cable = changed({ version: "2.1.0", counter: 3 });
  await desk.post("/files", { name: "tael.tpk", base64: Buffer.from(cable).toString("base64") });
  expect(await words()).toMatch(/1\.2\.0.*2\.1\.0.*2 → 3/);
  await desk.post("/keys", { keys: ["enter"], timeoutMs: 0 });
  await until(({ active, trial, slots }) => trial === undefined && active !== undefined && slots[active]?.version === "2.1.0");
  await sells(700);
  expect((await status()).securityCounter).toBe(3);
});

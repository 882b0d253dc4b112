/** Debian's smart card daemon, with libccid's driver for serial readers, finds our simulated reader on a PTY and talks to the tray's cards through it: a third program's T=0 and T=1. */
import { type ChildProcess, execFile, spawn } from "node:child_process";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ContactFace } from "../../tools/cards/contract.ts";
import { openChip } from "../../tools/cards/index.ts";
import { SimClock } from "../../tools/sim/clock.ts";
import { SimIcc } from "../../tools/sim/devices/icc.ts";
import { attachPty, type PtyLine } from "../../tools/sim/devices/pty.ts";
import { authorityKey, issuerMasters } from "../../tools/cards/authority.ts";
import { payWith } from "./emv-terminal.ts";
import { Explorer } from "./explorer.ts";
import { hex, pattern, T0Card, T1Card, withTck, Works } from "../conform/chip-cards.ts";

const DRIVER = "/usr/lib/pcsc/drivers/serial/libccidtwin.so";
const NEEDED = [DRIVER, "/usr/sbin/pcscd", "/usr/bin/opensc-tool"];
const missing = NEEDED.filter((path) => !existsSync(path));
if (missing.length > 0) {
  console.warn(
    `SKIPPED: pcscd against the simulated chip reader. Missing: ${missing.join(", ")}; run apt-get install pcscd libccid opensc`,
  );
}

/** As ATR_T1, with TC3. */
const ATR_CRC = withTck("3BE5000081712045012063CB6800");

const run = promisify(execFile);

describe.skipIf(missing.length > 0)("pcscd and libccid's serial driver", () => {
  const folder = mkdtempSync(join(tmpdir(), "tael-pcscd-"));
  const clock = new SimClock("real", Date.now());
  let line: PtyLine;
  let reader: SimIcc;
  let daemon: ChildProcess;
  let ended: Promise<never>;
  let said = "";

  const more = (): Promise<void> => new Promise((resolve) => daemon.stdout?.once("data", () => resolve()));

  /** Waits for words of the daemon's log from now on. */
  async function heard(words: string, act: () => void): Promise<void> {
    const from = said.length;
    act();
    for (;;) {
      if (said.slice(from).includes(words)) return;
      await Promise.race([more(), ended]);
    }
  }

  beforeAll(async () => {
    reader = new SimIcc({
      clock,
      send: (bytes) => line.send(bytes),
      changed: () => {},
      random: () => 0.5,
    });
    line = await attachPty(reader);
    const entry = { FRIENDLYNAME: '"Tael"', DEVICENAME: `${line.path}:GemPCTwin`, LIBPATH: DRIVER, CHANNELID: "1" };
    const words = Object.entries(entry).map(([key, value]) => `${key} ${value}\n`);
    writeFileSync(join(folder, "reader.conf"), words.join(""));
    daemon = spawn("/usr/sbin/pcscd", ["--foreground", "--debug", "--config", folder], { stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [daemon.stdout, daemon.stderr]) stream?.on("data", (part: Buffer) => (said += part.toString()));
    ended = new Promise((_, reject) => daemon.once("exit", () => reject(new Error(`pcscd ended:\n${said}`))));
    ended.catch(() => {});
    await heard("daemon ready", () => {});
  });
  afterAll(async () => {
    const over = new Promise((resolve) => daemon.once("exit", resolve));
    daemon.kill();
    await over;
    line.close();
    clock.close();
    rmSync(folder, { recursive: true, force: true });
  });

  /** What the card answers to commands in one session: data ‖ status, in hex. */
  async function ask(...commands: string[]): Promise<string[]> {
    const args = ["--card-driver", "default", ...commands.flatMap((command) => ["-s", command])];
    const { stdout } = await run("opensc-tool", args);
    const answers = stdout.split(/^Received /m).slice(1);
    return answers.map((answer) => {
      const status = /SW1=0x(\w\w), SW2=0x(\w\w)/.exec(answer)!;
      // Behind the bytes stand the same as characters.
      const rows = [...answer.matchAll(/^((?:[0-9A-F]{2} )+)/gm)].map(([row]) => row);
      return `${rows.join("").replaceAll(" ", "")}${status[1]}${status[2]}`;
    });
  }
  const insert = (face: ContactFace): Promise<void> => heard("Card ATR:", () => reader.insert("card", face));
  const remove = (): Promise<void> => heard("Card Removed From", () => reader.remove());
  const atr = async (): Promise<string> => (await run("opensc-tool", ["--atr"])).stdout.trim().replaceAll(":", "").toUpperCase();

  test("finds the reader, empty", async () => {
    const { stdout } = await run("opensc-tool", ["--list-readers"]);
    expect(stdout).toMatch(/^0\s+No\s.*Tael/m);
  });

  test.each([
    ["T=0", () => new T0Card()],
    ["T=1", () => new T1Card()],
    ["T=1 that asks for time", () => new T1Card(new Works(), { wtx: { times: 2, multiplier: 3 } })],
    ["T=1 in short blocks", () => new T1Card(new Works(), { fieldBytes: 16, askIfs: 20 })],
    ["T=1 with a CRC", () => new T1Card(new Works(), { checksum: "crc", atrs: [ATR_CRC, ATR_CRC] })],
  ])("a card of %s: the four cases", async (_name, make) => {
    const card = make();
    await insert(card);
    const data = hex(pattern(120));
    expect(await ask("00010000", "00B0006400", "00DA000002ABCD", `0088000078${data}00`)).toEqual([
      "9000",
      `${hex(pattern(100))}9000`,
      "9000",
      `${data}9000`,
    ]);
    expect(card.works.done).toBe(4);
    await remove();
  });

  test.each(["chip-debit-1", "chip-credit-1"])("%s of the tray: its answer to reset and its directory", async (id) => {
    const face = openChip(id, { seed: 1 }).contact!;
    await insert(face);
    expect(await atr()).toMatch(/^3B/);
    const [directory = "", , wrong] = await ask(
      "00A404000E315041592E5359532E444446303100",
      "00B2010C00",
      "00A4040005A00000999900",
    );
    expect(directory).toMatch(/^6F..840E315041592E5359532E4444463031.*9000$/);
    expect(wrong).toBe("6A82");
    await remove();
  });

  test.each([
    ["chip-debit-1", "dda"],
    ["chip-credit-1", "cda"],
  ])("an independent terminal pays with %s of the tray, proven by %s", async (id, proof) => {
    const card = openChip(id, { seed: 1 });
    await insert(card.contact!);
    const publicOf = (index: string) => {
      const key = authorityKey(index);
      if (key.kind !== "rsa") throw new Error("an RSA key was asked for");
      return { n: key.n, e: key.e };
    };
    const master = issuerMasters("622999", "3des").ac;
    const terminal = { authorities: { "80": publicOf("80"), "81": publicOf("81") }, master, amountFen: 12_345 };
    const explorer = await Explorer.open();
    try {
      expect(await payWith(explorer.send, terminal)).toMatchObject({ proof, atc: 1 });
    } finally {
      await explorer.close();
    }
    await remove();
  });
});

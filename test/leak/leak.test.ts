/** After a PIN sale nothing outside the PIN pad holds a PIN, a clear PIN block or a key; the store holds no track and no clear PAN. */
import { readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { finish, type InProcess, logIn, sale, startInProcess } from "../flow/in-process.ts";
import { type Secret, scan, shapesOf } from "./scanner.ts";

const PAN = "6222021234567890128";
const TRACK2 = `${PAN}=30122015550012399`;
// Twelve digits: six would turn up by chance somewhere in megabytes.
const PIN = "918273645546";

const pinBlock = (): string => {
  const block = Buffer.from(`0C${PIN}FF`, "hex");
  const pan = Buffer.from(`0000${PAN.slice(-13, -1)}`, "hex");
  return Buffer.from(block.map((byte, n) => byte ^ (pan[n] ?? 0))).toString("hex");
};

const SECRETS: Secret[] = [
  { name: "PIN", digits: PIN },
  { name: "clear PIN block", hex: pinBlock() },
  { name: "clear PIN field", hex: `0C${PIN}FF` },
  { name: "TMK", hex: "0123456789ABCDEFFEDCBA9876543210" },
  { name: "PIK", hex: "1C1C1C1C2A2A2A2A3D3D3D3D4F4F4F4F" },
  { name: "MAK", hex: "5E5E5E5E6B6B6B6B" },
  { name: "TDK", hex: "7A7A7A7A8585858594949494A1A1A1A1" },
];
const AT_REST: Secret[] = [
  { name: "PAN", digits: PAN },
  { name: "track 2", digits: "30122015550012399" },
];

let desk: InProcess;
beforeAll(async () => {
  desk = await startInProcess();
  desk.desk.addAccount({ pan: PAN, pin: PIN, balanceFen: 1_000_000 });
  await logIn(desk);
  await sale(desk, TRACK2, 10_000, PIN);
  expect(desk.desk.screen.id).toBe("approved");
  await finish(desk.desk);
  // A second one that ends open, so that a reversal record lies in the store too.
  desk.desk.setFault("host", { fault: "drop-response", count: 9 });
  await sale(desk, TRACK2, 5_500, PIN);
  await finish(desk.desk);
  expect(desk.desk.state.debt?.reversals).toBe(1);
});
afterAll(async () => {
  await desk.desk.close();
  rmSync(desk.dataDir, { recursive: true, force: true });
});

function filesUnder(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

test("the engine's memory", async () => {
  const { image } = await desk.machine.memory(true);
  expect(image?.length).toBeGreaterThan(1_000_000);
  expect(scan("memory", image as Uint8Array, SECRETS)).toEqual([]);
});

test("every file of the terminal: store, logs, crash reports", () => {
  const files = filesUnder(join(desk.dataDir, "terminal"));
  expect(files.length).toBeGreaterThan(1);
  expect(files.flatMap((file) => scan(file, readFileSync(file), [...SECRETS, ...AT_REST]))).toEqual([]);
});

test("the PIN pad's own store", () => {
  const files = filesUnder(join(desk.dataDir, "pinpad"));
  expect(files.flatMap((file) => scan(file, readFileSync(file), SECRETS))).toEqual([]);
});

test("every wire, the log, the screens and the slips", async () => {
  const wires = desk.desk.wires
    .list()
    .map(({ hex }) => hex)
    .join("");
  expect(wires.length).toBeGreaterThan(10_000);
  expect(scan("wires", Buffer.from(wires, "hex"), SECRETS)).toEqual([]);
  const words = JSON.stringify([desk.desk.log, desk.desk.screen, desk.desk.devices.printer.paper, await desk.desk.journal()]);
  expect(scan("words", Buffer.from(words), [...SECRETS, ...AT_REST])).toEqual([]);
});

test("the scanner finds each secret in each shape when it is planted", async () => {
  const { image } = await desk.machine.memory(true);
  let planted = 0;
  for (const secret of [...SECRETS, ...AT_REST]) {
    for (const [shape, needle] of shapesOf(secret)) {
      const copy = Buffer.from((image as Uint8Array).slice(0, 65_536));
      needle.copy(copy, 31_337);
      expect(
        scan("planted", copy, [secret]).map((found) => found.shape),
        `${secret.name} as ${shape}`,
      ).toContain(shape);
      planted++;
    }
  }
  expect(planted).toBeGreaterThan(50);
});

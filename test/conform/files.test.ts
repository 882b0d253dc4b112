/** The file line: driver and far end, each written from hal/files/PROTOCOL.md alone. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { openFileLine } from "../../hal/files/file-line.ts";
import { SimFiles } from "../../tools/sim/devices/files.ts";
import { rig } from "./rig.ts";

function made() {
  const { system, device, ended, failure } = rig("files", (context) => new SimFiles(context));
  return { system, device, ended, failure, line: openFileLine(system, "files") };
}
const bytesOf = (size: number): Uint8Array => Uint8Array.from({ length: size }, (_, n) => (n * 31) & 255);

for (const size of [0, 1, 4_095, 4_096, 4_097, 8_192, 100_000]) {
  test(`${size} bytes go out whole and come back whole`, async () => {
    const { device, ended, line } = made();
    const progress: number[] = [];
    await ended(line.send({ name: "a.bin", bytes: bytesOf(size) }, (sent) => progress.push(sent)));
    expect(device.files).toMatchObject([{ name: "a.bin", bytes: bytesOf(size) }]);
    expect(progress.at(-1) ?? 0).toBe(size);
    const receiving = line.receive({ maxBytes: 1_000_000, timeoutMs: 1_000 });
    device.give("b.bin", bytesOf(size));
    expect(await ended(receiving)).toEqual({ name: "b.bin", bytes: bytesOf(size) });
  });
}

test("any bytes, new lines and all, one file after another", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 9_000 }), { maxLength: 3 }), async (all) => {
      const { device, ended, line } = made();
      for (const bytes of all) await ended(line.send({ name: "x", bytes: Uint8Array.from(bytes) }));
      expect(device.files.map(({ bytes }) => [...bytes])).toEqual(all.map((bytes) => [...bytes]));
    }),
    { numRuns: 25 },
  );
});

test("silent, refused, pulled out: each has its code, and the next file goes", async () => {
  const { system, device, ended, failure, line } = made();
  const file = { name: "a", bytes: bytesOf(10) };
  device.setFault({ fault: "silent" });
  expect(await failure(line.send(file))).toMatchObject({ code: "no-answer" });
  device.clearFault();
  device.setFault({ fault: "refuse", count: 1 });
  expect(await failure(line.send(file))).toMatchObject({ code: "refused" });
  device.setFault({ fault: "unplug" });
  expect(await failure(line.send(file))).toMatchObject({ code: "unplugged" });
  device.clearFault();
  // A line that was pulled out is looked for again.
  await system.advance(5_000);
  await ended(line.send(file));
  expect(device.files).toHaveLength(1);
});

test("receiving: nothing comes, too large, spoilt on the way, noise before the header", async () => {
  const { system, device, ended, failure, line } = made();
  const options = { maxBytes: 5_000, timeoutMs: 1_000 };
  expect(await failure(line.receive(options))).toMatchObject({ code: "no-answer" });
  const large = line.receive(options);
  device.give("large", bytesOf(5_001));
  expect(await failure(large)).toMatchObject({ code: "damaged" });
  device.setFault({ fault: "spoil", count: 1 });
  const spoilt = line.receive(options);
  device.give("spoilt", bytesOf(5_000));
  expect(await failure(spoilt)).toMatchObject({ code: "damaged" });
  const noisy = line.receive(options);
  system.fakePort("files").toTerminal(Uint8Array.from([...Buffer.from("\r\nhello\n{}\n"), ...bytesOf(700), 10]));
  device.give("clean", bytesOf(3));
  expect(await ended(noisy)).toMatchObject({ name: "clean" });
});

test("a name that is no name is refused before a byte leaves", async () => {
  const { system, failure, line } = made();
  expect(await failure(line.send({ name: "../x", bytes: bytesOf(1) }))).toBeInstanceOf(RangeError);
  expect(system.fakePort("files").writes).toHaveLength(0);
});

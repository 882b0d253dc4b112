/** The host on real sockets: chunks, lies, many terminals at once, and the command line. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { createInterface } from "node:readline";
import { afterEach, expect, test } from "vitest";
import { decodeFrame, type DecodedFrame } from "../../../tools/acquirer/codec.ts";
import { FrameSplitter } from "../../../tools/acquirer/framing.ts";
import { fromHex } from "../../../tools/acquirer/text.ts";
import { Bench, profile } from "./bench.ts";

const closers: (() => void | Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** A line with answers to wait for. */
async function dial(port: number): Promise<{ socket: Socket; answer(): Promise<DecodedFrame>; closed: Promise<void> }> {
  const socket = connect(port, "127.0.0.1");
  closers.push(() => void socket.destroy());
  await once(socket, "connect");
  const splitter = new FrameSplitter();
  const held: Uint8Array[] = [];
  const waiting: ((frame: Uint8Array) => void)[] = [];
  socket.on("data", (bytes) => {
    for (const piece of splitter.push(bytes)) {
      if (!("frame" in piece)) continue;
      const waiter = waiting.shift();
      if (waiter === undefined) held.push(piece.frame);
      else waiter(piece.frame);
    }
  });
  const answer = async (): Promise<DecodedFrame> => {
    const frame = held.shift() ?? (await new Promise<Uint8Array>((resolve) => waiting.push(resolve)));
    return decodeFrame(Uint8Array.from([frame.length >> 8, frame.length & 0xff, ...frame]));
  };
  return { socket, answer, closed: once(socket, "close").then(() => undefined) };
}

async function listening(options: ConstructorParameters<typeof Bench>[0] = {}): Promise<{ bench: Bench; port: number }> {
  const bench = new Bench(options);
  const port = await bench.host.listen(0);
  closers.push(() => bench.host.close());
  return { bench, port };
}

const signOnFields = (terminal: string) => ({
  11: "000001",
  41: terminal,
  42: profile.merchant.id,
  60: "00000001004",
  63: "01 ",
});

test("frames in single bytes and frames glued together", async () => {
  const { bench, port } = await listening();
  const line = await dial(port);
  line.socket.setNoDelay(true);
  for (const byte of bench.frame("0800", signOnFields(bench.terminal), false)) line.socket.write(Uint8Array.of(byte));
  expect((await line.answer()).fields[39]).toBe("00");
  const sales = ["000201", "000202", "000203"].map((trace) =>
    bench.frame("0200", bench.saleFields({ trace }) as Record<string, string>, true),
  );
  line.socket.write(Buffer.concat(sales));
  for (const trace of ["000201", "000202", "000203"]) expect((await line.answer()).fields).toMatchObject({ 11: trace, 39: "00" });
});

test.each(["FFFF60", "0000", "000360"])("a lying length %s closes the line", async (hex) => {
  const { bench, port } = await listening();
  const line = await dial(port);
  line.socket.write(fromHex(hex));
  await line.closed;
  expect(bench.lastWords()).toContain("a frame has 21 to 4096");
});

test("a line that ends in the middle of a frame is noted; the host goes on", async () => {
  const { bench, port } = await listening();
  const line = await dial(port);
  line.socket.end(fromHex("00746000030000"));
  await line.closed;
  expect(bench.lastWords()).toContain("ended after 5 of the 116 bytes");
  const other = await dial(port);
  other.socket.write(bench.frame("0800", signOnFields(bench.terminal), false));
  expect((await other.answer()).fields[39]).toBe("00");
});

test("many terminals at once: every payment once, balances add up", async () => {
  const ids = Array.from({ length: 12 }, (_, i) => String(20000001 + i));
  const { bench, port } = await listening({ terminals: ids.map((terminal) => ({ terminal, merchant: profile.merchant.id })) });
  await Promise.all(
    ids.map(async (id) => {
      const line = await dial(port);
      line.socket.write(bench.frame("0800", signOnFields(id), false));
      await line.answer();
      for (let n = 1; n <= 10; n++) {
        const fields = { ...bench.saleFields({ trace: String(n).padStart(6, "0") }), 41: id } as Record<string, string>;
        line.socket.write(bench.frame("0200", fields, true));
        expect((await line.answer()).fields).toMatchObject({ 39: "00", 41: id });
        // Each message twice: a second copy moves nothing.
        line.socket.write(bench.frame("0200", fields, true));
        expect((await line.answer()).fields[39]).toBe("00");
      }
    }),
  );
  expect(bench.balance()).toBe(1_000_000 - 12 * 10 * 1000);
  const { transactions, batches } = bench.host.ledger();
  expect(transactions).toHaveLength(120);
  expect(new Set(transactions.map(({ reference }) => reference)).size).toBe(120);
  expect(batches).toHaveLength(12);
});

test("the command line serves a sign-on and stops on a signal", async () => {
  const child = spawn(process.execPath, ["build/run.mjs", "tools/acquirer/main.ts", "--port", "0", "--log"]);
  closers.push(() => void child.kill("SIGKILL"));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const started = JSON.parse((await lines.next()).value as string) as { acquirer: string };
  const line = await dial(Number(started.acquirer.split(":")[2]));
  const bench = new Bench();
  line.socket.write(bench.frame("0800", signOnFields("10000001"), false));
  expect((await line.answer()).fields[39]).toBe("00");
  expect((await lines.next()).value).toContain("0800 004 terminal 10000001 batch 000001 trace 000001: signed on");
  child.kill("SIGTERM");
  expect((await once(child, "exit"))[0]).toBe(0);
});

test("the command line says what is wrong with its arguments", async () => {
  const child = spawn(process.execPath, ["build/run.mjs", "tools/acquirer/main.ts", "--profile", "nowhere"]);
  let words = "";
  child.stderr.on("data", (bytes) => (words += bytes));
  expect((await once(child, "close"))[0]).toBe(1);
  expect(words).toContain("acquirer: ENOENT");
});

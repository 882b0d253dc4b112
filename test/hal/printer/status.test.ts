import fc from "fast-check";
import { expect, test } from "vitest";
import { MODELS } from "../../../hal/printer/models.ts";
import { automaticStatus, realTimeStatus, StatusReader } from "../../../hal/printer/status.ts";

const model = MODELS["58mm"]!;

function read(stream: readonly number[], gapMs = 0): string[] {
  const seen: string[] = [];
  let now = 0;
  const reader = new StatusReader(() => now, {
    realTime: (byte) => seen.push(`real ${byte.toString(16)}`),
    paper: (byte) => seen.push(`paper ${byte.toString(16)}`),
    automatic: (bytes) => seen.push(`auto ${bytes.map((byte) => byte.toString(16)).join(" ")}`),
  });
  for (const byte of stream) {
    reader.take(Uint8Array.of(byte));
    now += gapMs;
  }
  return seen;
}

test("the worked example of the specification: roll out", () => {
  expect(realTimeStatus([0x1a, 0x32, 0x12, 0x7e], model)).toEqual({ online: false, problem: "paper-out", nearEnd: true });
  expect(realTimeStatus([0x12, 0x12, 0x12, 0x12], model)).toEqual({ online: true, problem: undefined, nearEnd: false });
  expect(realTimeStatus([0x1a, 0x16, 0x12, 0x12], model).problem).toBe("cover-open");
  expect(realTimeStatus([0x1a, 0x52, 0x1a, 0x12], model).problem).toBe("jam");
  expect(realTimeStatus([0x1a, 0x52, 0x52, 0x12], model).problem).toBe("overheat");
  expect(realTimeStatus([0x1a, 0x52, 0x32, 0x12], model).problem).toBe("fault");
  expect(automaticStatus([0x38, 0x00, 0x00, 0x00], model)).toEqual({ online: false, problem: "cover-open", nearEnd: false });
  expect(automaticStatus([0x18, 0x40, 0x03, 0x00], model)).toEqual({ online: false, problem: "overheat", nearEnd: true });
});

test("answers are told apart by their fixed bits, also in the middle of an automatic status", () => {
  expect(read([0x12, 0x00, 0x10, 0x00, 0x0c, 0x00, 0x03])).toEqual(["real 12", "paper 0", "auto 10 0 c 0", "paper 3"]);
  expect(read([0x18, 0x00, 0x12, 0x0c, 0x00])).toEqual(["real 12", "auto 18 0 c 0"]);
  expect(read([0x11, 0x13, 0x80, 0xff])).toEqual([]);
});

test("a lone first byte of an automatic status does not swallow later answers", () => {
  expect(read([0x10, 0x00, 0x00], 200)).toEqual(["paper 0", "paper 0"]);
});

test("any bytes at all are sorted without failing", () => {
  fc.assert(fc.property(fc.array(fc.integer({ min: 0, max: 255 })), (stream) => void read(stream)));
});

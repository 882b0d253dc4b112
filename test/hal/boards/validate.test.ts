import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { BoardError, readBoard } from "../../../hal/boards/validate.ts";

type Fields = Record<string, unknown>;
const desk = (): Fields => JSON.parse(readFileSync("hal/boards/desk.json", "utf8"));
const refusal = (board: unknown): BoardError => {
  try {
    readBoard(JSON.stringify(board));
  } catch (error) {
    expect(error).toBeInstanceOf(BoardError);
    return error as BoardError;
  }
  throw new Error("should be refused");
};

test("the boards of the repository are good, as text and as bytes", () => {
  for (const name of ["desk", "counter"]) {
    const bytes = readFileSync(`hal/boards/${name}.json`);
    expect(readBoard(new Uint8Array(bytes)).name).toBe(name);
    expect(readBoard(bytes.toString()).devices.keypad?.driver).toBe("hid-keypad");
  }
});

const GONE = Symbol("field taken out");
/** What is spoilt, with what; the path that is named; what is wrong; what is allowed. */
const CASES: readonly [at: string, value: unknown, path: string, wrong: RegExp, allowed: RegExp][] = [
  ["colour", "red", "colour", /unknown field/, /name, title, ports, devices/],
  ["name", GONE, "name", /missing/, /./],
  ["devices.display", GONE, "devices.display", /missing/, /display/],
  ["devices.scanner", { driver: "x", port: "msr" }, "devices.scanner", /unknown field/, /keypad/],
  ["devices.msr.driver", "laser", "devices.msr.driver", /no driver "laser"/, /hid-msr/],
  ["devices.msr.driver", "constructor", "devices.msr.driver", /no driver "constructor"/, /hid-msr/],
  ["devices.msr.port", "usb9", "devices.msr.port", /no port "usb9"/, /keypad/],
  ["devices.msr.port", "keypad", "devices.msr.port", /devices.keypad/, /its own/],
  ["ports.pinpad", { kind: "tcp" }, "devices.pinpad.port", /is a tcp port/, /serial or sim/],
  ["ports.msr.kind", "usb", "ports.msr.kind", /"usb" is not allowed/, /serial, hid/],
  ["ports.keypad", { kind: "evdev" }, "ports.keypad.device", /missing/, /device/],
  ["ports.keypad", { kind: "evdev", device: "gpio-keys" }, "devices.keypad.port", /is a evdev port/, /hid or sim/],
  [
    "devices.keypad",
    { driver: "evdev-keypad", port: "keypad", settings: { enter: 768 } },
    "devices.keypad.settings.enter",
    /768 is not allowed/,
    /1 to 767/,
  ],
  [
    "devices.keypad",
    { driver: "evdev-keypad", port: "keypad", settings: { send: 28 } },
    "devices.keypad.settings.send",
    /is not allowed/,
    /00, clear, cancel/,
  ],
  ["ports.msr", { kind: "serial", path: "/dev/x", baud: 0 }, "ports.msr.baud", /0 is not allowed/, /300 to 4000000/],
  ["ports.msr.baud", 9600, "ports.msr.baud", /unknown field/, /wire/],
  ["devices.printer.settings.size", 1, "devices.printer.settings.size", /unknown field/, /model/],
  ["devices.printer.settings.model", "57mm", "devices.printer.settings.model", /"57mm"/, /58mm, 80mm/],
  ["devices.printer.settings", GONE, "devices.printer.settings.model", /missing/, /model/],
  ["devices.msr.settings", { speed: 1 }, "devices.msr.settings.speed", /unknown field/, /no field/],
  ["devices.msr.settings", { x: {} }, "devices.msr.settings.x", /not allowed/, /a text, a number/],
  ["ports", 7, "ports", /7 is not allowed/, /object/],
];

function spoilt(at: string, value: unknown): Fields {
  const board = desk();
  const steps = at.split(".");
  const last = steps.pop() as string;
  const place = steps.reduce((fields, step) => fields[step] as Fields, board);
  if (value === GONE) delete place[last];
  else place[last] = value;
  return board;
}

for (const [at, value, path, wrong, allowed] of CASES) {
  test(`refused: ${at} ${value === GONE ? "missing" : JSON.stringify(value)}`, () => {
    const error = refusal(spoilt(at, value));
    expect(error.path).toBe(path);
    expect(error.wrong).toMatch(wrong);
    expect(error.allowed).toMatch(allowed);
    expect(error.message).toContain(path);
  });
}

test("what is no JSON is refused in words", () => {
  expect(() => readBoard("{")).toThrow(/not JSON/);
  expect(() => readBoard("[]")).toThrow(BoardError);
  expect(() => readBoard("null")).toThrow(BoardError);
});

test("anything at all is read or refused with BoardError", () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      try {
        readBoard(text);
      } catch (error) {
        expect(error).toBeInstanceOf(BoardError);
      }
    }),
    { numRuns: 200 },
  );
});

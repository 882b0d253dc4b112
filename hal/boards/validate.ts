/** Reads a board profile and refuses it with the field's path, what is wrong there and what is allowed. */
import * as v from "valibot";
import { decodeUtf8 } from "../../platform/guest/bytes.ts";
import { DRIVERS } from "../drivers.ts";
import { type Board, DEVICE_CLASSES, type DeviceClass, type DeviceSpec } from "./board.ts";
import { fields, oneOf, text, wholeNumber } from "./fields.ts";

export class BoardError extends Error {
  override readonly name = "BoardError";
  constructor(
    /** `devices.printer.settings.model`; empty for the file as a whole. */
    readonly path: string,
    readonly wrong: string,
    readonly allowed: string,
  ) {
    super(`board: ${path === "" ? "" : `${path}: `}${wrong}; allowed: ${allowed}`);
  }
}

const WORD = /^[a-z][a-z0-9-]{0,31}$/;
const word = text(WORD, "a lower-case word (letters, digits, hyphens)");
const someText = text(/\S/, "a text that is not empty");
const usb = wholeNumber(0, 0xffff);
const address = { host: v.optional(someText), port: v.optional(wholeNumber(1, 65_535)) };

const port = v.variant(
  "kind",
  [
    fields({
      kind: v.literal("serial"),
      path: someText,
      baud: wholeNumber(300, 4_000_000),
      dataBits: v.optional(oneOf([7, 8])),
      parity: v.optional(oneOf(["none", "even", "odd"])),
      stopBits: v.optional(oneOf([1, 2])),
    }),
    fields({
      kind: v.literal("hid"),
      vendorId: usb,
      productId: usb,
      usagePage: v.optional(usb),
      usage: v.optional(usb),
      serial: v.optional(someText),
    }),
    fields({ kind: v.literal("evdev"), device: someText }),
    fields({ kind: v.literal("tcp"), ...address }),
    fields({
      kind: v.literal("tls"),
      ...address,
      caFile: v.optional(someText),
      certFile: v.optional(someText),
      keyFile: v.optional(someText),
      serverName: v.optional(someText),
    }),
    fields({ kind: v.literal("framebuffer"), path: someText, width: wholeNumber(64, 4_096), height: wholeNumber(32, 4_096) }),
    fields({ kind: v.literal("sim"), wire: word }),
  ],
  "an object whose kind is serial, hid, evdev, tcp, tls, framebuffer or sim",
);

const VALUE = "a text, a number, true or false";
const device = fields({
  driver: word,
  port: word,
  settings: v.optional(
    v.record(
      v.string(),
      v.union([v.string(VALUE), v.number(VALUE), v.boolean(VALUE)], VALUE),
      "an object with the driver's settings",
    ),
  ),
});

const board = fields({
  name: word,
  title: someText,
  ports: v.record(word, port, "an object with a port for each name"),
  devices: fields({
    display: device,
    keypad: device,
    msr: v.optional(device),
    icc: v.optional(device),
    picc: v.optional(device),
    pinpad: v.optional(device),
    printer: v.optional(device),
    link: v.optional(device),
    beeper: v.optional(device),
    lights: v.optional(device),
    files: v.optional(device),
    debug: v.optional(device),
  } satisfies Record<DeviceClass, unknown>),
});

/** Throws BoardError. */
export function readBoard(source: Uint8Array | string): Board {
  const checked: Board = check(board, parse(typeof source === "string" ? source : decodeUtf8(source)), "");
  const users = new Map<string, string>();
  for (const name of DEVICE_CLASSES) {
    const spec = checked.devices[name];
    if (spec === undefined) continue;
    checkDevice(checked, name, spec);
    const other = users.get(spec.port);
    if (other !== undefined) {
      throw new BoardError(`devices.${name}.port`, `"${spec.port}" is the port of devices.${other} already`, "a port of its own");
    }
    users.set(spec.port, name);
  }
  return checked;
}

function checkDevice(checked: Board, name: DeviceClass, spec: DeviceSpec): void {
  const path = `devices.${name}`;
  const drivers = DRIVERS[name];
  // Not through the prototype: "constructor" is no driver.
  const driver = Object.hasOwn(drivers, spec.driver) ? drivers[spec.driver] : undefined;
  if (driver === undefined) throw new BoardError(`${path}.driver`, `no driver "${spec.driver}"`, Object.keys(drivers).join(", "));
  const portSpec = Object.hasOwn(checked.ports, spec.port) ? checked.ports[spec.port] : undefined;
  if (portSpec === undefined) {
    throw new BoardError(`${path}.port`, `no port "${spec.port}"`, Object.keys(checked.ports).join(", "));
  }
  if (!driver.ports.includes(portSpec.kind)) {
    const wrong = `"${spec.port}" is a ${portSpec.kind} port, on which ${spec.driver} cannot work`;
    throw new BoardError(`${path}.port`, wrong, `a port of kind ${driver.ports.join(" or ")}`);
  }
  check(driver.settings, spec.settings ?? {}, `${path}.settings`);
}

function parse(words: string): unknown {
  try {
    return JSON.parse(words);
  } catch (error) {
    throw new BoardError("", `not JSON (${error instanceof Error ? error.message : String(error)})`, "one JSON object");
  }
}

function check<Output>(
  schema: v.GenericSchema<unknown, Output> | v.GenericSchema<Output>,
  value: unknown,
  prefix: string,
): Output {
  const result = v.safeParse(schema as v.GenericSchema<unknown, Output>, value, { abortEarly: true });
  if (result.success) return result.output;
  const [issue] = result.issues;
  const steps = (issue.path ?? []).map((step) => String((step as { key: unknown }).key));
  throw new BoardError([...(prefix === "" ? [] : [prefix]), ...steps].join("."), wrongOf(issue), issue.message);
}

function wrongOf(issue: v.BaseIssue<unknown>): string {
  if (issue.expected === "never") return "unknown field";
  if (issue.input === undefined) return "missing";
  return `${shortly(issue.input)} is not allowed`;
}

function shortly(value: unknown): string {
  const words = JSON.stringify(value) ?? String(value);
  return words.length > 60 ? `${words.slice(0, 57)}…` : words;
}

/** The board a desk is asked to be: read, checked, and the field named when it is wrong. The firmware checks it again by itself. */
import { join } from "node:path";
import { z } from "zod";
import { type Board, DEVICE_CLASSES } from "../../hal/boards/board.ts";
import { firstProblem, readNamed } from "./profile.ts";

const SIM_WIRES = ["keypad", "lcd", "msr", "pinpad", "printer", "lights", "beeper", "files", "debug", "host"] as const;
const tcpPort = z.number().int().min(1).max(65_535);
const usb = z.number().int().min(0).max(0xffff);

const portSchema = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("serial"),
    path: z.string().min(1),
    baud: z.number().int().min(50).max(4_000_000),
    dataBits: z.union([z.literal(7), z.literal(8)]).optional(),
    parity: z.enum(["none", "even", "odd"]).optional(),
    stopBits: z.union([z.literal(1), z.literal(2)]).optional(),
  }),
  z.strictObject({
    kind: z.literal("hid"),
    vendorId: usb,
    productId: usb,
    usagePage: usb.optional(),
    usage: usb.optional(),
    serial: z.string().optional(),
  }),
  z.strictObject({ kind: z.literal("tcp"), host: z.string().min(1).optional(), port: tcpPort.optional() }),
  z.strictObject({
    kind: z.literal("tls"),
    host: z.string().min(1).optional(),
    port: tcpPort.optional(),
    caFile: z.string().optional(),
    certFile: z.string().optional(),
    keyFile: z.string().optional(),
    serverName: z.string().optional(),
  }),
  z.strictObject({
    kind: z.literal("framebuffer"),
    path: z.string().min(1),
    width: z.number().int().min(1).max(4096),
    height: z.number().int().min(1).max(4096),
  }),
  z.strictObject({ kind: z.literal("sim"), wire: z.enum(SIM_WIRES) }),
]);

const deviceSchema = z.strictObject({
  driver: z.string().min(1),
  port: z.string().min(1),
  settings: z.record(z.string(), z.union([z.string(), z.number(), z.boolean()])).optional(),
});

const boardSchema = z
  .strictObject({
    name: z.string().regex(/^[a-z][a-z0-9-]*$/, "a lower-case word"),
    title: z.string().min(1),
    ports: z.record(z.string(), portSchema),
    devices: z.partialRecord(z.enum(DEVICE_CLASSES), deviceSchema),
  })
  .superRefine((board, context) => {
    for (const [name, device] of Object.entries(board.devices)) {
      if (device !== undefined && board.ports[device.port] === undefined) {
        context.addIssue({ code: "custom", path: ["devices", name, "port"], message: `there is no port "${device.port}"` });
      }
    }
    for (const name of ["display", "keypad"] as const) {
      if (board.devices[name] === undefined) {
        context.addIssue({ code: "custom", path: ["devices", name], message: "a terminal cannot be without it" });
      }
    }
  });

/** Throws Error "board: field: what is wrong". */
export function readBoard(nameOrFile: string, root: string): Board {
  return checkBoard(readNamed("board", nameOrFile, join(root, "hal/boards")));
}

export function checkBoard(json: unknown): Board {
  const parsed = boardSchema.safeParse(json);
  if (!parsed.success) throw new Error(`board: ${firstProblem(parsed.error)}`);
  return parsed.data as Board;
}

/** Port name of each simulated wire, and of the host's link. */
export function portsByWire(board: Board): Map<string, string> {
  const ports = new Map<string, string>();
  for (const [name, port] of Object.entries(board.ports)) {
    if (port.kind === "sim") ports.set(port.wire, name);
    else if (port.kind === "tcp" || port.kind === "tls") ports.set("host", name);
  }
  return ports;
}

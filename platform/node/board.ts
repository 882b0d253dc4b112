/** The ports of a board profile, checked: the firmware can open these and nothing else. */
import { z } from "zod";
import { Refused, wordsOf } from "./errors.ts";

const tcpPort = z.number().int().min(1).max(65_535);
const portSpec = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("serial"),
    path: z.string().min(1),
    baud: z.number().int().positive(),
    dataBits: z.union([z.literal(7), z.literal(8)]).optional(),
    parity: z.enum(["none", "even", "odd"]).optional(),
    stopBits: z.union([z.literal(1), z.literal(2)]).optional(),
  }),
  z.object({
    kind: z.literal("hid"),
    vendorId: z.number().int().min(0).max(65_535),
    productId: z.number().int().min(0).max(65_535),
    usagePage: z.number().int().min(0).max(65_535).optional(),
    usage: z.number().int().min(0).max(65_535).optional(),
    serial: z.string().optional(),
  }),
  z.object({ kind: z.literal("evdev"), device: z.string().min(1) }),
  z.object({ kind: z.literal("tcp"), host: z.string().min(1).optional(), port: tcpPort.optional() }),
  z.object({
    kind: z.literal("tls"),
    host: z.string().min(1).optional(),
    port: tcpPort.optional(),
    caFile: z.string().optional(),
    certFile: z.string().optional(),
    keyFile: z.string().optional(),
    serverName: z.string().optional(),
  }),
  z.object({
    kind: z.literal("framebuffer"),
    path: z.string().min(1),
    width: z.number().int().min(1).max(4096),
    height: z.number().int().min(1).max(4096),
  }),
  z.object({ kind: z.literal("sim"), wire: z.string().min(1) }),
]);

export type PortSpec = z.infer<typeof portSpec>;
export type PortKind = PortSpec["kind"];
export type SpecOf<K extends PortKind> = Extract<PortSpec, { kind: K }>;

const board = z.object({ ports: z.record(z.string().regex(/^[a-z][a-z0-9-]{0,31}$/), portSpec) });

/** zod compares the `length` of what is no text, and throws when that cannot be a number. */
function judged(profile: unknown): ReturnType<typeof board.safeParse> {
  try {
    return board.safeParse(profile);
  } catch (error) {
    throw new Refused(`the board profile is refused: it cannot be judged (${wordsOf(error)})`);
  }
}

/** Ports by name. Throws Refused with the field that is wrong. */
export function portsOf(profile: unknown): Map<string, PortSpec> {
  const checked = judged(profile);
  if (checked.success) return new Map(Object.entries(checked.data.ports));
  const faults = checked.error.issues.map((issue) => `${issue.path.join(".") || "profile"}: ${issue.message}`);
  throw new Refused(`the board profile is refused: ${faults.join("; ")}`);
}

/**
 * A board profile: which driver on which port with which settings. Data; ./validate.ts checks it at boot and names the
 * field that is wrong. The outside reads the same file to know which ports the firmware may open.
 */
export type PortSpec =
  | { kind: "serial"; path: string; baud: number; dataBits?: 7 | 8; parity?: "none" | "even" | "odd"; stopBits?: 1 | 2 }
  | { kind: "hid"; vendorId: number; productId: number; usagePage?: number; usage?: number; serial?: string }
  /** An input device of Linux: a path, or the name by which the kernel has it. */
  | { kind: "evdev"; device: string }
  /** host and port come from the parameters when they are absent here. */
  | { kind: "tcp"; host?: string; port?: number }
  | { kind: "tls"; host?: string; port?: number; caFile?: string; certFile?: string; keyFile?: string; serverName?: string }
  | { kind: "framebuffer"; path: string; width: number; height: number }
  /** A wire with a device of the desk at its end: `wire` is one of keypad lcd msr icc picc pinpad printer lights beeper files debug host. */
  | { kind: "sim"; wire: string };

export interface DeviceSpec {
  driver: string;
  /** Name of one of `ports`. */
  port: string;
  settings?: Record<string, string | number | boolean>;
}

export const DEVICE_CLASSES = [
  "display",
  "keypad",
  "msr",
  "icc",
  "picc",
  "pinpad",
  "printer",
  "link",
  "beeper",
  "lights",
  "files",
  "debug",
] as const;
export type DeviceClass = (typeof DEVICE_CLASSES)[number];

export interface Board {
  /** Lower-case word; the profile's name. */
  name: string;
  title: string;
  ports: Record<string, PortSpec>;
  /** Display and keypad must be there; what else is missing, the terminal works without. */
  devices: Partial<Record<DeviceClass, DeviceSpec>>;
}

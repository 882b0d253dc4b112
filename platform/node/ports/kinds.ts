import type { PortKind } from "../board.ts";

/** Kinds that are ready only when `opened` comes. */
export const CONNECTS: ReadonlySet<PortKind> = new Set<PortKind>(["tcp", "tls", "serial", "hid", "evdev"]);

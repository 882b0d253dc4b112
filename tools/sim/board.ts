/**
 * The board a desk is asked to be. It is judged by the firmware's own reader, so that a board the desk takes is one the terminal takes; the desk
 * adds only which wires it has devices for.
 */
import { join } from "node:path";
import type { Board } from "../../hal/boards/board.ts";
import { readBoard as readFirmwareBoard } from "../../hal/boards/validate.ts";
import { DEVICE_NAMES } from "./parts.ts";
import { readNamed } from "./profile.ts";

const SIM_WIRES: readonly string[] = [...DEVICE_NAMES, "debug", "host"];

/** Throws Error "board: field: what is wrong; allowed: …". */
export function readBoard(nameOrFile: string, root: string): Board {
  return checkBoard(readNamed("board", nameOrFile, join(root, "hal/boards")));
}

export function checkBoard(json: unknown): Board {
  const board = readFirmwareBoard(JSON.stringify(json));
  for (const [name, port] of Object.entries(board.ports)) {
    if (port.kind === "sim" && !SIM_WIRES.includes(port.wire)) {
      throw new Error(`board: ports.${name}.wire: the desk has no wire "${port.wire}"; allowed: ${SIM_WIRES.join(", ")}`);
    }
  }
  return board;
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

/** An initramfs of busybox, the kernel's modules that are asked for with all they need, and an init. */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";

export interface Entry {
  /** Without a leading slash. */
  path: string;
  mode: number;
  bytes?: Uint8Array;
}

const DIRECTORY = 0o040755;
const PROGRAM = 0o100755;

/** The archive the kernel unpacks: cpio, "newc". */
export function cpio(entries: readonly Entry[]): Uint8Array {
  const parts = [...entries, { path: "TRAILER!!!", mode: 0 }].flatMap(({ path, mode, bytes = new Uint8Array(0) }: Entry, n) => {
    const fields = [n + 1, mode, 0, 0, 1, 0, bytes.length, 0, 0, 0, 0, path.length + 1, 0];
    const header = `070701${fields.map((field) => field.toString(16).padStart(8, "0")).join("")}${path}\0`;
    return [padded(Buffer.from(header)), padded(Buffer.from(bytes))];
  });
  return Buffer.concat(parts);
}

const padded = (bytes: Buffer): Buffer => Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);

/** Every module below a folder, by the name the kernel calls it. */
function modulesBelow(folder: string): Map<string, string> {
  const found = new Map<string, string>();
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (MODULE.test(entry.name)) found.set(moduleName(entry.name), join(entry.parentPath, entry.name));
  }
  return found;
}

/** Debian 13's are packed. */
const MODULE = /\.ko(\.xz)?$/;

const moduleName = (file: string): string => basename(file).replace(MODULE, "").replaceAll("-", "_");

/** A module as `insmod` takes it. */
const moduleBytes = (path: string): Buffer =>
  path.endsWith(".xz") ? execFileSync("xz", ["-dc", path], { maxBuffer: 64 * 1024 * 1024 }) : readFileSync(path);

/** What a module says it needs. */
function needs(bytes: Buffer): string[] {
  const at = bytes.indexOf("\0depends=");
  if (at < 0) return [];
  const text = bytes.toString("latin1", at + "\0depends=".length, bytes.indexOf(0, at + 1));
  return text.split(",").filter((name) => name !== "");
}

/** Modules and all they need, in the order they can be loaded. Throws Error with words when the kernel has no such module. */
function inOrder(names: readonly string[], all: ReadonlyMap<string, string>): Map<string, Buffer> {
  const order = new Map<string, Buffer>();
  const add = (name: string): void => {
    if (order.has(name)) return;
    const path = all.get(name);
    // What is built in has no file.
    if (path === undefined) return;
    const bytes = moduleBytes(path);
    for (const needed of needs(bytes)) add(needed.replaceAll("-", "_"));
    order.set(name, bytes);
  };
  for (const name of names) add(name.replaceAll("-", "_"));
  return order;
}

/** `kernel`: an unpacked linux-image package. `init`: a shell script; it finds its modules loaded. */
export function initramfs(kernel: string, modules: readonly string[], busybox: string, init: string): Uint8Array {
  const folders = ["bin", "dev", "proc", "sys", "host", "modules"].map((path) => ({ path, mode: DIRECTORY }));
  const places = ["lib/modules", "usr/lib/modules"].map((place) => join(kernel, place)).filter((place) => existsSync(place));
  const loaded = [...inOrder(modules, new Map(places.flatMap((place) => [...modulesBelow(place)])))];
  const files = loaded.map(([name, bytes]) => ({ path: `modules/${name}.ko`, mode: 0o100644, bytes }));
  const load = loaded.map(([name]) => `insmod /modules/${name}.ko || echo "no module ${name}"`).join("\n");
  const script = `#!/bin/busybox sh\n/bin/busybox --install -s /bin\nexport PATH=/bin\nmount -t proc proc /proc\nmount -t sysfs sys /sys\nmount -t devtmpfs dev /dev\n${load}\n${init}\n`;
  return cpio([
    ...folders,
    { path: "bin/busybox", mode: PROGRAM, bytes: readFileSync(busybox) },
    { path: "init", mode: PROGRAM, bytes: Buffer.from(script) },
    ...files,
  ]);
}

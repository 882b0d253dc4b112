/** A disk to be written onto a board's eMMC as it is: boot partition, two slots; the data partition is made by the terminal at its first start. */
import { createHash } from "node:crypto";
import {
  closeSync,
  ftruncateSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { debianPackage, TRIXIE_SECURE } from "../debian.ts";
import { BOOT_FILES } from "./contents.ts";
import { tool } from "./tools.ts";

const MIB = 1024 * 1024;
const SECTOR = 512;
const BOOT_MIB = 48;

export interface DiskOptions {
  board: string;
  /** The squashfs of slot A. */
  rootfs: string;
  /** MiB a slot; an image of a later version must fit as well. */
  slotMib: number;
  /** grub.cfg's text. */
  bootConfig: string;
  /** Where what is put together first may lie. */
  work: string;
  out: string;
  epoch: number;
}

/** The tree as one file that is mounted as it is. The same tree gives the same bytes. */
export function makeSquashfs(tree: string, out: string, epoch: number): void {
  rmSync(out, { force: true });
  // GRUB reads kernel and initrd out of it, and of the fast formats it knows gzip alone; those two are packed already.
  const plain = ["-action", "uncompressed@subpathname(usr/lib/tael/boot)"];
  const packing = [
    "-comp",
    "gzip",
    "-Xcompression-level",
    "6",
    "-b",
    "128K",
    "-all-root",
    "-no-xattrs",
    "-no-exports",
    "-no-progress",
  ];
  tool("mksquashfs", [tree, out, ...packing, ...plain], { env: { SOURCE_DATE_EPOCH: String(epoch) } });
}

/** Throws Error with words when the root file system is larger than a slot. */
export function makeDisk(options: DiskOptions): void {
  const { rootfs, slotMib, out } = options;
  const size = statSync(rootfs).size;
  if (size > slotMib * MIB)
    throw new Error(
      `the root file system has ${Math.ceil(size / MIB)} MiB and a slot ${slotMib}: give --slot, or leave something out`,
    );
  const boot = join(options.work, "boot.img");
  makeBoot(options, boot);
  const starts = { boot: 1, a: 1 + BOOT_MIB, b: 1 + BOOT_MIB + slotMib };
  const disk = openSync(out, "w");
  try {
    ftruncateSync(disk, (starts.b + slotMib + 1) * MIB);
  } finally {
    closeSync(disk);
  }
  tool("sfdisk", ["--quiet", out], { input: table(options.board, starts, slotMib) });
  copyInto(out, starts.boot * MIB, boot);
  copyInto(out, starts.a * MIB, rootfs);
}

/** The same names give the same ids, so that the same image comes out again. */
function idOf(...names: string[]): string {
  const hex = createHash("sha256").update(names.join("\0")).digest("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

const ESP = "C12A7328-F81F-11D2-BA4B-00A0C93EC93B";
/** "Linux root (x86-64)" of the Discoverable Partitions Specification. */
const ROOT = "4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709";

function table(board: string, starts: Record<"boot" | "a" | "b", number>, slotMib: number): string {
  const row = (name: "boot" | "a" | "b", mib: number, type: string): string =>
    `start=${(starts[name] * MIB) / SECTOR}, size=${(mib * MIB) / SECTOR}, type=${type}, name=tael-${name}, uuid=${idOf(board, name)}`;
  return [
    "label: gpt",
    `label-id: ${idOf(board, "disk")}`,
    "unit: sectors",
    row("boot", BOOT_MIB, ESP),
    row("a", slotMib, ROOT),
    row("b", slotMib, ROOT),
    "",
  ].join("\n");
}

/** What the firmware of a board starts: shim, GRUB, its configuration and its memory. Folders and files go in one after the other, so that the same come out the same. */
function makeBoot({ bootConfig, board, epoch, work }: DiskOptions, out: string): void {
  const env = { SOURCE_DATE_EPOCH: String(epoch), MTOOLS_SKIP_CHECK: "1" };
  const size = String((BOOT_MIB * MIB) / SECTOR);
  rmSync(out, { force: true });
  const serial = idOf(board, "fat").slice(0, 8);
  tool("mformat", ["-i", out, "-C", "-F", "-c", "1", "-T", size, "-N", serial, "-v", "TAELBOOT", "::"], { env });
  tool("mmd", ["-i", out, "::EFI", "::EFI/BOOT", "::EFI/debian"], { env });
  const place = (path: string, content: string | Uint8Array): void => {
    const file = join(work, "boot-file");
    writeFileSync(file, content);
    utimesSync(file, epoch, epoch);
    tool("mcopy", ["-i", out, "-m", file, `::${path}`], { env });
  };
  for (const [name, { from, to }] of Object.entries(BOOT_FILES))
    place(to, readFileSync(join(debianPackage(name, TRIXIE_SECURE, [from]), from)));
  place("EFI/debian/grub.cfg", bootConfig);
  place("EFI/debian/grubenv", grubenv({ ORDER: "A B", A_OK: "1", A_TRY: "0", B_OK: "0", B_TRY: "0" }));
}

/** GRUB's environment block: 1024 bytes, filled with #. */
function grubenv(values: Readonly<Record<string, string>>): string {
  const rows = Object.entries(values).map(([name, value]) => `${name}=${value}\n`);
  return `# GRUB Environment Block\n${rows.join("")}`.padEnd(1024, "#");
}

/** Copies a file into another at a place, without what is zero, so that the disk stays as small as what is on it. */
function copyInto(target: string, at: number, source: string): void {
  const [from, to] = [openSync(source, "r"), openSync(target, "r+")];
  try {
    const piece = Buffer.alloc(MIB);
    for (let done = 0; ; ) {
      const count = readSync(from, piece, 0, piece.length, done);
      if (count === 0) break;
      const bytes = piece.subarray(0, count);
      if (bytes.some((byte) => byte !== 0)) writeSync(to, bytes, 0, count, at + done);
      done += count;
    }
  } finally {
    closeSync(from);
    closeSync(to);
  }
}

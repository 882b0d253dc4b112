/** A whole-system image out of a firmware package: tree, root file system, disk. */
import { createPublicKey } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { readPackage } from "../../platform/node/loader/package.ts";
import { IMAGE_FILE, type Image } from "../../platform/node/system/image.ts";
import type { Deb } from "../debian.ts";
import { raucConfig } from "./bundle.ts";
import { makeDisk, makeSquashfs } from "./disk.ts";
import { makeRoot } from "./root.ts";

export interface ImageOptions {
  root: string;
  board: string;
  /** Bytes of the firmware package. */
  firmware: Uint8Array;
  /** Whose firmware the terminal takes besides, hexadecimal. */
  signers: readonly string[];
  /** Certificates (PEM) whose bundles the terminal takes. */
  keyring: string;
  /** Default: the package's. */
  version?: string | undefined;
  slotMib: number;
  include: readonly string[];
  overlay?: string | undefined;
  /** More words for the kernel. Neither root file system nor bundle know of them. */
  cmdline?: string | undefined;
  development: boolean;
  /** Fields of `loader.json` besides, for a board that needs them. */
  loader?: Readonly<Record<string, unknown>>;
  epoch: number;
  /** Directory that gets disk.img, rootfs.img, image.json and packages.txt. */
  out: string;
}

export const ROOTFS_FILE = "rootfs.img";
export const DISK_FILE = "disk.img";

/** Throws Error with words when something is wrong or unfit. */
export async function makeImage(options: ImageOptions): Promise<Image> {
  const { root, board, firmware, out, epoch, development } = options;
  const { manifest } = readPackage(firmware);
  if (manifest.board !== board)
    throw new Error(`the package is for the board "${manifest.board}", and this image for "${board}"`);
  if (manifest.development && !development)
    throw new Error("the package is for development: make one without --dev (or give --dev here too)");
  const image: Image = { board, version: options.version ?? manifest.version, securityCounter: manifest.securityCounter };
  const work = join(out, "work");
  rmSync(work, { recursive: true, force: true });
  mkdirSync(work, { recursive: true });
  const tree = join(work, "root");
  const signers = [...new Set([manifest.signer, ...options.signers])];
  const packages = await makeRoot({
    root,
    target: tree,
    include: options.include,
    overlay: options.overlay,
    files: filesOf(options, image, signers),
    epoch,
  });
  makeSquashfs(tree, join(out, ROOTFS_FILE), epoch);
  makeDisk({
    board,
    rootfs: join(out, ROOTFS_FILE),
    slotMib: options.slotMib,
    bootConfig: bootConfig(root, options.cmdline),
    work,
    out: join(out, DISK_FILE),
    epoch,
  });
  writeFileSync(join(out, IMAGE_FILE), JSON.stringify(image));
  writeFileSync(join(out, "packages.txt"), listOf(packages));
  rmSync(work, { recursive: true });
  return image;
}

const listOf = (packages: readonly Deb[]): string => packages.map(({ name, version }) => `${name} ${version}\n`).join("");

/** What depends on board, package and keys. */
function filesOf(
  { board, firmware, keyring, epoch, loader: more = {} }: ImageOptions,
  image: Image,
  signers: readonly string[],
): Record<string, string | Uint8Array> {
  const names = signers.map((_, n) => `signer-${n}.pub`);
  const loader = {
    board,
    signers: names,
    slots: "/var/lib/tael/slots",
    data: "/var/lib/tael/data",
    factory: "/usr/lib/tael/firmware.tpk",
    sealKey: "/run/credentials/tael.service/seal.key",
    media: "/run/media/tael",
    ...more,
  };
  return {
    "etc/tael/loader.json": JSON.stringify(loader),
    ...Object.fromEntries(signers.map((signer, n) => [`etc/tael/${names[n]}`, pemOf(signer)])),
    "etc/rauc/system.conf": raucConfig(board),
    "etc/rauc/keyring.pem": keyring,
    "usr/lib/tael/firmware.tpk": firmware,
    [`usr/lib/tael/${IMAGE_FILE}`]: JSON.stringify(image),
    // systemd never lets the clock be before this file's time.
    "usr/lib/clock-epoch": String(epoch),
  };
}

function pemOf(signer: string): string {
  const x = Buffer.from(signer, "hex").toString("base64url");
  return createPublicKey({ format: "jwk", key: { kty: "OKP", crv: "Ed25519", x } })
    .export({ format: "pem", type: "spki" })
    .toString();
}

/** No kernel message and no cursor on the terminal's screen; what a hypervisor would like to add to the system is not taken. */
const CMDLINE = [
  "ro quiet loglevel=1 systemd.show_status=0 vt.global_cursor_default=0 fbcon=map:9 8250.nr_uarts=8",
  "panic=3 oops=panic lockdown=integrity slab_nomerge init_on_alloc=1 page_alloc.shuffle=1 vsyscall=none",
  "systemd.import_credentials=no systemd.getty_auto=no",
].join(" ");

/** For a workshop: a serial line that gets kernel and journal. */
export const consoleWords = (line: string): string =>
  `console=${line},115200 systemd.journald.forward_to_console=1 systemd.log_color=0 loglevel=5`;

const bootConfig = (root: string, more = ""): string =>
  readFileSync(join(root, "build/image/grub.cfg"), "utf8").replace("@CMDLINE@", `${CMDLINE} ${more}`.trim());

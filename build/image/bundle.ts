/** RAUC bundles: one root file system, signed, for every terminal of a board; and the key pair that signs them. */
import { copyFileSync, existsSync, linkSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { IMAGE_FILE, type Image } from "../../platform/node/system/image.ts";
import { tool } from "./tools.ts";

/** What RAUC calls the board. */
export const compatibleOf = (board: string): string => `tael-${board}`;

export interface BundleOptions {
  rootfs: string;
  image: Image;
  /** Private key and certificate, PEM. */
  key: string;
  certificate: string;
  /** A directory for what is put together first, on the disk of `rootfs`. */
  work: string;
  out: string;
}

const ROOTFS = "rootfs.img";

export function makeBundle({ rootfs, image, key, certificate, work, out }: BundleOptions): void {
  mkdirSync(work, { recursive: true });
  const tree = mkdtempSync(join(work, "bundle-"));
  try {
    place(rootfs, join(tree, ROOTFS));
    writeFileSync(join(tree, IMAGE_FILE), JSON.stringify(image));
    writeFileSync(join(tree, "manifest.raucm"), manifest(image));
    rmSync(out, { force: true });
    tool("rauc", ["bundle", `--cert=${certificate}`, `--key=${key}`, tree, out]);
  } finally {
    rmSync(tree, { recursive: true });
  }
}

function place(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch {
    copyFileSync(from, to);
  }
}

const manifest = ({ board, version }: Image): string => `[update]
compatible=${compatibleOf(board)}
version=${version}

[bundle]
format=verity

[image.rootfs]
filename=${ROOTFS}
`;

/** What RAUC says of a bundle whose signature is good. Throws Error with RAUC's own words when it is not. */
export function explainBundle(file: string, keyring: string): string {
  return tool("rauc", ["info", `--keyring=${keyring}`, file]);
}

const DAYS = 18_262;

/** Writes FILE (private) and FILE.crt, which goes into the image. Throws Error when one of them is there already. */
export function makeImageKey(file: string, name: string): void {
  const there = [file, `${file}.crt`].find((path) => existsSync(path));
  if (there !== undefined) throw new Error(`${there} is there already; a key is never overwritten`);
  const curve = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  tool("openssl", [
    "req",
    "-x509",
    ...curve,
    "-keyout",
    file,
    "-out",
    `${file}.crt`,
    "-days",
    String(DAYS),
    "-subj",
    `/CN=${name}`,
  ]);
}

/** RAUC's configuration on the terminal. */
export const raucConfig = (board: string): string => `[system]
compatible=${compatibleOf(board)}
bootloader=grub
grubenv=/boot/EFI/debian/grubenv
data-directory=/var/lib/rauc
mountprefix=/run/rauc/mnt
bundle-formats=verity

[keyring]
path=/etc/rauc/keyring.pem
use-bundle-signing-time=true

[handlers]
pre-install=/usr/lib/tael/accept.mjs

[slot.rootfs.0]
device=/dev/disk/by-partlabel/tael-a
type=raw
bootname=A

[slot.rootfs.1]
device=/dev/disk/by-partlabel/tael-b
type=raw
bootname=B
`;

export const readKeyring = (file: string): string => {
  const text = readFileSync(file, "utf8");
  if (!text.includes("BEGIN CERTIFICATE"))
    throw new Error(`${file}: no certificate in PEM (npm run image -- key FILE makes FILE.crt)`);
  return text;
};

/** What the image's tests are made with: keys, a firmware package, an image of it, sticks with bundles; all of one run and in one folder. */
import { createHash, generateKeyPairSync } from "node:crypto";
import {
  closeSync,
  copyFileSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { makeBundle, makeImageKey } from "../../build/image/bundle.ts";
import { makeSquashfs } from "../../build/image/disk.ts";
import { consoleWords, DISK_FILE, makeImage, ROOTFS_FILE } from "../../build/image/make.ts";
import { tool } from "../../build/image/tools.ts";
import { makePackage } from "../../build/package/make.ts";
import { boardOfImage } from "./counter.ts";
import type { Image } from "../../platform/node/system/image.ts";

const root = process.env.TAEL_ROOT ?? process.cwd();
const MIB = 1024 * 1024;
const EPOCH = 1_790_000_000;

export const WITNESS_UNIT = "tael-witness.service";

export interface Workshop {
  folder: string;
  image: Image;
  rootfs: string;
  disk: string;
}

/** Builds package, keys and image. Minutes, the first time: Debian's packages are fetched. `profile`: the merchant's, without keys. */
export async function makeWorkshop(folder: string, profile: object): Promise<Workshop> {
  const { privateKey } = generateKeyPairSync("ed25519");
  const { bytes } = await makePackage({
    root,
    board: boardOfImage(),
    profile,
    key: privateKey,
    version: "1.0.0",
    securityCounter: 2,
    closed: [],
    development: false,
  });
  makeImageKey(join(folder, "oem"), "OEM");
  makeImageKey(join(folder, "other"), "Somebody else");
  writeFileSync(join(folder, "tael.tpk"), bytes);
  return imageIn(folder, "image");
}

/** An image of what is in the workshop. */
export async function imageIn(folder: string, name: string): Promise<Workshop> {
  const out = join(folder, name);
  mkdirSync(out);
  const image = await makeImage({
    root,
    board: "counter",
    firmware: new Uint8Array(readFileSync(join(folder, "tael.tpk"))),
    signers: [],
    keyring: readFileSync(join(folder, "oem.crt"), "utf8"),
    slotMib: 192,
    include: [],
    overlay: await overlayIn(folder),
    // What costs an emulated processor most; nothing of it is in what bundles bring.
    cmdline: `${consoleWords("ttyS0")} mitigations=off nokaslr cryptomgr.notests`,
    // An emulated processor is slow, and on a busy machine slower.
    loader: { eventLimitMs: 600_000 },
    development: false,
    epoch: EPOCH,
    out,
  });
  return { folder, image, rootfs: join(out, ROOTFS_FILE), disk: join(out, DISK_FILE) };
}

const WITNESS = `[Unit]
Description=What this system is like from inside
After=tael-good.service

[Service]
Type=oneshot
ExecStart=/usr/bin/node /usr/lib/tael-test/witness.mjs
`;

/** What the tests' image has besides: nobody but a program of its own can look at the inside of a terminal. */
async function overlayIn(folder: string): Promise<string> {
  const overlay = join(folder, "overlay");
  const units = join(overlay, "etc/systemd/system");
  rmSync(overlay, { recursive: true, force: true });
  mkdirSync(join(units, "multi-user.target.wants"), { recursive: true });
  writeFileSync(join(units, WITNESS_UNIT), WITNESS);
  symlinkSync(`../${WITNESS_UNIT}`, join(units, "multi-user.target.wants", WITNESS_UNIT));
  await build({
    entryPoints: { witness: join(root, "test/image/witness.ts") },
    outdir: join(overlay, "usr/lib/tael-test"),
    outExtension: { ".js": ".mjs" },
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    logLevel: "warning",
  });
  return overlay;
}

/** A board's disk with the image on it, larger than the image as boards' disks are. */
export function flashed({ folder, disk }: Workshop, name: string): string {
  const file = join(folder, name);
  tool("cp", ["--sparse=always", disk, file]);
  const fd = openSync(file, "r+");
  ftruncateSync(fd, Number(tool("stat", ["-c", "%s", file])) + 128 * MIB);
  closeSync(fd);
  return file;
}

/** A bundle signed by `oem` or `other`. */
export function bundleOf(
  { folder, image, rootfs }: Workshop,
  name: string,
  more: Partial<Image> & { rootfs?: string; signer?: string } = {},
): string {
  const { rootfs: given = rootfs, signer = "oem", ...changed } = more;
  const key = join(folder, signer);
  const out = join(folder, `${name}.raucb`);
  makeBundle({ rootfs: given, image: { ...image, ...changed }, key, certificate: `${key}.crt`, work: folder, out });
  return out;
}

/** A root file system that begins to start and then has nothing: its kernel panics. */
export function brokenRootfs({ folder, rootfs }: Workshop): string {
  const tree = join(folder, "broken");
  const boot = join(tree, "usr/lib/tael/boot");
  mkdirSync(boot, { recursive: true });
  tool("unsquashfs", ["-q", "-n", "-f", "-d", tree, rootfs, "usr/lib/tael/boot"]);
  const out = join(folder, "broken.img");
  makeSquashfs(tree, out, EPOCH);
  return out;
}

/** A memory stick as it comes out of a shop, with these files. */
export function stickWith(folder: string, name: string, ...files: string[]): string {
  const out = join(folder, name);
  writeFileSync(out, "");
  truncateSync(out, 257 * MIB);
  tool("sfdisk", ["--quiet", out], { input: "start=2048, type=c\n" });
  tool("mformat", ["-i", `${out}@@1M`, "-F", "-T", String((256 * MIB) / 512), "-v", "TAEL", "::"]);
  for (const file of files) tool("mcopy", ["-i", `${out}@@1M`, file, "::"]);
  return out;
}

/** What the terminal wrote onto the stick. */
export const answerOn = (stick: string): string => tool("mtype", ["-i", `${stick}@@1M`, "::tael.txt"]);

/** A copy with one bit changed in the middle. */
export function bitChanged(file: string, at: number): string {
  const out = `${file.replace(/\.raucb$/, "")}-changed.raucb`;
  copyFileSync(file, out);
  const bytes = readFileSync(out);
  bytes[at] = (bytes[at] ?? 0) ^ 1;
  writeFileSync(out, bytes);
  return out;
}

/** What the boot loader remembers. */
export function grubenvOf(disk: string): Record<string, string> {
  const text = tool("mtype", ["-i", `${disk}@@1M`, "::EFI/debian/grubenv"]);
  return Object.fromEntries([...text.matchAll(/^([A-Z_]+)=(.*)$/gm)].map(([, name, value]) => [name, value]));
}

export const sumOf = (file: string): string => createHash("sha256").update(readFileSync(file)).digest("hex");

/** Every file of a root file system: its rights as `ls` writes them, its owner, its path, and where it leads when it is a link. */
export function filesIn(rootfs: string): { mode: string; owner: string; path: string; to: string | undefined }[] {
  const list = tool("unsquashfs", ["-ll", "-d", "", rootfs]).split("\n");
  return list.flatMap((line) => {
    const [, mode, owner, path, to] = /^([-dlcbps][-rwxsStT]{9}) (\S+) .* \d\d:\d\d (\/.*?)(?: -> (.*))?$/.exec(line) ?? [];
    return mode === undefined || owner === undefined || path === undefined ? [] : [{ mode, owner, path, to }];
  });
}

export const fileIn = (rootfs: string, path: string): string => tool("unsquashfs", ["-cat", rootfs, path]);

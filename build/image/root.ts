/**
 * The root file system as a tree: Debian's packages unpacked, none of their scripts run, so that the same packages give the same tree; what a terminal has no use
 * for taken out; our files laid over; users made.
 */
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { initramfs } from "../../tools/qemu/initramfs.ts";
import { type Deb, debianPackage, debianPackages, dependencyOf, TRIXIE_SECURE, unpack } from "../debian.ts";
import {
  INITRD_MODULES,
  KEPT,
  KERNEL,
  MASKED,
  MODULES_WITHOUT,
  MUST_RUN,
  PACKAGES,
  PRUNED,
  SINGLE_FILES,
  WANTED,
  WITHOUT,
} from "./contents.ts";
import { installProgram } from "./program.ts";
import { tool } from "./tools.ts";

export interface RootOptions {
  root: string;
  /** Where the tree is made; must not be there yet. */
  target: string;
  /** Debian packages that the board needs besides: firmware of its chips, for one. */
  include: readonly string[];
  /** Directory laid over the tree last. */
  overlay: string | undefined;
  /** Files by path, laid over too: what depends on board, package and keys. */
  files: Readonly<Record<string, string | Uint8Array>>;
  /** Seconds since 1970 that stand for the time of everything. */
  epoch: number;
}

/** Makes it; gives the packages it was made of. Throws Error with words. */
export async function makeRoot(options: RootOptions): Promise<Deb[]> {
  const { root, target } = options;
  mkdirSync(target, { recursive: true });
  const debs = debianPackages([...PACKAGES, ...options.include], TRIXIE_SECURE, WITHOUT);
  // First, since it has the links /bin, /lib and /sbin that others' files come through.
  const first = debs.filter(({ name }) => name === "base-files");
  for (const { file } of [...first, ...debs.filter((deb) => !first.includes(deb))]) unpack(file, target);
  for (const [name, paths] of Object.entries(SINGLE_FILES)) copyFrom(debianPackage(name, TRIXIE_SECURE, paths), paths, target);
  const kernel = installKernel(target);
  for (const path of PRUNED) rmSync(join(target, path), { recursive: true, force: true });
  for (const [path, names] of Object.entries(KEPT))
    for (const name of readdirSync(join(target, path))) if (!names.includes(name)) rmSync(join(target, path, name));
  await installProgram(root, join(target, "usr/lib/tael"));
  layOver(options);
  prepareSystem(target, options.epoch);
  for (const program of MUST_RUN) librariesOf(target, program);
  return [...debs, kernel];
}

function copyFrom(unpacked: string, paths: readonly string[], target: string): void {
  for (const path of paths) {
    mkdirSync(dirname(join(target, path)), { recursive: true });
    copyFileSync(join(unpacked, path), join(target, path));
  }
}

/** Kernel, modules without those of devices no terminal has, and what starts the root file system: /usr/lib/tael/boot, where the boot loader finds them. */
function installKernel(target: string): Deb {
  const name = dependencyOf(KERNEL, "linux-image-6", TRIXIE_SECURE);
  const unpacked = debianPackage(name, TRIXIE_SECURE, ["boot/vmlinuz*", "usr/lib/modules/*"]);
  const version = name.slice("linux-image-".length);
  const modules = join(target, "usr/lib/modules", version);
  cpSync(join(unpacked, "usr/lib/modules", version), modules, { recursive: true, verbatimSymlinks: true });
  const boot = join(target, "usr/lib/tael/boot");
  mkdirSync(boot, { recursive: true });
  copyFileSync(join(unpacked, "boot", `vmlinuz-${version}`), join(boot, "vmlinuz"));
  for (const path of MODULES_WITHOUT) rmSync(join(modules, "kernel", path), { recursive: true, force: true });
  for (const link of ["build", "source"]) rmSync(join(modules, link), { force: true });
  ofTree(target, "usr/sbin/depmod", ["-b", target, version]);
  const busybox = join(debianPackage("busybox-static", TRIXIE_SECURE), "usr/bin/busybox");
  writeFileSync(join(boot, "initrd"), initramfs(target, INITRD_MODULES, busybox, FIND_ROOT));
  return { name, version, file: "" };
}

/** Runs before the root is there: finds the slot that the boot loader named, and goes over to it. What fails ends this program, and so the kernel. */
const FIND_ROOT = `
for word in $(cat /proc/cmdline); do case $word in tael.slot=*) slot=tael-\${word#*=};; esac; done
echo "tael: starting $slot"
for n in $(seq 300); do
  for each in /sys/class/block/*; do grep -qx "PARTNAME=$slot" $each/uevent && device=/dev/$(basename $each); done
  [ -n "$device" ] && break
  sleep 0.1
done
mount -t squashfs -o ro,nodev $device /host || { echo "tael: no root file system on $slot"; exit 1; }
umount /proc /sys
mount -o move /dev /host/dev
exec switch_root /host /usr/lib/systemd/systemd
`;

function layOver({ root, target, overlay, files }: RootOptions): void {
  cpSync(join(root, "build/image/files"), target, { recursive: true });
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(target, path)), { recursive: true });
    writeFileSync(join(target, path), content);
  }
  if (overlay !== undefined) cpSync(overlay, target, { recursive: true, verbatimSymlinks: true });
}

/** What the packages' own scripts would have done, as far as a terminal needs it. */
function prepareSystem(target: string, epoch: number): void {
  for (const path of ["boot", "dev", "proc", "root", "run", "sys", "tmp", "var/lib", "var/tmp"])
    mkdirSync(join(target, path), { recursive: true });
  const units = join(target, "etc/systemd/system");
  for (const unit of MASKED) link("/dev/null", join(units, unit));
  for (const [folder, names] of Object.entries(WANTED))
    for (const name of names) link(`/usr/lib/systemd/system/${name}`, join(units, folder, name), join(units, name));
  link("/usr/lib/systemd/system/multi-user.target", join(units, "default.target"));
  link("/run/systemd/resolve/resolv.conf", join(target, "etc/resolv.conf"));
  link("/run", join(target, "var/run"));
  link("/proc/self/mounts", join(target, "etc/mtab"));
  // The number of this machine is made anew at each start: nothing asks for it.
  writeFileSync(join(target, "etc/machine-id"), "");
  makeUsers(target, epoch);
  dropRights(target);
}

/** `own`: where our own unit of that name would be; it goes before Debian's. */
function link(to: string, path: string, own?: string): void {
  mkdirSync(dirname(path), { recursive: true });
  rmSync(path, { recursive: true, force: true });
  symlinkSync(own !== undefined && existsSync(own) ? `../${basename(path)}` : to, path);
}

/** Debian's users and those that the packages ask for; nobody has a password or a shell. */
function makeUsers(target: string, epoch: number): void {
  for (const name of ["passwd", "group"]) {
    const master = readFileSync(join(target, "usr/share/base-passwd", `${name}.master`), "utf8");
    writeFileSync(join(target, "etc", name), name === "passwd" ? master.replaceAll(/:[^:\n]*$/gm, ":/usr/sbin/nologin") : master);
  }
  ofTree(target, "usr/bin/systemd-sysusers", [`--root=${target}`], { SOURCE_DATE_EPOCH: String(epoch) });
  for (const name of readdirSync(join(target, "etc")))
    if (/^(passwd|group|shadow|gshadow)-$|^\.pwd\.lock$/.test(name)) rmSync(join(target, "etc", name));
  for (const name of ["shadow", "gshadow"])
    if (existsSync(join(target, "etc", name))) chmodSync(join(target, "etc", name), 0o600);
}

const LIBRARIES = "usr/lib/x86_64-linux-gnu";
const LOADER = "ld-linux-x86-64.so.2";

/** Where the tree's programs find their libraries: the build machine's may be older. */
const libraryPath = (target: string): string =>
  [LIBRARIES, join(LIBRARIES, "systemd")].map((path) => join(target, path)).join(":");

/** Runs a program of the tree. */
function ofTree(target: string, program: string, args: readonly string[], env: Record<string, string> = {}): void {
  const how = ["--library-path", libraryPath(target), "--argv0", basename(program)];
  tool(join(target, LIBRARIES, LOADER), [...how, join(target, program), ...args], { env });
}

/** Throws Error naming a library that the tree lacks; the build machine's own does not count. */
function librariesOf(target: string, program: string): void {
  const told = tool(join(target, LIBRARIES, LOADER), ["--library-path", libraryPath(target), "--list", join(target, program)]);
  const wrong = told.split("\n").find((line) => line.includes("=>") && !line.includes(`=> ${target}`));
  if (wrong !== undefined) throw new Error(`/${program} lacks a library: ${wrong.trim()} (PACKAGES in build/image/contents.ts)`);
}

/** No program may lend root's rights to another user. */
function dropRights(target: string): void {
  for (const entry of readdirSync(target, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const { mode } = statSync(path);
    if ((mode & 0o6000) !== 0) chmodSync(path, mode & 0o1777);
  }
}

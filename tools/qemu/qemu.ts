/** A counter terminal as a virtual machine: Debian's kernel, the host's own Node, serial lines that end at the desk's PTYs. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { BOOKWORM, debianPackage, dependencyOf } from "../../build/debian.ts";
import type { MachineOptions } from "../../platform/node/machine.ts";
import { NativeMachine } from "../../platform/node/native-machine.ts";
import { initramfs } from "./initramfs.ts";
import { HID_DEVICES } from "./panel.ts";

const root = process.env.TAEL_ROOT ?? process.cwd();
const PROGRAM = "qemu-system-x86_64";
const MODULES = [
  "virtio_pci",
  "virtio_console",
  "virtio_net",
  "af_packet",
  "9pnet_virtio",
  "9p",
  "uhid",
  "hid_generic",
  "evdev",
].concat([
  // A disk of its own for firmware and records; serial adapters at a USB socket.
  ...["virtio_blk", "crc32c_generic", "ext4"],
  ...["uhci_hcd", "ftdi_sio"],
]);
/** Where in the package they and what they need are; all of it would be 400 MB. */
const MODULE_PLACES = [
  "fs/9p/*",
  "fs/netfs/*",
  "fs/fscache/*",
  "net/9p/*",
  "net/core/*",
  "net/packet/*",
  "drivers/virtio/*",
].concat([
  "drivers/char/virtio_console.ko",
  "drivers/net/virtio_net.ko",
  "drivers/net/net_failover.ko",
  "drivers/hid/*",
  "drivers/input/evdev.ko",
  "drivers/block/virtio_blk.ko",
  "drivers/usb/common/*",
  "drivers/usb/core/*",
  "drivers/usb/host/uhci-hcd.ko",
  "drivers/usb/serial/usbserial.ko",
  "drivers/usb/serial/ftdi_sio.ko",
  "fs/ext4/*",
  "fs/jbd2/*",
  "fs/mbcache.ko",
  "crypto/crc32c_generic.ko",
  "lib/crc16.ko",
]);
/** 640×480 at 16 bits a pixel, by the BIOS. */
const VIDEO_MODE = 785;

/** What is missing to run it, in words; undefined when nothing is. */
export function qemuMissing(): string | undefined {
  const found = spawnSync(PROGRAM, ["--version"], { encoding: "utf8" });
  return found.status === 0 ? undefined : `there is no ${PROGRAM}: apt-get install --no-install-recommends qemu-system-x86`;
}

/** Serial lines of hal/boards/counter.json: ttyS0 is the console's. */
const LINES: Record<string, string> = { pinpad: "/dev/ttyS1", printer: "/dev/ttyS2", icc: "/dev/ttyS3", picc: "/dev/ttyS4" };

interface Port {
  kind: string;
  [field: string]: unknown;
}

const DATA_INSIDE = "/mnt";
/** The host as the guest's network has it. */
const HOST_INSIDE = "10.0.2.2";

/** The init of the guest: the host's files to read, the data directory to write, then Node with the agent. */
const init = (node: string, agent: string): string => `
ifconfig lo 127.0.0.1 up; ifconfig eth0 10.0.2.15 netmask 255.255.255.0 up
mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144,cache=loose,ro host /host || echo "no host root"
for each in proc sys dev; do mount -o bind /$each /host/$each; done
mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144 data /host${DATA_INSIDE} || echo "no data"
port=/dev/$(basename $(dirname $(grep -l '^tael$' /sys/class/virtio-ports/*/name)))
echo "tael: $port"
# Reads of devices that have nothing to say hold a thread each.
export TAEL_ROOT=${root} HOME=/ UV_THREADPOOL_SIZE=24
chroot /host ${node} ${agent} $port
echo "tael: the agent ended with $?"
poweroff -f`;

async function makeAgent(folder: string): Promise<string> {
  const file = join(folder, "guest.mjs");
  await build({
    entryPoints: [join(root, "tools/qemu/guest.ts")],
    outfile: file,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    packages: "external",
    logLevel: "warning",
  });
  return file;
}

export interface Kernel {
  /** vmlinuz */
  image: string;
  initrd: string;
}

/** Makes what the virtual machine boots from, below dist. Throws Error with words when a part cannot be had. */
export async function makeKernel(): Promise<Kernel> {
  const missing = qemuMissing();
  if (missing !== undefined) throw new Error(missing);
  const name = dependencyOf("linux-image-amd64", "linux-image-6.1", BOOKWORM);
  const kernel = debianPackage(name, BOOKWORM, [
    "boot/vmlinuz*",
    ...MODULE_PLACES.map((place) => `lib/modules/*/kernel/${place}`),
  ]);
  const busybox = join(debianPackage("busybox-static", BOOKWORM), "bin/busybox");
  const folder = join(root, "dist", "qemu");
  mkdirSync(folder, { recursive: true });
  const agent = await makeAgent(folder);
  const initrd = join(folder, "initrd");
  writeFileSync(initrd, initramfs(kernel, MODULES, busybox, init(process.execPath, agent)));
  return { image: join(kernel, "boot", `vmlinuz-${name.slice("linux-image-".length)}`), initrd };
}

export interface QemuOptions {
  /** Where QEMU's own control (QMP) listens; for pictures of the screen. */
  control?: string;
  /** The guest's console goes to this file. */
  console?: string;
}

/** The desk's terminal as a virtual machine. The desk must have its serial devices on PTYs. */
export function qemuMachine(options: MachineOptions, more: QemuOptions = {}): NativeMachine {
  const given = options.board as { ports: Record<string, Port> };
  const lines = Object.keys(LINES).map((name) => ({ name, path: String(given.ports[name]?.path ?? "") }));
  const missing = lines.filter(({ path }) => path === "").map(({ name }) => name);
  if (missing.length > 0)
    throw new Error(`QEMU wants a PTY at the far end of ${missing.join(", ")}: start the desk with --serial`);
  const board = { ...given, ports: realPorts(given.ports) };
  const assets = { ...options.assets, "board.json": new TextEncoder().encode(JSON.stringify(board)) };
  return new NativeMachine({ ...options, board, assets }, async () => ({
    program: PROGRAM,
    args: argumentsOf(await makeKernel(), lines, options.dataDir, more),
    inside: (start) => ({
      ...start,
      dataDir: DATA_INSIDE,
      ...(start.tcpOverride === undefined ? {} : { tcpOverride: { ...start.tcpOverride, host: HOST_INSIDE } }),
    }),
    tellTimeMs: 3,
    wires: Object.fromEntries(Object.keys(HID_DEVICES).map((name) => [name, name])),
  }));
}

/** A counter terminal's, where the desk has its own; the debug channel and the file line stay the desk's. */
function realPorts(given: Record<string, Port>): Record<string, Port> {
  const counter = JSON.parse(readFileSync(join(root, "hal/boards/counter.json"), "utf8")) as { ports: Record<string, Port> };
  const real = (name: string, port: Port): Port => {
    if (port.kind === "serial") return { ...port, path: LINES[name] };
    return port.kind === "sim" && name !== "debug" && name !== "files" ? (counter.ports[name] ?? port) : port;
  };
  return Object.fromEntries(Object.entries(given).map(([name, port]) => [name, real(name, port)]));
}

function argumentsOf(
  kernel: Kernel,
  lines: readonly { name: string; path: string }[],
  dataDir: string,
  { control, console }: QemuOptions,
): string[] {
  const append = `console=ttyS0 panic=-1 8250.nr_uarts=8 vga=${VIDEO_MODE} fbcon=map:9 mitigations=off nokaslr cryptomgr.notests`;
  const pci = lines.findIndex(({ name }) => LINES[name] === "/dev/ttyS4");
  return [
    ...["-nodefaults", "-no-user-config", "-display", "none", "-no-reboot", "-m", "768", "-smp", "1", "-cpu", "qemu64"],
    ...["-kernel", kernel.image, "-initrd", kernel.initrd, "-append", append, "-device", "VGA"],
    ...["-chardev", console === undefined ? "null,id=console" : `file,id=console,path=${console}`, "-serial", "chardev:console"],
    ...lines.flatMap(({ name, path }, n) => [
      ...["-chardev", path === "" ? `null,id=${name}` : `serial,id=${name},path=${path}`],
      ...(n === pci ? ["-device", `pci-serial,chardev=${name}`] : ["-serial", `chardev:${name}`]),
    ]),
    ...[
      "-device",
      "virtio-serial-pci",
      "-chardev",
      "stdio,id=frames,signal=off",
      "-device",
      "virtserialport,chardev=frames,name=tael",
    ],
    ...["-netdev", "user,id=net", "-device", "virtio-net-pci,netdev=net,romfile="],
    ...["-virtfs", "local,path=/,mount_tag=host,security_model=none,readonly=on,multidevs=remap"],
    ...["-virtfs", `local,path=${dataDir},mount_tag=data,security_model=none`],
    ...(control === undefined ? [] : ["-qmp", `unix:${control},server=on,wait=off`]),
  ];
}

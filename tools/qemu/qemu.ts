/** A counter terminal as a virtual machine: Debian's kernel, the host's own Node, serial lines that end at the desk's PTYs. */
import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { BOOKWORM, debianPackage, dependencyOf } from "../../build/debian.ts";
import type { MachineOptions } from "../../platform/node/machine.ts";
import { NativeMachine } from "../../platform/node/native-machine.ts";
import { initramfs } from "./initramfs.ts";
import { mortal } from "./mortal.ts";
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
  ...["xhci_pci", "ftdi_sio"],
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
  "drivers/usb/host/xhci*",
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
export const LINES: Readonly<Record<string, string>> = {
  pinpad: "/dev/ttyS1",
  printer: "/dev/ttyS2",
  icc: "/dev/ttyS3",
  picc: "/dev/ttyS4",
};

interface Port {
  kind: string;
  [field: string]: unknown;
}

const DATA_INSIDE = "/mnt";
/** Where the disk is mounted, and the line on which its loader answers. */
export const DISK_INSIDE = "/srv";
export const SERVICE_LINE = "/dev/ttyS5";
/** The host as the guest's network has it. */
const HOST_INSIDE = "10.0.2.2";

/** The init of the guest: the host's files to read, the data directory to write, then Node with the agent. */
const init = (node: string, { agent, loader }: Programs): string => `
ifconfig lo 127.0.0.1 up; ifconfig eth0 10.0.2.15 netmask 255.255.255.0 up
mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144,cache=loose,ro host /host || echo "no host root"
for each in proc sys dev; do mount -o bind /$each /host/$each; done
mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144 data /host${DATA_INSIDE} || echo "no data"
mount -t tmpfs run /host/run
if [ -b /dev/vda ]; then
  mount -t ext4 /dev/vda /host${DISK_INSIDE} || echo "no disk"
fi
port=/dev/$(basename $(dirname $(grep -l '^tael$' /sys/class/virtio-ports/*/name)))
echo "tael: $port"
# Reads of devices that have nothing to say hold a thread each.
export TAEL_ROOT=${root} HOME=/ TMPDIR=/run UV_THREADPOOL_SIZE=24
if [ -b /dev/vda ]; then
  chroot /host ${node} ${loader} line ${SERVICE_LINE} --config ${DATA_INSIDE}/${LOADER_CONFIG} &
fi
chroot /host ${node} ${agent} $port
echo "tael: the agent ended with $?"
poweroff -f`;

/** What runs in the guest, as files. */
interface Programs {
  agent: string;
  loader: string;
}

async function makePrograms(folder: string): Promise<Programs> {
  const { outputFiles } = await build({
    entryPoints: { guest: join(root, "tools/qemu/guest.ts"), loader: join(root, "platform/node/loader/main.ts") },
    outdir: folder,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    packages: "external",
    write: false,
    logLevel: "warning",
  });
  for (const { path, contents } of outputFiles) replaceFile(path, contents);
  return { agent: join(folder, "guest.mjs"), loader: join(folder, "loader.mjs") };
}

/** Whole or not at all: another virtual machine may be booting from it. */
function replaceFile(path: string, bytes: Uint8Array): void {
  const making = `${path}.${process.pid}`;
  writeFileSync(making, bytes);
  renameSync(making, path);
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
  const programs = await makePrograms(folder);
  const initrd = join(folder, "initrd");
  replaceFile(initrd, initramfs(kernel, MODULES, busybox, init(process.execPath, programs)));
  return { image: join(kernel, "boot", `vmlinuz-${name.slice("linux-image-".length)}`), initrd };
}

export interface QemuOptions {
  /** Where QEMU's own control (QMP) listens; for pictures of the screen. */
  control?: string;
  /** The guest's console goes to this file. */
  console?: string;
  /** Device files in the guest of the desk's serial devices; default: `LINES`. At a ttyUSB stands a USB serial adapter. */
  lines?: Readonly<Record<string, string>>;
  /** The terminal has a loader and slots of its own. */
  slots?: QemuSlots;
}

export interface QemuSlots {
  /** An ext4 file system in a file: slots and records. LOADER_CONFIG in the terminal's data directory says what is where. */
  disk: string;
  /** A serial line of the host's; at its other end the loader listens, and firmware can be flashed. */
  service: string;
}

export const LOADER_CONFIG = "loader.json";

/** The desk's terminal as a virtual machine. The desk must have its serial devices on PTYs. */
export function qemuMachine(options: MachineOptions, more: QemuOptions = {}): NativeMachine {
  const given = options.board as { ports: Record<string, Port> };
  const { lines: places = LINES, slots } = more;
  const lines = Object.keys(places).map((name) => ({
    name,
    path: String(given.ports[name]?.path ?? ""),
    inside: places[name] ?? "",
  }));
  const missing = lines.filter(({ path }) => path === "").map(({ name }) => name);
  if (missing.length > 0)
    throw new Error(`QEMU wants a PTY at the far end of ${missing.join(", ")}: start the desk with --serial`);
  const board = { ...given, ports: realPorts(given.ports) };
  const assets = { ...options.assets, "board.json": new TextEncoder().encode(JSON.stringify(board)) };
  return new NativeMachine({ ...options, board, assets }, async () => ({
    // Without its desk it has no end of its own.
    ...mortal(PROGRAM, argumentsOf(await makeKernel(), lines, options.dataDir, more)),
    inside: (start) => ({
      ...start,
      dataDir: DATA_INSIDE,
      ...(slots === undefined ? {} : { loader: `${DATA_INSIDE}/${LOADER_CONFIG}` }),
      ...(start.tcpOverride === undefined ? {} : { tcpOverride: { ...start.tcpOverride, host: HOST_INSIDE } }),
    }),
    tellTimeMs: 3,
    livesOn: slots !== undefined,
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

interface SerialLine {
  name: string;
  /** The host's end. */
  path: string;
  /** The guest's. */
  inside: string;
}

const ISA_LINES = 4;

/** PCI cards come after the four of old, in the order in which they are named. */
function serialLine({ name, path, inside }: SerialLine): string[] {
  const [, kind, number] = /^\/dev\/tty(S|USB)(\d)$/.exec(inside) ?? [];
  if (kind === undefined) throw new Error(`${inside}: QEMU's serial lines are /dev/ttyS1 … and /dev/ttyUSB0 …`);
  const card = kind === "USB" ? "usb-serial" : Number(number) < ISA_LINES ? "isa-serial" : "pci-serial";
  const place = { "usb-serial": `,id=usb-${name}`, "isa-serial": `,index=${number}`, "pci-serial": "" }[card];
  return ["-chardev", `serial,id=${name},path=${path}`, "-device", `${card},chardev=${name}${place}`];
}

/** A disk that outlives QEMU's sudden end as far as the guest has written to it, and the line to its loader. */
const slotParts = ({ disk, service }: QemuSlots): string[] => [
  ...["-drive", `file=${disk},if=none,id=disk,format=raw,cache=unsafe`, "-device", "virtio-blk-pci,drive=disk"],
  ...serialLine({ name: "service", path: service, inside: SERVICE_LINE }),
];

function argumentsOf(
  kernel: Kernel,
  lines: readonly SerialLine[],
  dataDir: string,
  { control, console, slots }: QemuOptions,
): string[] {
  const append = `console=ttyS0 panic=-1 8250.nr_uarts=8 vga=${VIDEO_MODE} fbcon=map:9 mitigations=off nokaslr cryptomgr.notests`;
  return [
    ...["-nodefaults", "-no-user-config", "-display", "none", "-no-reboot", "-m", "768", "-smp", "1", "-cpu", "qemu64"],
    ...["-kernel", kernel.image, "-initrd", kernel.initrd, "-append", append, "-device", "VGA"],
    ...["-device", "qemu-xhci"],
    ...["-chardev", console === undefined ? "null,id=console" : `file,id=console,path=${console}`, "-serial", "chardev:console"],
    ...lines.flatMap(serialLine),
    ...[
      "-device",
      "virtio-serial-pci",
      "-chardev",
      "stdio,id=frames,signal=off",
      "-device",
      "virtserialport,chardev=frames,name=tael",
    ],
    ...(slots === undefined ? [] : slotParts(slots)),
    ...["-netdev", "user,id=net", "-device", "virtio-net-pci,netdev=net,romfile="],
    ...["-virtfs", "local,path=/,mount_tag=host,security_model=none,readonly=on,multidevs=remap"],
    ...["-virtfs", `local,path=${dataDir},mount_tag=data,security_model=none`],
    ...(control === undefined ? [] : ["-qmp", `unix:${control},server=on,wait=off`]),
  ];
}

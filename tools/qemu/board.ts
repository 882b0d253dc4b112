/** A whole board as a virtual machine: UEFI, a disk with a whole-system image, a screen, serial lines, a memory stick. Starts what is on the disk and knows nothing of it. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { copyFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { mortal } from "./mortal.ts";

const PROGRAM = "qemu-system-x86_64";
const FIRMWARE = "/usr/share/OVMF/OVMF_CODE_4M.fd";
const FIRMWARE_MEMORY = "/usr/share/OVMF/OVMF_VARS_4M.fd";

/** What is missing to run it, in words; undefined when nothing is. */
export function boardMissing(): string | undefined {
  if (spawnSync(PROGRAM, ["--version"]).status !== 0)
    return `there is no ${PROGRAM}: apt-get install --no-install-recommends qemu-system-x86`;
  return existsSync(FIRMWARE) ? undefined : `there is no ${FIRMWARE}: apt-get install --no-install-recommends ovmf`;
}

export interface BoardOptions {
  /** disk.img, which it writes to. */
  disk: string;
  /** Where its own files may lie. */
  folder: string;
  /** A memory stick that is plugged in from the start. */
  stick?: string | undefined;
  /** Character devices at the far ends of ttyS1, ttyS2 … */
  lines?: readonly string[];
  /** Called with every line of the console. */
  told?: (line: string) => void;
}

export class Board {
  readonly #options: BoardOptions;
  readonly #lines: string[] = [];
  readonly #watchers = new Set<() => void>();
  #qemu: ChildProcess | undefined;

  constructor(options: BoardOptions) {
    this.#options = options;
  }

  /** QEMU's own control (QMP). */
  get control(): string {
    return join(this.#options.folder, "control");
  }

  /** The console since power-on. */
  get console(): readonly string[] {
    return this.#lines;
  }

  get isOn(): boolean {
    return this.#qemu !== undefined;
  }

  powerOn(): void {
    const memory = join(this.#options.folder, "vars.fd");
    if (!existsSync(memory)) copyFileSync(FIRMWARE_MEMORY, memory);
    this.#lines.length = 0;
    const { program, args } = mortal(PROGRAM, argumentsOf(this.#options, memory, this.control));
    const qemu = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
    let rest = "";
    const hear = (text: string): void => {
      const lines = `${rest}${plain(text)}`.split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) this.#heard(line);
    };
    for (const stream of [qemu.stdout, qemu.stderr]) stream.setEncoding("utf8").on("data", hear);
    qemu.on("exit", () => {
      if (this.#qemu === qemu) this.#qemu = undefined;
      for (const watcher of [...this.#watchers]) watcher();
    });
    this.#qemu = qemu;
  }

  /** The plug is pulled. */
  async cut(): Promise<void> {
    const qemu = this.#qemu;
    if (qemu === undefined) return;
    await new Promise<void>((resolve) => {
      qemu.once("exit", () => resolve());
      qemu.kill("SIGKILL");
    });
  }

  /** The first line of the console since power-on, from line `from`, that says it. Rejects with the last lines when `never` is said before, or the board goes off. */
  until(said: RegExp, { never, from = 0 }: { never?: RegExp; from?: number } = {}): Promise<string> {
    return new Promise((resolve, reject) => {
      let at = from;
      const look = (): void => {
        for (; at < this.#lines.length; at++) {
          const line = this.#lines[at] ?? "";
          if (said.test(line)) end(() => resolve(line));
          else if (never?.test(line)) end(() => reject(new Error(`${line} came before ${said}\n${this.#last()}`)));
          else continue;
          return;
        }
        if (this.#qemu === undefined) end(() => reject(new Error(`the board went off before ${said}\n${this.#last()}`)));
      };
      const end = (then: () => void): void => {
        this.#watchers.delete(look);
        then();
      };
      this.#watchers.add(look);
      look();
    });
  }

  #heard(line: string): void {
    this.#lines.push(line);
    this.#options.told?.(line);
    for (const watcher of [...this.#watchers]) watcher();
  }

  #last(): string {
    return this.#lines.slice(-40).join("\n");
  }
}

/** Without what moves cursors and colours. */
const plain = (text: string): string =>
  text.replaceAll("\r", "").replace(/\x1b(\[[0-9;?=!]*[a-zA-Z]|\][^\x07]*\x07|[78=>])/g, "");

function argumentsOf({ disk, stick, lines = [] }: BoardOptions, memory: string, control: string): string[] {
  return [
    ...["-nodefaults", "-no-user-config", "-display", "none", "-machine", "q35", "-cpu", "qemu64", "-m", "768", "-smp", "1"],
    // Its time is what it has computed and what it has waited, so a machine with much else to do makes it later, not slower.
    ...["-icount", "shift=2,sleep=on"],
    ...["-drive", `if=pflash,format=raw,readonly=on,file=${FIRMWARE}`, "-drive", `if=pflash,format=raw,file=${memory}`],
    ...["-drive", `if=none,id=disk,format=raw,cache=unsafe,file=${disk}`, "-device", "virtio-blk-pci,drive=disk"],
    ...["-device", "VGA", "-device", "qemu-xhci,id=usb", "-device", "usb-kbd,bus=usb.0", "-device", "i6300esb"],
    ...["-netdev", "user,id=net", "-device", "virtio-net-pci,netdev=net,romfile="],
    ...["-chardev", "stdio,id=console,signal=off", "-serial", "chardev:console"],
    // Four lines are a PC's own; what is beyond them hangs on PCI.
    ...lines.flatMap((path, n) => [
      ...["-chardev", `serial,id=line${n},path=${path}`],
      ...(n < 3 ? ["-serial", `chardev:line${n}`] : ["-device", `pci-serial,chardev=line${n}`]),
    ]),
    ...(stick === undefined
      ? []
      : ["-drive", `if=none,id=stick,format=raw,cache=unsafe,file=${stick}`, "-device", "usb-storage,drive=stick,bus=usb.0"]),
    ...["-qmp", `unix:${control},server=on,wait=off`],
  ];
}

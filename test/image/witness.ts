/**
 * Runs on the terminal as root, in the tests' image alone: since nobody can log in to look, it tells on the console what the system is like from inside. A line a
 * thing: "witness NAME JSON". It judges nothing.
 */
import { readdirSync, readFileSync, readlinkSync, statSync, writeFileSync } from "node:fs";

export interface Socket {
  /** Address and port, hexadecimal, as the kernel has them. */
  local: string;
  /** "0A": it listens. */
  state: string;
}

export interface Mode {
  /** Octal. */
  mode: string;
  uid: number;
}

export interface Witnessed {
  sockets: Record<"tcp" | "tcp6" | "udp" | "udp6" | "raw" | "raw6", Socket[]>;
  /** All that run, but the kernel's own and this one. */
  programs: { program: string; uid: number }[];
  /** Lines of the service's /proc/PID/status. */
  service: Record<string, string>;
  credentials: { names: string[]; key: Mode };
  /** Where the service may write, and which devices it has open. */
  reach: { writable: string[]; devices: string[] };
  /** The sealing key and its folder, the terminal's records. */
  kept: Record<"key" | "keyFolder" | "records", Mode>;
  mounts: { place: string; kind: string; options: string[] }[];
  /** What became of writing there: an error's code. */
  writing: Record<string, string>;
  kernel: Record<string, string>;
}

const SERVICE = "/usr/lib/tael/loader.mjs";

const text = (path: string): string => readFileSync(path, "latin1");
const lines = (path: string): string[] =>
  text(path)
    .split("\n")
    .filter((line) => line !== "");

function modeOf(path: string): Mode {
  const { mode, uid } = statSync(path);
  return { mode: (mode & 0o7777).toString(8), uid };
}

const socketsOf = (kind: string): Socket[] =>
  lines(`/proc/net/${kind}`)
    .slice(1)
    .map((line) => line.trim().split(/\s+/))
    .map(([, local = "", , state = ""]) => ({ local, state }));

const statusOf = (pid: string): Record<string, string> =>
  Object.fromEntries(
    lines(`/proc/${pid}/status`).map((line) => {
      const [name = "", ...rest] = line.split(":");
      return [name, rest.join(":").trim().replaceAll("\t", " ")];
    }),
  );

interface Running {
  pid: string;
  words: string[];
  uid: number;
}

/** The kernel's own threads have no words; what ends meanwhile is left out. */
function running(): Running[] {
  const ids = readdirSync("/proc").filter((name) => /^\d+$/.test(name) && name !== String(process.pid));
  return ids.flatMap((pid) => {
    try {
      const words = text(`/proc/${pid}/cmdline`).split("\0").slice(0, -1);
      return words.length === 0 ? [] : [{ pid, words, uid: Number(statusOf(pid).Uid?.split(" ")[0]) }];
    } catch {
      return [];
    }
  });
}

function credentialsOf(pid: string): Witnessed["credentials"] {
  const variables = text(`/proc/${pid}/environ`).split("\0");
  const [, folder = ""] = variables.find((each) => each.startsWith("CREDENTIALS_DIRECTORY="))?.split("=") ?? [];
  const inside = `/proc/${pid}/root${folder}`;
  return { names: readdirSync(inside), key: modeOf(`${inside}/seal.key`) };
}

function reachOf(pid: string): Witnessed["reach"] {
  // The last one mounted at a place is the one that is seen.
  const mounts = new Map(
    lines(`/proc/${pid}/mountinfo`)
      .map((line) => line.split(" "))
      .map(([, , , , place = "", options = ""]) => [place, options.split(",")]),
  );
  const open = readdirSync(`/proc/${pid}/fd`).map((fd) => readlinkSync(`/proc/${pid}/fd/${fd}`));
  return {
    writable: [...mounts].filter(([, options]) => options.includes("rw")).map(([place]) => place),
    devices: [...new Set(open.filter((path) => path.startsWith("/dev/")))].sort(),
  };
}

function writingTo(path: string): string {
  try {
    writeFileSync(path, "");
    return "written";
  } catch (error) {
    return String((error as NodeJS.ErrnoException).code);
  }
}

function tell(): void {
  const programs = running();
  const service = programs.find(({ words: [, script] }) => script === SERVICE)?.pid ?? "";
  const seen: { [name in keyof Witnessed]: () => Witnessed[name] } = {
    sockets: () => ({
      tcp: socketsOf("tcp"),
      tcp6: socketsOf("tcp6"),
      udp: socketsOf("udp"),
      udp6: socketsOf("udp6"),
      raw: socketsOf("raw"),
      raw6: socketsOf("raw6"),
    }),
    programs: () => programs.map(({ words: [program = ""], uid }) => ({ program, uid })),
    service: () => statusOf(service),
    credentials: () => credentialsOf(service),
    reach: () => reachOf(service),
    kept: () => ({
      key: modeOf("/var/lib/tael-key/seal.key"),
      keyFolder: modeOf("/var/lib/tael-key"),
      records: modeOf("/var/lib/tael"),
    }),
    mounts: () =>
      lines("/proc/mounts")
        .map((line) => line.split(" "))
        .filter(([, , kind = ""]) => ["squashfs", "ext4", "vfat"].includes(kind))
        .map(([, place = "", kind = "", options = ""]) => ({ place, kind, options: options.split(",") })),
    writing: () => Object.fromEntries(["/new", "/etc/passwd", SERVICE, "/usr/bin/node"].map((path) => [path, writingTo(path)])),
    kernel: () => ({
      lockdown: text("/sys/kernel/security/lockdown").trim(),
      ...Object.fromEntries(
        ["kernel/sysrq", "kernel/kexec_load_disabled", "kernel/yama/ptrace_scope", "fs/suid_dumpable"].map((name) => [
          name,
          text(`/proc/sys/${name}`).trim(),
        ]),
      ),
    }),
  };
  for (const [name, look] of Object.entries(seen)) console.log(`witness ${name} ${JSON.stringify(look())}`);
}

if (process.argv[1]?.endsWith("witness.mjs") === true) tell();

/** What it told, out of a console's lines. */
export const witnessedOn = (console: readonly string[]): Witnessed =>
  Object.fromEntries(
    console.flatMap((line) => {
      const [, name, json] = /witness (\w+) (\{.*|\[.*)$/.exec(line) ?? [];
      return name === undefined || json === undefined ? [] : [[name, JSON.parse(json) as unknown]];
    }),
  ) as unknown as Witnessed;

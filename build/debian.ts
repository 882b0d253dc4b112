/**
 * Packages of Debian that are used as files and never installed: fetched by apt with a state of its own, signature checked against Debian's
 * keyring, unpacked below dist/cache. Nothing of the system is changed.
 */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const root = process.env.TAEL_ROOT ?? process.cwd();
const KEYRING = "/usr/share/keyrings/debian-archive-keyring.gpg";
/** A day of snapshot.debian.org in their place gives the same packages again. */
const MIRROR = process.env.TAEL_DEBIAN ?? "http://deb.debian.org/debian";
const SECURITY_MIRROR = process.env.TAEL_DEBIAN_SECURITY ?? "http://deb.debian.org/debian-security";

export interface Release {
  suite: "bookworm" | "trixie";
  arch: "amd64" | "arm64" | "armhf";
  /** With the security team's packages: for what is put on a terminal. */
  secure?: true;
}

/** Debian 13 for this kind of machine: where `quickjs` is. */
export const TRIXIE: Release = { suite: "trixie", arch: "amd64" };
/** What a terminal's root file system is made of. */
export const TRIXIE_SECURE: Release = { suite: "trixie", arch: "amd64", secure: true };
/** Where kernels for QEMU come from. */
export const BOOKWORM: Release = { suite: "bookworm", arch: "amd64" };

/** apt, looking at one release and nothing else. */
class Apt {
  readonly #options: string[];

  constructor({ suite, arch, secure }: Release, home: string) {
    for (const folder of ["lists/partial", "archives/partial", "parts"]) mkdirSync(join(home, folder), { recursive: true });
    const sources = [`${MIRROR} ${suite}`, ...(secure ? [`${SECURITY_MIRROR} ${suite}-security`] : [])];
    writeFileSync(join(home, "sources.list"), sources.map((source) => `deb [signed-by=${KEYRING}] ${source} main\n`).join(""));
    writeFileSync(join(home, "status"), "");
    const settings = {
      "Dir::Etc::sourcelist": join(home, "sources.list"),
      "Dir::Etc::sourceparts": join(home, "parts"),
      "Dir::State": home,
      "Dir::State::lists": join(home, "lists"),
      "Dir::State::status": join(home, "status"),
      "Dir::Cache": home,
      "Dir::Cache::archives": join(home, "archives"),
      "APT::Architecture": arch,
      "APT::Architectures": arch,
      "APT::Sandbox::User": "root",
      "Acquire::Languages": "none",
      "Acquire::Retries": "2",
    };
    this.#options = Object.entries(settings).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
  }

  run(program: "apt-get" | "apt-cache", args: readonly string[], cwd: string): string {
    return execFileSync(program, [...this.#options, ...args], { cwd, encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
  }
}

const cacheOf = ({ suite, arch, secure }: Release): string =>
  join(root, "dist", "cache", "debian", `${suite}-${arch}${secure ? "-secure" : ""}`);

/** Between a package's name and which of its parts were unpacked: who asks for other parts later must get them. */
const PARTS = ".parts-";
const markOf = (only: readonly string[]): string => createHash("sha256").update(only.join("\n")).digest("hex").slice(0, 8);

/** A package's own files, unpacked. Throws Error with words when it cannot be had. `only`: paths in it, as tar takes them. */
export function debianPackage(name: string, release: Release, only: readonly string[] = []): string {
  const home = cacheOf(release);
  const target = join(home, "unpacked", only.length === 0 ? name : `${name}${PARTS}${markOf(only)}`);
  if (existsSync(target)) return target;
  try {
    const apt = openApt(release, home);
    const making = `${target}.${process.pid}`;
    const folder = `${making}.deb`;
    mkdirSync(folder, { recursive: true });
    mkdirSync(making, { recursive: true });
    apt.run("apt-get", ["download", "-q", name], folder);
    const file = readdirSync(folder).find((each) => each.endsWith(".deb"));
    if (file === undefined) throw new Error(`apt gave no file for ${name}`);
    unpack(join(folder, file), making, only);
    rmSync(folder, { recursive: true });
    if (existsSync(target)) rmSync(making, { recursive: true });
    else renameSync(making, target);
    return target;
  } catch (error) {
    throw new Error(`Debian's package ${name} (${release.suite}, ${release.arch}) cannot be had: ${lastLine(error)}`);
  }
}

/** What a package that is only a name for the newest of its kind stands for: `linux-image-amd64` → `linux-image-6.1.0-…-amd64`. */
export function dependencyOf(name: string, starts: string, release: Release): string {
  const home = cacheOf(release);
  const known = join(home, "unpacked");
  const have = existsSync(known)
    ? readdirSync(known)
        .filter((each) => !each.includes(".deb"))
        .map((each) => each.split(PARTS, 1).join(""))
        .find((each) => each.startsWith(starts))
    : undefined;
  if (have !== undefined) return have;
  const told = openApt(release, home).run("apt-cache", ["depends", name], home);
  const found = new RegExp(`Depends: (${starts}\\S+)`).exec(told)?.[1];
  if (found === undefined) throw new Error(`Debian's ${name} (${release.suite}) depends on no ${starts}…`);
  return found;
}

/** One package file, as apt has checked it. */
export interface Deb {
  name: string;
  version: string;
  file: string;
}

/**
 * Packages and all they depend on (not what they recommend), as files, by name. `without`: packages that are left out though others ask for them.
 * Throws Error with words when they cannot be had.
 */
export function debianPackages(names: readonly string[], release: Release, without: ReadonlySet<string>): Deb[] {
  const home = cacheOf(release);
  // Elsewhere than apt keeps them: it would not name again what it has.
  const kept = join(home, "debs");
  try {
    const apt = openApt(release, home);
    const asked = ["install", "--print-uris", "--no-install-recommends", "-y", "-q", ...names];
    const rows = [...apt.run("apt-get", asked, home).matchAll(/^'[^']+' (([^_\s]+)_([^_\s]+)_\S+\.deb) /gm)];
    const wanted = rows.map(([, file = "", name = "", version = ""]) => ({ file, name, version: decodeURIComponent(version) }));
    const debs = wanted.filter(({ name }) => !without.has(name)).sort((a, b) => (a.name < b.name ? -1 : 1));
    const missing = debs.filter(({ file }) => !existsSync(join(kept, file)));
    mkdirSync(kept, { recursive: true });
    if (missing.length > 0) apt.run("apt-get", ["download", "-q", ...missing.map((deb) => `${deb.name}=${deb.version}`)], kept);
    return debs.map((deb) => ({ ...deb, file: join(kept, deb.file) }));
  } catch (error) {
    throw new Error(`Debian's packages (${release.suite}, ${release.arch}) cannot be had: ${lastLine(error)}`);
  }
}

/** With fresh lists, once a process. */
const opened = new Map<string, Apt>();
function openApt(release: Release, home: string): Apt {
  const known = opened.get(home);
  if (known !== undefined) return known;
  if (!existsSync(KEYRING)) throw new Error(`${KEYRING} is missing: apt-get install debian-archive-keyring`);
  mkdirSync(home, { recursive: true });
  const apt = new Apt(release, home);
  apt.run("apt-get", ["update", "-q"], home);
  opened.set(home, apt);
  return apt;
}

/** Unpacks a package file. `only`: paths in it, as tar takes them; none: everything. */
export function unpack(file: string, target: string, only: readonly string[] = []): void {
  if (only.length === 0) {
    execFileSync("dpkg-deb", ["-x", file, target]);
    return;
  }
  // Paths may be patterns, and some may not be there.
  const patterns = only.map((path) => `'./${path}'`).join(" ");
  const script = `dpkg-deb --fsys-tarfile "$0" | tar -x -C "$1" --wildcards ${patterns}`;
  execFileSync("sh", ["-c", script, file, target], { stdio: ["ignore", "ignore", "pipe"] });
}

function lastLine(error: unknown): string {
  const { stderr, message } = error as { stderr?: string | Buffer; message: string };
  const lines = String(stderr ?? "")
    .trim()
    .split("\n");
  return lines.find((line) => line.startsWith("E:")) ?? (lines.at(-1) || message);
}

/** Loader of programs, and what runs them on this machine. */
const ARCHITECTURES: Record<Release["arch"], { triplet: string; loader: string; emulator?: readonly string[] }> = {
  amd64: { triplet: "x86_64-linux-gnu", loader: "ld-linux-x86-64.so.2" },
  // Another model than the default, which spends most of its time on pointer authentication.
  arm64: {
    triplet: "aarch64-linux-gnu",
    loader: "ld-linux-aarch64.so.1",
    emulator: ["qemu-aarch64-static", "-cpu", "cortex-a72"],
  },
  armhf: { triplet: "arm-linux-gnueabihf", loader: "ld-linux-armhf.so.3", emulator: ["qemu-arm-static"] },
};

const EMULATORS = ["usr/bin/qemu-aarch64-static", "usr/bin/qemu-arm-static"];

/**
 * A program that is native `qjs`: TAEL_QJS when it is set, the system's own, or Debian 13's, which runs with Debian 13's C library wherever the
 * system's is older. Throws Error with words when none can be had.
 */
export function nativeQjs(): string {
  const given = process.env.TAEL_QJS ?? (existsSync("/usr/bin/qjs") ? "/usr/bin/qjs" : undefined);
  return given ?? debianQjs("amd64");
}

/** Debian 13's `qjs` of an architecture, as a script that starts it with its own C library; under QEMU when it is another machine's. */
export function debianQjs(arch: Release["arch"]): string {
  const { triplet, loader, emulator } = ARCHITECTURES[arch];
  const release: Release = { suite: "trixie", arch };
  const library = join(debianPackage("libc6", release, [`usr/lib/${triplet}/*.so*`]), "usr/lib", triplet);
  // What libc6 of armhf needs besides.
  const more = arch === "armhf" ? [join(debianPackage("libgcc-s1", release), "usr/lib", triplet)] : [];
  const program = join(debianPackage("quickjs", release), "usr/bin/qjs");
  const [name, ...flags] = emulator ?? [];
  const before =
    name === undefined ? [] : [join(debianPackage("qemu-user-static", BOOKWORM, EMULATORS), "usr/bin", name), ...flags];
  const words = [...before, join(library, loader), "--library-path", [library, ...more].join(":"), program];
  const starter = join(cacheOf(release), "qjs");
  const making = `${starter}.${process.pid}`;
  writeFileSync(making, `#!/bin/sh\nexec ${words.map((word) => `'${word}'`).join(" ")} "$@"\n`, { mode: 0o755 });
  renameSync(making, starter);
  return starter;
}

if (process.argv[1]?.endsWith("build/debian.ts")) {
  const [arch] = process.argv.slice(2);
  console.log(arch === undefined ? nativeQjs() : debianQjs(arch as Release["arch"]));
}

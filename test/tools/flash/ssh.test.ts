/** Over OpenSSH's own programs: a daemon of Debian's on loopback with keys of this test, the loader at its far end. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { sha256 } from "../../../platform/node/loader/package.ts";
import { flash } from "../../../tools/flash/flash.ts";
import { sshTarget } from "../../../tools/flash/ssh.ts";
import type { Target } from "../../../tools/flash/target.ts";
import { keyOf, packageOf } from "../../platform/node/loader/packages.ts";
import { type Device, deviceWith, loaderCommand } from "./device.ts";

const SSHD = "/usr/sbin/sshd";
const missing = [SSHD, "/usr/bin/ssh", "/usr/bin/ssh-keygen"].filter((program) => !existsSync(program));
if (missing.length > 0)
  console.warn(`SKIPPED: flashing over ssh needs ${missing.join(", ")}: apt-get install openssh-server openssh-client`);

let folder: string;
let daemon: ChildProcess;
let device: Device;
let target: Target;

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function newKey(name: string): string {
  const file = join(folder, name);
  spawnSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", file]);
  return file;
}

beforeAll(async () => {
  if (missing.length > 0) return;
  // sshd looks at who may write to the keys' directory, so not in one that all may write to.
  folder = mkdtempSync(join(tmpdir(), "tael-ssh-"));
  chmodSync(folder, 0o700);
  device = deviceWith(folder);
  const [host, user] = [newKey("host"), newKey("user")];
  writeFileSync(join(folder, "authorized"), spawnSync("ssh-keygen", ["-y", "-f", user]).stdout, { mode: 0o600 });
  const port = await freePort();
  const options = {
    Port: port,
    ListenAddress: "127.0.0.1",
    HostKey: host,
    AuthorizedKeysFile: join(folder, "authorized"),
    PidFile: "none",
    UsePAM: "no",
    PasswordAuthentication: "no",
    PermitRootLogin: "prohibit-password",
    StrictModes: "no",
  };
  if (userInfo().uid === 0) mkdirSync("/run/sshd", { recursive: true });
  const args = Object.entries(options).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
  daemon = spawn(SSHD, ["-D", "-e", "-f", "/dev/null", ...args], { stdio: ["ignore", "ignore", "pipe"] });
  await new Promise<void>((resolve, reject) => {
    let said = "";
    daemon.once("exit", (status) => reject(new Error(`sshd ended with ${String(status)}: ${said}`)));
    daemon.stderr?.on("data", (words: Buffer) => {
      said += words.toString();
      if (said.includes("Server listening")) resolve();
    });
  });
  const own = [
    "-p",
    String(port),
    "-i",
    user,
    "-o",
    "StrictHostKeyChecking=no",
    "-o",
    `UserKnownHostsFile=${join(folder, "known")}`,
  ];
  target = sshTarget(`${userInfo().username}@127.0.0.1`, {
    ssh: ["ssh", "-F", "none", "-o", "BatchMode=yes", ...own],
    loader: `TAEL_ROOT='${process.env.TAEL_ROOT ?? process.cwd()}' ${loaderCommand(device.config)
      .map((word) => (word.startsWith("platform/") ? join(process.env.TAEL_ROOT ?? process.cwd(), word) : word))
      .join(" ")}`,
  });
}, 60_000);

afterAll(async () => {
  if (missing.length > 0) return;
  const gone = new Promise((resolve) => daemon.once("exit", resolve));
  daemon.kill();
  await gone;
  rmSync(folder, { recursive: true, force: true });
});

const put = (bytes: Uint8Array, restart: boolean) =>
  flash(target, bytes, { restart, waitMs: 0, tries: 1, say: () => undefined, progress: () => undefined });

test.skipIf(missing.length > 0)(
  "sent, gone on with after a break, verified, and the terminal told to restart",
  async () => {
    const bytes = packageOf({ version: "1.0.0", fontBytes: 300_000 });
    const sum = sha256(bytes);
    await target.send(sum, bytes.subarray(0, 120_000), 0, () => undefined);
    expect(await target.have(sum)).toBe(120_000);
    const outcome = await put(bytes, true);
    expect(existsSync(join(folder, "restarted"))).toBe(true);
    expect(device.status()).toMatchObject({ trial: { slot: "a" }, slots: { a: { version: "1.0.0" } } });
    // Nothing runs at the far end of this test: that is said, and not taken for success.
    expect(outcome).toMatchObject({ outcome: "waiting" });
  },
  120_000,
);

test.skipIf(missing.length > 0)(
  "another signer's is refused with the loader's words, and a host that is not there with ssh's",
  async () => {
    await expect(put(packageOf({ version: "1.1.0", key: keyOf(2) }), false)).rejects.toThrow(/does not trust/);
    const nowhere = sshTarget("127.0.0.1", {
      ssh: ["ssh", "-F", "none", "-o", "BatchMode=yes", "-p", "1"],
      loader: "tael-loader",
    });
    await expect(nowhere.status()).rejects.toThrow(/Connection refused/);
  },
  120_000,
);

/**
 * Makes the terminal's sealing key, once: 32 random bytes, written only as systemd's encrypted credential (systemd.exec(5), LoadCredentialEncrypted), under the
 * TPM's key where the board has one, else under the system's, which root alone can read.
 */
import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from "node:fs";
import { dirname } from "node:path";

const FILE = "/var/lib/tael-key/seal.cred";
const NAME = "seal.key";
const KEY_BYTES = 32;

function sync(path: string): void {
  const fd = openSync(path, "r");
  fsyncSync(fd);
  closeSync(fd);
}

if (!existsSync(FILE)) {
  const making = `${FILE}.new`;
  rmSync(making, { force: true });
  // The key goes through a pipe and is nowhere else.
  execFileSync("systemd-creds", ["encrypt", "--with-key=auto", `--name=${NAME}`, "-", making], { input: randomBytes(KEY_BYTES) });
  sync(making);
  renameSync(making, FILE);
  sync(dirname(FILE));
}

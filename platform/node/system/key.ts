/** Makes the terminal's sealing key at its first start: 32 random bytes in a file that only root reads, whole or not there. systemd hands them to the service. */
import { randomBytes } from "node:crypto";
import { closeSync, existsSync, fsyncSync, openSync, renameSync, writeSync } from "node:fs";
import { dirname } from "node:path";

const FILE = "/var/lib/tael-key/seal.key";
const KEY_BYTES = 32;

if (!existsSync(FILE)) {
  const making = `${FILE}.new`;
  const fd = openSync(making, "w", 0o400);
  writeSync(fd, randomBytes(KEY_BYTES));
  fsyncSync(fd);
  closeSync(fd);
  renameSync(making, FILE);
  const folder = openSync(dirname(FILE), "r");
  fsyncSync(folder);
  closeSync(folder);
}

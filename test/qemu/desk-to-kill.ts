/** For mortal.test.ts: starts virtual machines that have nothing to boot, as a desk and as an image's test do, says their ids, and waits. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { NativeMachine } from "../../platform/node/native-machine.ts";
import { Board } from "../../tools/qemu/board.ts";
import { mortal } from "../../tools/qemu/mortal.ts";
import { ABI_BANNER } from "../../platform/abi.ts";

const [folder = ""] = process.argv.slice(2);

/** What this process has started, and what each of them is by now. */
const children = (): string[] => {
  const ids = readFileSync(`/proc/self/task/${process.pid}/children`, "latin1").trim().split(" ");
  return ids.filter((id) => /^qemu/.test(readFileSync(`/proc/${id}/cmdline`, "latin1")));
};

const disk = join(folder, "disk");
writeFileSync(disk, new Uint8Array(1024 * 1024));
new Board({ disk, folder }).powerOn();

const machine = new NativeMachine(
  {
    bundle: { code: `${ABI_BANNER}\n` },
    assets: {},
    board: { ports: {} },
    dataDir: join(folder, "data"),
    clock: { kind: "system" },
  },
  () => mortal("qemu-system-x86_64", ["-nodefaults", "-display", "none", "-machine", "none"]),
);
// Nobody in there answers, so it never is on.
void machine.start();

const look = setInterval(() => {
  const ids = children();
  if (ids.length < 2) return;
  clearInterval(look);
  console.log(`started ${ids.join(" ")}`);
}, 20);

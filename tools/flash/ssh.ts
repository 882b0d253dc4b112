/** A terminal reached by OpenSSH's own `ssh`: each question is one command of its loader, the package goes through stdin. */
import { spawn } from "node:child_process";
import type { Arrived, OutsideStatus } from "../../platform/node/loader/receive.ts";
import { FlashError, type Target } from "./target.ts";

export interface SshOptions {
  /** Program and first arguments, for tests and for those who need a jump host: ["ssh", "-J", "office"]. */
  ssh: readonly string[];
  /** How the loader is called on the terminal. */
  loader: string;
}

const PIECE_BYTES = 65_536;

/** `host`: as ssh takes it, user@host or a name of ~/.ssh/config. */
export function sshTarget(host: string, { ssh, loader }: SshOptions): Target {
  const ask = <T>(command: string, input?: { bytes: Uint8Array; sent(count: number): void }): Promise<T> =>
    run<T>([...ssh, host, `${loader} ${command}`], input);
  return {
    name: host,
    status: () => ask<OutsideStatus>("status"),
    have: async (sum) => (await ask<{ have: number }>(`have ${sum}`)).have,
    send: async (sum, bytes, at, progress) =>
      void (await ask(`receive ${sum} ${at}`, { bytes: bytes.subarray(at), sent: (count) => progress(at + count) })),
    finish: (sum) => ask<Arrived>(`finish ${sum}`),
    restart: async () => void (await ask("restart")),
    close: () => Promise.resolve(),
  };
}

/** The JSON it prints, also when the loader refuses; rejects with its words when it prints none. */
function run<T>(
  [program = "", ...args]: readonly string[],
  input?: { bytes: Uint8Array; sent(count: number): void },
): Promise<T> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { stdio: ["pipe", "pipe", "pipe"] });
    let [out, errors] = ["", ""];
    child.stdout.on("data", (text: Buffer) => (out += text.toString("utf8")));
    child.stderr.on("data", (text: Buffer) => (errors += text.toString("utf8")));
    child.on("error", (error) => reject(new FlashError(`${program}: ${error.message}`)));
    // The far end may go before it has read everything.
    child.stdin.on("error", () => undefined);
    child.on("close", (status) => {
      const last = out.trim().split("\n").at(-1) ?? "";
      if (last.startsWith("{")) resolve(JSON.parse(last) as T);
      else reject(new FlashError(errors.trim().split("\n").at(-1) || `${program} ended with ${String(status)}`));
    });
    void feed(child.stdin, input);
  });
}

async function feed(stdin: NodeJS.WritableStream, input?: { bytes: Uint8Array; sent(count: number): void }): Promise<void> {
  const { bytes = new Uint8Array(), sent = () => undefined } = input ?? {};
  const gone = new Promise((resolve) => stdin.once("close", resolve));
  for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
    const piece = bytes.subarray(at, at + PIECE_BYTES);
    if (!stdin.write(piece)) await Promise.race([gone, new Promise((resolve) => stdin.once("drain", resolve))]);
    sent(at + piece.length);
  }
  stdin.end();
}

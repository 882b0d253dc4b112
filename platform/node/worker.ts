/** The worker's side of a WorkerMachine: a LocalMachine whose wires and native ports stand on the owner's thread. */
import { parentPort, workerData } from "node:worker_threads";
import { wordsOf } from "./errors.ts";
import { LocalMachine } from "./local.ts";
import { REMOTE_KINDS, RemotePorts } from "./ports/remote.ts";
import { type FromWorker, IMPLIES_STATUS, type ToWorker, type WorkerStart } from "./protocol.ts";

const owner = parentPort;
if (owner === null) throw new Error("this program is started by a WorkerMachine");
const { options, powerOn, answers } = workerData as WorkerStart;
let promised = false;

/**
 * Whatever the guest has said, a status follows: until it comes the owner takes the machine for busy, also when the guest was woken by
 * something the owner knows nothing of, as a byte from the network.
 */
function post(message: FromWorker): void {
  owner?.postMessage(message);
  if (!IMPLIES_STATUS.has(message.kind) || promised) return;
  promised = true;
  setImmediate(tellStatus);
}

const remote = new RemotePorts(post, answers);
const machine = new LocalMachine(options, {
  powerOn,
  ports: Object.fromEntries(REMOTE_KINDS.map((kind) => [kind, remote.open])),
});
let workedOff = 0;

function tellStatus(): void {
  promised = false;
  post({ kind: "status", status: machine.status, workedOff });
}
machine.on("status", tellStatus);
machine.on("log", (line) => post({ kind: "log", line }));
machine.on("crash", (report) => post({ kind: "crash", report }));
machine.on("power", (action) => post({ kind: "power", action }));

async function answer(id: number, work: () => Promise<unknown>): Promise<void> {
  try {
    post({ kind: "answer", id, value: await work() });
  } catch (error) {
    post({ kind: "answer", id, error: wordsOf(error) });
  }
}

owner.on("message", (message: ToWorker) => {
  switch (message.kind) {
    case "port-event":
      remote.happened(message.id, message.happened);
      break;
    case "port-warning":
      remote.warned(message.id, message.words);
      return;
    case "wake":
      machine.wake();
      break;
    case "memory":
      void answer(message.id, () => machine.memory(message.withImage));
      return;
    case "cpu":
      void answer(message.id, () => machine.cpuMs());
      return;
    case "ping":
      post({ kind: "pong" });
      return;
  }
  // Counted even when the guest had no use for it: the owner waits for all it sent.
  workedOff++;
  tellStatus();
});

try {
  await machine.start();
  post({ kind: "started" });
  tellStatus();
} catch (error) {
  post({ kind: "refused", words: wordsOf(error) });
}

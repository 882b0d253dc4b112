/**
 * A TCP port that neither accepts nor refuses, as a line without a cable: a listener whose thread sleeps and whose queue is
 * full, so that the kernel drops every further SYN.
 */
import { connect, type Socket } from "node:net";
import { Worker } from "node:worker_threads";

const SLEEPER = `
const { parentPort, workerData } = require("node:worker_threads");
const server = require("node:net").createServer();
server.on("error", (error) => parentPort.postMessage(error.message));
server.listen({ host: "127.0.0.1", port: workerData.port, backlog: 1 }, () => {
  parentPort.postMessage("");
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
});`;

/** A backlog of 1 lets two connections into the queue. */
const QUEUE_LENGTH = 2;

export async function openBlackhole(port: number): Promise<{ close(): Promise<void> }> {
  const worker = new Worker(SLEEPER, { eval: true, workerData: { port } });
  const problem = await new Promise<string>((resolve) => {
    worker.once("message", resolve);
    worker.once("error", (error) => resolve(error.message));
  });
  const fillers: Socket[] = [];
  const close = async (): Promise<void> => {
    for (const filler of fillers) filler.destroy();
    await worker.terminate();
  };
  if (problem !== "") {
    await close();
    throw new Error(`the host line cannot be unplugged: ${problem}`);
  }
  for (let i = 0; i < QUEUE_LENGTH; i++) {
    const filler = connect({ host: "127.0.0.1", port });
    filler.on("error", () => undefined);
    fillers.push(filler);
    await new Promise<void>((resolve) => {
      filler.once("connect", resolve);
      filler.once("close", () => resolve());
    });
  }
  return { close };
}

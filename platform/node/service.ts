/** A machine as a program of its own: what a terminal's service runs. */
import type { Machine } from "./machine.ts";

/** Starts it and stays; log to the error output. The process ends with 0 after halt or a signal, with 1 when the firmware cannot run. */
export async function serve(machine: Machine): Promise<void> {
  const leave = async (status: number): Promise<void> => {
    await machine.cut();
    process.exit(status);
  };
  machine.on("log", (line) => console.error(`${new Date(line.at).toISOString()} ${line.level} ${line.words}`));
  machine.on("crash", ({ words, stack, restarting }) => {
    console.error(`crash: ${words}\n${stack}`);
    if (!restarting) void leave(1);
  });
  machine.on("power", (action) => {
    if (action === "halt") void leave(0);
  });
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void leave(0));
  await machine.start();
}

/** The outside of the door on Node: see README.md. */
export { MemoryFiles, DirectoryFiles, type FileLayer } from "./files.ts";
export { DoorError, Refused } from "./errors.ts";
export { LocalMachine } from "./local.ts";
export type * from "./machine.ts";
export { DrivenClock } from "./clock.ts";
export { WorkerMachine } from "./worker-machine.ts";
export { type ReplayOptions, type ReplayResult, replay } from "./replay.ts";

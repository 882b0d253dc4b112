/**
 * The firmware in this very program: native `qjs` has one realm, so what runs here is trusted as far as it was signed, and no further fence stands
 * around it. The prelude takes away what is a clock, a random source or a way out, as on every engine.
 */
import * as std from "std";
import { CALLS, type CallName } from "../abi.ts";
import type { DoorEvent } from "../node/door.ts";
import { BUNDLE } from "../node/loader/manifest.ts";
import { PRELUDE } from "../node/prelude.ts";
import { FOREIGN, type FromGuest, type ToGuest } from "../node/values.ts";

type Call = (name: CallName, args: readonly FromGuest[]) => ToGuest;

/** The intrinsics the guest could change, taken before it runs. */
const { isView } = ArrayBuffer;
// biome-ignore lint/security/noGlobalEval: our own text, and these modules have no other way to run one
const evaluate = globalThis.eval as (code: string) => unknown;

function fromGuest(value: unknown): FromGuest {
  if (value === undefined || typeof value === "number" || typeof value === "string") return value;
  if (value instanceof ArrayBuffer && !isView(value)) return new Uint8Array(value.slice(0));
  return FOREIGN;
}

function toGuest(value: ToGuest): unknown {
  if (typeof value === "string") return value.replaceAll("\0", "\uFFFD");
  return value instanceof Uint8Array ? value.slice().buffer : value;
}

/** Takes the guest's way out and puts the door in its place. */
export function installDoor(call: Call): void {
  evaluate(PRELUDE);
  const door: Record<string, unknown> = {};
  for (const name of Object.keys(CALLS) as CallName[]) {
    const entry = (...args: unknown[]): unknown => toGuest(call(name, args.map(fromGuest)));
    Object.defineProperty(door, name, { value: entry, enumerable: true });
  }
  Object.defineProperty(globalThis, "door", { value: door });
}

/** A file, or the text that came out of a verified package. */
export type Bundle = { path: string } | { code: string };

/** Evaluates the bundle; its jobs run when this program next waits. Throws what the guest throws. */
export function boot(bundle: Bundle): void {
  if ("path" in bundle) std.loadScript(bundle.path);
  else std.evalScript(bundle.code);
}

/** A text has no file: its places are told as those of the bundle. */
export const inBundle = (stack: string): string => stack.replaceAll("<evalScript>", BUNDLE);

/** Hands an event to the guest; its jobs run when this program next waits. Throws what the guest throws. */
export function deliver({ name, args }: DoorEvent): void {
  const { onDoorEvent } = globalThis as { onDoorEvent?: unknown };
  if (typeof onDoorEvent !== "function") throw new Error("the bundle has no onDoorEvent");
  (onDoorEvent as (...given: unknown[]) => unknown)(name, ...args.map(toGuest));
}

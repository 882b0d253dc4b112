/** What the door said when it refused a call: see abi.ts, CALLS. */
import { type DoorErrorCode, ERRORS } from "../abi.ts";

/** The code a refused call's message starts with, and the words after it. Anything else that was thrown counts as "io". */
export function readDoorError(error: unknown): { code: DoorErrorCode; words: string } {
  const message = error instanceof Error ? error.message : String(error);
  const code = ERRORS.find((known) => message === known || message.startsWith(`${known}:`));
  if (code === undefined) return { code: "io", words: message };
  return { code, words: message.slice(code.length + 1).trim() || code };
}

/** Messages with one way out: Enter, or by themselves after a few seconds. */
import type { Key } from "../../hal/keypad/keypad.ts";
import type { ScreenStates } from "../screens/states.ts";
import type { Terminal } from "./terminal.ts";

export const DWELL_MS = 3_000;
/** What a person must have time to read. */
export const LONG_DWELL_MS = 8_000;

/** Until one of the keys, which it resolves, or `ms` have passed. */
export async function dwellFor<K extends Key>(t: Terminal, ms: number, keys: readonly K[]): Promise<K | undefined> {
  const until = t.system.scheduler.now() + ms;
  for (;;) {
    const left = until - t.system.scheduler.now();
    if (left <= 0) return undefined;
    const input = await t.ui.wait({ timeoutMs: left, patience: "dwell" });
    if (input.input === "timeout") return undefined;
    const key = input.input === "key" ? keys.find((each) => each === input.key) : undefined;
    if (key !== undefined) return key;
  }
}

/** Until Enter or Cancel, or `ms` have passed. */
export async function dwell(t: Terminal, ms: number): Promise<void> {
  await dwellFor(t, ms, ["enter", "cancel"]);
}

/** A notice that goes away by itself. */
export async function tell(
  t: Terminal,
  title: string,
  values: string[],
  tone: ScreenStates["notice"]["tone"] = "normal",
): Promise<void> {
  t.ui.show("notice", { title, rows: values.map((value) => ({ value })), tone });
  if (tone === "bad" || tone === "warn") t.ui.bad();
  await dwell(t, tone === "normal" || tone === "good" ? DWELL_MS : LONG_DWELL_MS);
}

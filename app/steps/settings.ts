/** The few things a person sets on this terminal, kept in the store. */
import { decodeUtf8, encodeUtf8 } from "../../platform/guest/bytes.ts";
import type { System } from "../../platform/guest/system.ts";
import type { Language } from "../text/words.ts";

const KEY = "settings";

export interface Settings {
  language: Language;
  /** Terminal time minus the system's wall clock, set at sign-on. */
  clockOffsetMs: number;
  /** Stores both; throws StoreError and keeps the old ones when the disk refuses. */
  save(change: { language?: Language; clockOffsetMs?: number }): void;
}

export function openSettings(system: System, initial: Language): Settings {
  const stored = system.store.get(KEY);
  const values = { language: initial, clockOffsetMs: 0, ...(stored === undefined ? {} : JSON.parse(decodeUtf8(stored))) };
  return {
    language: values.language,
    clockOffsetMs: values.clockOffsetMs,
    save(change) {
      const next = { language: this.language, clockOffsetMs: this.clockOffsetMs, ...change };
      system.store.commit([{ put: KEY, value: encodeUtf8(JSON.stringify(next)) }]);
      this.language = next.language;
      this.clockOffsetMs = next.clockOffsetMs;
    },
  };
}

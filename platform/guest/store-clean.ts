/** Tracks that an earlier firmware, or a tool, left readable in the store: gone from the table and from the file before anybody reads them (R2). */
import { encodeAscii } from "./bytes.ts";
import type { OpenStore } from "./store.ts";
import { type Change, type Logger, StoreError } from "./system.ts";

/** Track 1 with its name, track 2 and 3 with a separator; a card number alone cannot be told from a merchant's or an order's. */
const TRACKS = /\d{12,19}\^[^^]{2,40}\^\d[^?"\\]*|\d{13,21}[=Dd]\d{7,}[\d=]*/g;

/** Undefined when it is not plain ASCII: sealed values leave at one of their first bytes. */
function readable(value: Uint8Array): string | undefined {
  let text = "";
  for (const byte of value) {
    if (byte < 0x20 || byte > 0x7e) return undefined;
    text += String.fromCharCode(byte);
  }
  return text;
}

/** What stands around a track is kept: it may be a setting. A disk that refuses is asked again at the next start. */
export function cleanStore(store: OpenStore, log: Logger): void {
  const changes = store.keys("").flatMap((key): Change[] => {
    const text = readable(store.get(key) as Uint8Array);
    const clean = text?.replace(TRACKS, "");
    return text === clean || clean === undefined ? [] : [{ put: key, value: encodeAscii(clean) }];
  });
  if (changes.length === 0) return;
  try {
    store.commit(changes);
    // What was committed before still stands in the file until it is written anew.
    store.compact();
    log.warn(`store: card data that an earlier version had left in ${changes.length} values is erased`);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    log.error("store: card data that an earlier version left could not be erased", error);
  }
}

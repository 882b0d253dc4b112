/** What is measured inside QuickJS: the outside sends an event, the guest does the work, and the outside holds the watch. */
import { loadFonts } from "../../app/screens/fonts.ts";
import type { Profile } from "../../app/model/profile.ts";
import { pack, parse, saleFacts } from "./message.ts";

const facts = saleFacts(JSON.parse(door.facts()) as Profile);
const { frame } = pack(facts);

const WORK: Record<string, (times: number) => void> = {
  pack: (times) => {
    for (let n = 0; n < times; n++) pack(facts);
  },
  parse: (times) => {
    for (let n = 0; n < times; n++) parse(frame);
  },
  fonts: (times) => {
    for (let n = 0; n < times; n++) {
      loadFonts({
        asset: (name) => {
          const bytes = door.asset(name);
          return bytes === undefined ? undefined : new Uint8Array(bytes);
        },
      });
    }
  },
};

(globalThis as { onDoorEvent?: unknown }).onDoorEvent = (what: string, times: number) => WORK[what]?.(times);

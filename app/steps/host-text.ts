/** Texts of the host are GBK; the printer's table reads them. */
import { openGb18030 } from "../../hal/printer/gb18030.ts";
import type { Terminal } from "./terminal.ts";

let decoder: ((bytes: Uint8Array) => string) | undefined;

/** undefined when the firmware package carries no table: texts then keep their ASCII only. */
export function hostTextDecoder(t: Terminal): ((bytes: Uint8Array) => string) | undefined {
  if (decoder === undefined) {
    const table = t.system.asset("gb18030.bin");
    if (table === undefined) return undefined;
    const gb18030 = openGb18030(table);
    decoder = (bytes) => gb18030.decode(bytes);
  }
  return decoder;
}

/** Texts of the host are GBK; the printer's table reads them. */
import { Gb18030 } from "../../hal/printer/gb18030.ts";
import type { Terminal } from "./terminal.ts";

let table: Gb18030 | undefined;

/** undefined when the firmware package carries no table: texts then keep their ASCII only. */
export function hostTextDecoder(t: Terminal): ((bytes: Uint8Array) => string) | undefined {
  const found = tableOf(t);
  return found && ((bytes) => found.decode(bytes));
}

/** The other way round; a character that the table does not have becomes "?". */
export function hostTextEncoder(t: Terminal): ((text: string) => Uint8Array) | undefined {
  const found = tableOf(t);
  return found && ((text) => found.encode(text));
}

function tableOf(t: Terminal): Gb18030 | undefined {
  const asset = table === undefined ? t.system.asset("gb18030.bin") : undefined;
  if (asset !== undefined) table = new Gb18030(asset);
  return table;
}

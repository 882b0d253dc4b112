/** Who said yes to an offline sale (DE61, §3.7). */
import type { Authority } from "../model/transaction.ts";
import { pick } from "./ask.ts";
import type { Terminal } from "./terminal.ts";

const ROWS = [
  { key: "1", text: "authority.01", mode: "01" },
  { key: "2", text: "authority.02", mode: "02" },
  { key: "3", text: "authority.00", mode: "00" },
] as const;

export async function askAuthority(t: Terminal): Promise<Authority["mode"]> {
  const rows = ROWS.map(({ key, text }) => ({ key, text }));
  const { mode } = await pick(t, ROWS, (selected) => t.ui.show("menu", { title: "authority.title", rows, selected }));
  return mode;
}

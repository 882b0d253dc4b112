/** What a host says that finds other totals than the terminal: every record goes up then (§5.5). */
import type { World } from "./world.ts";

/** DE48 of a 0510: the terminal's own totals, and "domestic differs". */
export async function differing(world: World): Promise<string> {
  const { totals } = await world.desk.journal();
  const digits = (name: string, width: number): string => String(totals[name] ?? 0).padStart(width, "0");
  const own = digits("debitFen", 12) + digits("debitCount", 3) + digits("creditFen", 12) + digits("creditCount", 3);
  return `${own}2${"0".repeat(30)}1`;
}

/** Card organisation for 63.1 by the number's beginning (§3.9). */
export function organisationOf(pan: string): string {
  if (pan.startsWith("4")) return "VIS";
  if (pan.startsWith("5")) return "MCC";
  if (pan.startsWith("35")) return "JCB";
  return /^3[47]/.test(pan) ? "AMX" : "CUP";
}

/** Settlement counts cards of other organisations apart (§3.6). */
export const isForeign = (pan: string): boolean => organisationOf(pan) !== "CUP";

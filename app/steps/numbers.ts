/** Trace and batch as people and messages write them: six digits. */
export const trace6 = (n: number): string => String(n).padStart(6, "0");
export const batch6 = trace6;

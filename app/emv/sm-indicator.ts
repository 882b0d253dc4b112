/** DF69: whether the terminal can follow a card that signs with SM2 (§6.5). */
import type { Session } from "./session.ts";

export function smIndicator({ terminal, aid }: Session): Uint8Array {
  const rid = aid.slice(0, 10);
  const hasKey = terminal.caKeys.some(({ key, rid: of }) => key.algorithm === "sm2" && (of === "" || of === rid));
  return Uint8Array.of((terminal.sm ?? hasKey) ? 1 : 0);
}

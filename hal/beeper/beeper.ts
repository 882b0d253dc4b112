/** UnifiedPOS ToneIndicator, as words a cashier would use. */
export type Sound = "key" | "attention" | "good" | "bad" | "card";
export interface Beeper {
  /** Never throws: a terminal without a beeper goes on silently. */
  sound(sound: Sound): void;
  close(): void;
}

/** Send and receive blink with the host link; error stays while something needs a person. */
export const LIGHTS = ["send", "receive", "error"] as const;
export type Light = (typeof LIGHTS)[number];
export interface Lights {
  /** Never throws. */
  set(light: Light, on: boolean): void;
  close(): void;
}

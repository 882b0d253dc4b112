/** What a person can do on the page: each is one call of the API, and one step of a recorded scenario. */
import { call, inOrder, AT_ONCE_MS, Refused } from "./client.ts";
import { recorder } from "./recorder.ts";

let tell: (words: string) => void = () => undefined;
/** Where refusals are shown. */
export function onRefusal(listener: (words: string) => void): void {
  tell = listener;
}

/** Said like a refusal of the API, which is not asked. */
export function refuse(words: string): void {
  tell(words);
}

async function act(method: "POST" | "DELETE", path: string, body?: unknown): Promise<void> {
  try {
    await inOrder(() => call(method, path, body));
  } catch (error) {
    tell(error instanceof Refused ? error.message : String(error));
  }
}

const quick = <T extends object>(body: T): T & { timeoutMs: number } => ({ ...body, timeoutMs: AT_ONCE_MS });

export const press = (key: string): Promise<void> => {
  recorder.key(key);
  return act("POST", "/keys", quick({ keys: [key] }));
};
export const pinpadKey = (key: string): Promise<void> => {
  recorder.pinpadKey(key);
  return act("POST", "/pinpad", quick({ keys: [key] }));
};
export const swipe = (card: string): Promise<void> => {
  recorder.step(`swipe ${card}`);
  return act("POST", "/card", quick({ action: "swipe", card }));
};
export const swipeTrack2 = (track2: string): Promise<void> => {
  recorder.step(`swipe track2 ${track2}`);
  return act("POST", "/card", quick({ action: "swipe", track2 }));
};
export const insert = (card: string): Promise<void> => {
  recorder.step(`insert ${card}`);
  return act("POST", "/card", quick({ action: "insert", card }));
};
export const takeOut = (): Promise<void> => {
  recorder.step("remove");
  return act("POST", "/card", quick({ action: "remove" }));
};
export const tap = (card: string): Promise<void> => {
  recorder.step(`tap ${card}`);
  return act("POST", "/card", quick({ action: "tap", card }));
};
export const tear = (): Promise<void> => {
  recorder.step("tear");
  return act("DELETE", "/paper");
};
export const power = (action: "cut" | "on" | "cycle"): Promise<void> => {
  recorder.step(`power ${action}`);
  return act("POST", "/power", quick({ action }));
};
export const setFault = (device: string, fault: string, more: { count?: number; value?: number }): Promise<void> => {
  const value = more.value === undefined ? "" : ` value ${more.value}`;
  recorder.step(`fault ${device} ${fault}${more.count === undefined ? "" : ` ${more.count}`}${value}`);
  return act("POST", "/faults", quick({ device, fault, ...more }));
};
export const clearFaults = (device?: string, fault?: string): Promise<void> => {
  recorder.step(["clear faults", device, fault].filter((part) => part !== undefined).join(" "));
  return act(
    "DELETE",
    "/faults",
    quick({ ...(device === undefined ? {} : { device }), ...(fault === undefined ? {} : { fault }) }),
  );
};
export const advance = (ms: number): Promise<void> => {
  recorder.step(`clock advance ${ms}`);
  return act("POST", "/clock", { advanceMs: ms });
};
export const runClock = (run: "real" | "free"): Promise<void> => {
  recorder.step(`clock run ${run}`);
  return act("POST", "/clock", quick({ run }));
};
export const setCalendar = (at: string): Promise<void> => {
  recorder.step(`clock at ${at}`);
  return act("POST", "/clock", quick({ at }));
};
export const addRule = (amountFen: number, code: string): Promise<void> => {
  recorder.step(`rule amount ${(amountFen / 100).toFixed(2)} answer ${code}`);
  return act("POST", "/acquirer", { match: { amount: String(amountFen).padStart(12, "0") }, answer: { "39": code } });
};
export const clearRules = (): Promise<void> => {
  recorder.step("clear rules");
  return act("DELETE", "/acquirer/rules");
};

/** The page's only way to the desk: the automation API and its events. */
import type { ChipView } from "../../cards/contract.ts";
import type { FaultSpec } from "../contract.ts";
import type { DeskScreen, DeskState } from "../desk.ts";

export type { ChipView as Chip, DeskScreen as Screen, DeskState as State, FaultSpec };
export interface PinPad {
  asking: boolean;
  screen: { prompt: string; lines: string[]; digits: number };
}
export type CardSide = "stripe" | "contact" | "contactless";
export interface Card {
  id: string;
  kind: CardSide[];
  label: string;
  labels: { zh: string; en: string };
  pan: string;
  holder: string;
}
export type FieldLight = "blue" | "yellow" | "green" | "red";
/** Null where the board has no such reader. */
export interface Readers {
  icc: { card: string | null; powered: boolean; protocol: string | null; plugged: boolean } | null;
  picc: { card: string | null; field: boolean; active: boolean; lights: FieldLight[]; plugged: boolean } | null;
}
export interface Slip {
  n: number;
  at: string;
  text: string[];
  torn: boolean;
}
export interface WireEntry {
  n: number;
  at: string;
  device: string;
  dir: "out" | "in";
  hex: string;
}
export interface Message {
  n: number;
  at: string;
  dir: "out" | "in";
  mti: string;
  tpdu: string;
  header: string;
  fields: Record<string, string>;
  mac: "ok" | "bad" | "none";
  problem?: string;
  hex?: string;
}
export interface DeviceFaults {
  device: string;
  faults: FaultSpec[];
  active: { fault: string; count?: number; value?: number }[];
}
export interface Check {
  ok: boolean;
  differences: { what: string; batch: string; trace: string; words: string }[];
  pending: { batch: string; trace: string; amountFen: number; words: string }[];
  compared: { slips: number; journal: number; ledger: number | null };
}
export interface LedgerEntry {
  n: number;
  at: string;
  kind: string;
  batch: string;
  trace: string;
  pan: string;
  amountFen: number;
  approvedFen: number;
  reference: string;
  code: string;
  state: string;
}
export interface AcquirerState {
  accounts: { pan: string; balanceFen: number; label?: string; status?: string; kind?: string }[];
  rules: { match: Record<string, unknown>; answer?: Record<string, string>; fault?: string; count?: number; left?: number }[];
}
export interface LogLine {
  at: string;
  level: string;
  words: string;
}

export type DeskEvent =
  | { type: "screen"; screen: DeskScreen }
  | { type: "state"; state: DeskState }
  | { type: "paper"; slips: number }
  | { type: "wire"; entry: WireEntry }
  | ({ type: "log" } & LogLine)
  | { type: "sound"; hz: number; ms: number; volume: number }
  | { type: "pinpad"; pinpad: PinPad }
  | { type: "readers"; readers: Readers }
  | { type: "acquirer" }
  | { type: "faults" };

const BASE = "/api/v1";

/** The call was refused; the words are the API's. */
export class Refused extends Error {}

/** Resolves the answer; a terminal that has not settled in time is no failure for a page that listens to events anyway. */
export async function call<T = unknown>(method: "GET" | "POST" | "DELETE", path: string, body?: unknown): Promise<T> {
  const answer = await fetch(BASE + path, {
    method,
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
  });
  const json = (await answer.json()) as T & { error?: string };
  if (!answer.ok && answer.status !== 504) throw new Refused(json.error ?? `${answer.status}`);
  return json;
}

export type Listener = (event: DeskEvent) => void;
export type PixelListener = (x: number, y: number, w: number, h: number, pixels: Uint16Array) => void;

/** One connection for the whole page; comes back by itself. */
export class Events {
  readonly #listeners = new Set<Listener>();
  readonly #pixels = new Set<PixelListener>();
  onLine: ((up: boolean) => void) | undefined;

  start(): void {
    const socket = new WebSocket(`ws://${location.host}${BASE}/events?pixels=1`);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => this.onLine?.(true);
    socket.onmessage = ({ data }) => {
      if (data instanceof ArrayBuffer) this.#rectangle(data);
      else for (const listener of this.#listeners) listener(JSON.parse(String(data)) as DeskEvent);
    };
    socket.onclose = () => {
      this.onLine?.(false);
      setTimeout(() => this.start(), 1000);
    };
  }

  on(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
  onPixels(listener: PixelListener): () => void {
    this.#pixels.add(listener);
    return () => this.#pixels.delete(listener);
  }

  #rectangle(data: ArrayBuffer): void {
    const head = new DataView(data);
    const [x, y, w, h] = [0, 2, 4, 6].map((at) => head.getUint16(at, true)) as [number, number, number, number];
    const pixels = new Uint16Array(data.slice(8));
    for (const listener of this.#pixels) listener(x, y, w, h, pixels);
  }
}

export const events = new Events();

/** One after another, in the order in which they were done, however quickly. */
let queue: Promise<unknown> = Promise.resolve();
export function inOrder<T>(act: () => Promise<T>): Promise<T> {
  const next = queue.then(act, act);
  queue = next.catch(() => undefined);
  return next;
}

/** A person does not wait for the terminal to settle before the next key: 0 answers at once. */
export const AT_ONCE_MS = 0;

export const yuan = (fen: number): string => (fen / 100).toFixed(2);
export const clockPart = (at: string): string => at.slice(11, 19);

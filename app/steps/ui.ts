/**
 * The people's side: what stands on the screen, and the next thing somebody does. One wait at a time; what nobody waits for is dropped, so a
 * key mashed during printing buys nothing later.
 */
import { CancelSource } from "../../platform/guest/cancel.ts";
import type { Devices } from "../../hal/index.ts";
import type { Key } from "../../hal/keypad/keypad.ts";
import type { Light } from "../../hal/lights/lights.ts";
import type { Swipe } from "../../hal/msr/msr.ts";
import type { Cancel, Patience, System } from "../../platform/guest/system.ts";
import { screens } from "../screens/index.ts";
import { hintLines, screenLines } from "../screens/lines.ts";
import type { ScreenStates } from "../screens/states.ts";
import type { Screen, StatusBar } from "../screens/tree.ts";
import { wordsIn } from "../text/index.ts";
import type { Language, Prompt, Words } from "../text/words.ts";

export type Input =
  | { input: "key"; key: Key }
  | { input: "swipe"; swipe: Swipe }
  /** There is a card in the slot. */
  | { input: "insert" }
  /** Nobody did anything for the time asked for. */
  | { input: "timeout" };

export interface WaitOptions {
  /** Also wait for a swipe. */
  card?: boolean;
  /** Also wait for a card in the slot. Stripe and slot are armed together; the first wins, the other is disarmed. */
  slot?: boolean;
  timeoutMs?: number;
  /** "dwell" for a screen that goes on by itself, "person" for one that needs somebody. */
  patience?: Patience;
  /** Ends the wait: rejects with the reason. */
  cancel?: Cancel;
}

export interface Ui {
  readonly words: Words;
  say(key: Prompt, values?: Record<string, string | number>): string;
  setLanguage(language: Language): void;
  show<S extends keyof ScreenStates>(id: S, state: ScreenStates[S]): void;
  /** Listens to devices that have come since; with a renderer, draws there from now on. */
  plug(renderer?: Renderer): void;
  /** When somebody last pressed a key or swiped a card, monotonic ms; at first, the start. */
  readonly lastInputMs: number;
  /** Draws the same screen again with a fresh status bar. */
  refresh(): void;
  wait(options?: WaitOptions): Promise<Input>;
  /** Listens for Cancel while something runs; the returned function stops listening. */
  onCancelKey(callback: () => void): () => void;
  light(light: Light, on: boolean): void;
  good(): void;
  bad(): void;
  attention(): void;
}

export interface Renderer {
  draw(screen: Screen, status: StatusBar): void;
}

export interface UiOptions {
  system: System;
  devices: Devices;
  renderer: Renderer | undefined;
  language: Language;
  status(): StatusBar;
  /** Fields of the debug channel's state line. */
  state(): Record<string, unknown>;
  /** Words before every title but the idle screen's, which says it in its own way. */
  mark?(): string | undefined;
}

export function createUi({ system, devices, renderer, language, status, state, mark }: UiOptions): Ui {
  let words = wordsIn(language);
  let screen: Screen | undefined;
  let lastState = "";
  let drawing = renderer;
  let lastInputMs = system.scheduler.now();
  let waiting: ((input: Input) => void) | undefined;
  let onCancel: (() => void) | undefined;
  const lit = { send: false, receive: false, error: false };

  const draw = () => {
    if (screen === undefined) return;
    const bar = { ...status(), sending: lit.send, receiving: lit.receive };
    drawing?.draw(screen, bar);
    devices.debug?.send({ kind: "screen", screen, status: bar, lines: screenLines(screen), hints: hintLines(screen), leds: lit });
    const line = JSON.stringify(state());
    if (line === lastState) return;
    lastState = line;
    devices.debug?.send({ kind: "state", ...state() });
  };

  const plug = () => {
    const { keypad, printer } = devices;
    if (keypad !== undefined) {
      keypad.onKey = (key) => {
        lastInputMs = system.scheduler.now();
        devices.beeper?.sound("key");
        if (key === "cancel" && onCancel !== undefined) return onCancel();
        waiting?.({ input: "key", key });
      };
      keypad.onError = (error) => system.log.error("keypad", error);
    }
    if (printer !== undefined) printer.onStatus = () => draw();
  };
  plug();

  const disarm = () => devices.msr?.disarm();

  return {
    get words() {
      return words;
    },
    say: (key, values) => words.say(key, values),
    setLanguage(next) {
      words = wordsIn(next);
    },
    show(id, current) {
      const make = screens[id] as (state: unknown, words: Words) => Screen;
      const made = make(current, words);
      const before = id === "idle" ? undefined : mark?.();
      screen = before === undefined ? made : { ...made, title: `${before} · ${made.title}` };
      draw();
    },
    plug(renderer) {
      drawing = renderer ?? drawing;
      plug();
      draw();
    },
    get lastInputMs() {
      return lastInputMs;
    },
    refresh: draw,
    wait({ card = false, slot = false, timeoutMs, patience = "person", cancel } = {}) {
      return new Promise<Input>((resolve, reject) => {
        const finish = (act: () => void) => {
          timer?.stop();
          release?.();
          inserted.cancel("over");
          waiting = undefined;
          if (card) disarm();
          act();
        };
        const timer =
          timeoutMs === undefined
            ? undefined
            : system.scheduler.after(timeoutMs, patience, () => finish(() => resolve({ input: "timeout" })));
        const inserted = new CancelSource();
        const release = cancel?.onCancel((reason) => finish(() => reject(reason)));
        if (cancel?.cancelled) return;
        waiting = (input) => finish(() => resolve(input));
        if (card) {
          devices.msr?.arm((swipe) => {
            lastInputMs = system.scheduler.now();
            devices.beeper?.sound("card");
            waiting?.({ input: "swipe", swipe });
          });
        }
        if (slot) {
          const here = () => {
            if (inserted.token.cancelled) return;
            lastInputMs = system.scheduler.now();
            devices.beeper?.sound("card");
            waiting?.({ input: "insert" });
          };
          devices.icc?.waitPresent(inserted.token).then(here, () => undefined);
        }
      });
    },
    onCancelKey(callback) {
      onCancel = callback;
      return () => {
        onCancel = undefined;
      };
    },
    light(light, on) {
      if (lit[light] === on) return;
      lit[light] = on;
      devices.lights?.set(light, on);
      draw();
    },
    good: () => devices.beeper?.sound("good"),
    bad: () => devices.beeper?.sound("bad"),
    attention: () => devices.beeper?.sound("attention"),
  };
}

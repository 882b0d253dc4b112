/**
 * The people's side: what stands on the screen, and the next thing somebody does. One wait at a time; what nobody waits for is dropped, so a
 * key mashed during printing buys nothing later.
 */
import { armCardSlots } from "../../hal/card-slots.ts";
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
import { createFieldLights, type FieldState } from "./field-lights.ts";

export type Input =
  | { input: "key"; key: Key }
  | { input: "swipe"; swipe: Swipe }
  /** There is a card in the slot. */
  | { input: "insert" }
  /** Something is in the field. */
  | { input: "tap" }
  /** Nobody did anything for the time asked for. */
  | { input: "timeout" };

export interface WaitOptions {
  /** Also wait for a swipe. */
  card?: boolean;
  /** Also wait for a card in the slot. All that is waited for is armed together; the first wins, the others are disarmed. */
  slot?: boolean;
  /**
   * Also wait for a card in the field. noticed: it is only a wish to pay, and the field goes off again · read: the field stays on for whoever reads the
   * card · afresh: the same, once what is there now has left.
   */
  field?: "noticed" | "read" | "afresh" | undefined;
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
  /** The lights of the contactless reader, and its tone when a card has been read. */
  field(state: FieldState): void;
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
    const now = state();
    const line = JSON.stringify(now);
    if (line === lastState) return;
    lastState = line;
    devices.debug?.send({ kind: "state", ...now });
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

  const fieldLights = createFieldLights(system, devices);

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
    wait({ card = false, slot = false, field, timeoutMs, patience = "person", cancel } = {}) {
      return new Promise<Input>((resolve, reject) => {
        let disarm = (): void => undefined;
        const finish = (act: () => void) => {
          timer?.stop();
          release?.();
          disarm();
          waiting = undefined;
          act();
        };
        const timer =
          timeoutMs === undefined
            ? undefined
            : system.scheduler.after(timeoutMs, patience, () => finish(() => resolve({ input: "timeout" })));
        const release = cancel?.onCancel((reason) => finish(() => reject(reason)));
        if (cancel?.cancelled) return;
        waiting = (input) => finish(() => resolve(input));
        fieldLights.waiting(field !== undefined);
        const slots = {
          msr: card ? devices.msr : undefined,
          icc: slot ? devices.icc : undefined,
          picc: field === undefined ? undefined : devices.picc,
          afresh: field === "afresh",
        };
        disarm = armCardSlots(system, slots, (presented) => {
          lastInputMs = system.scheduler.now();
          if (presented.by === "field") {
            if (field === "noticed") void devices.picc?.remove();
            waiting?.({ input: "tap" });
            return;
          }
          if (field !== undefined) fieldLights.show("idle");
          devices.beeper?.sound("card");
          waiting?.(presented.by === "stripe" ? { input: "swipe", swipe: presented.swipe } : { input: "insert" });
        });
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
    field: (state) => fieldLights.show(state),
    good: () => devices.beeper?.sound("good"),
    bad: () => devices.beeper?.sound("bad"),
    attention: () => devices.beeper?.sound("attention"),
  };
}

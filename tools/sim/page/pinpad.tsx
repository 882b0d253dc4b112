/** The PIN pad: a second object, with a display and keys of its own. */
import { pinpadKey } from "./actions.ts";
import type { PinPad } from "./client.ts";
import { type Language, say } from "./words.ts";

const KEYS: [key: string, face: string, kind?: string][] = [
  ["1", "1"],
  ["2", "2"],
  ["3", "3"],
  ["cancel", "✕", "red"],
  ["4", "4"],
  ["5", "5"],
  ["6", "6"],
  ["clear", "◁", "yellow"],
  ["7", "7"],
  ["8", "8"],
  ["9", "9"],
  ["enter", "◯", "green tall"],
  ["", ""],
  ["0", "0"],
  ["", ""],
];

export function PinPadView({ pad, language, down }: { pad: PinPad | undefined; language: Language; down: string | undefined }) {
  const asking = pad?.asking ?? false;
  const lines = pad?.screen.lines ?? [];
  return (
    <section class={`pinpad ${asking ? "asking" : ""}`} data-testid="pinpad">
      <header>{say(language, "pinpad")}</header>
      <div class="pinpad-glass">
        {lines.map((line, i) => (
          <p key={i}>{line}</p>
        ))}
      </div>
      <div class="pinpad-keys">
        {KEYS.map(([key, face, kind], i) =>
          key === "" ? (
            <span key={`gap${i}`} />
          ) : (
            <button
              key={key}
              type="button"
              tabIndex={-1}
              data-pin-key={key}
              disabled={!asking}
              class={`key ${kind ?? ""} ${down === key ? "down" : ""}`}
              onPointerDown={(event) => {
                event.preventDefault();
                void pinpadKey(key);
              }}
            >
              <b>{face}</b>
            </button>
          ),
        )}
      </div>
      <div class="cord" />
    </section>
  );
}

/** The terminal as an object: paper, lamps, LCD, keypad, slots. */
import { useEffect, useRef } from "preact/hooks";
import { power, press, tear } from "./actions.ts";
import { type Card, events, type Readers, type Slip, type State } from "./client.ts";
import { ChipSlot, StripeSlot } from "./readers.tsx";
import { type Language, say } from "./words.ts";

const KEYS: [key: string, face: string, small: string, kind?: string][] = [
  ["1", "1", ""],
  ["2", "2", "ABC"],
  ["3", "3", "DEF"],
  ["cancel", "✕", "取消 CANCEL", "red"],
  ["4", "4", "GHI"],
  ["5", "5", "JKL"],
  ["6", "6", "MNO"],
  ["clear", "◁", "清除 CLEAR", "yellow"],
  ["7", "7", "PQRS"],
  ["8", "8", "TUV"],
  ["9", "9", "WXYZ"],
  ["menu", "☰", "菜单 MENU", "grey"],
  ["00", "00", ""],
  ["0", "0", ""],
  ["alpha", "#", "字母 ALPHA"],
  ["enter", "◯", "确认 ENTER", "green tall"],
  ["up", "▲", "", "grey"],
  ["down", "▼", "", "grey"],
  ["func", "F", "功能 FUNC", "grey"],
];

function Lcd({ lit }: { lit: boolean }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(
    () =>
      events.onPixels((x, y, w, h, pixels) => {
        const target = canvas.current;
        if (target === null || w === 0 || h === 0) return;
        if (x === 0 && y === 0 && (w > target.width || h > target.height)) {
          target.width = w;
          target.height = h;
        }
        const image = new ImageData(w, h);
        for (let i = 0; i < pixels.length; i++) {
          const pixel = pixels[i]!;
          image.data[i * 4] = (pixel >> 11) * 8.2258;
          image.data[i * 4 + 1] = ((pixel >> 5) & 0x3f) * 4.0476;
          image.data[i * 4 + 2] = (pixel & 0x1f) * 8.2258;
          image.data[i * 4 + 3] = 255;
        }
        target.getContext("2d")?.putImageData(image, x, y);
      }),
    [],
  );
  return <canvas ref={canvas} class={`lcd ${lit ? "" : "dark"}`} width={320} height={240} data-testid="lcd" />;
}

function Lamp({ on, colour, label }: { on: boolean; colour: string; label: string }) {
  return (
    <span class={`lamp ${on ? "on" : ""} ${colour}`}>
      <i />
      {label}
    </span>
  );
}

function Keypad({ down }: { down: string | undefined }) {
  return (
    <div class="keypad">
      {KEYS.map(([key, face, small, kind]) => (
        <button
          key={key}
          type="button"
          tabIndex={-1}
          data-key={key}
          class={`key ${kind ?? ""} ${down === key ? "down" : ""}`}
          onPointerDown={(event) => {
            event.preventDefault();
            void press(key);
          }}
        >
          <b>{face}</b>
          {small !== "" && <small>{small}</small>}
        </button>
      ))}
    </div>
  );
}

function Paper({ slips, language, onOpen }: { slips: Slip[]; language: Language; onOpen(): void }) {
  const length = slips.reduce((sum, slip) => sum + slip.text.length, 0);
  return (
    <div class={`paper-way ${length === 0 ? "empty" : ""}`}>
      {length > 0 && (
        <>
          <button type="button" class="paper" onClick={onOpen} title={say(language, "paper")}>
            <img src={`/api/v1/paper.png?v=${length}-${slips.length}-${slips.at(-1)?.n}`} alt={say(language, "paper")} />
          </button>
          <button type="button" class="tear" onClick={() => void tear()}>
            ✂ {say(language, "tear")}
          </button>
        </>
      )}
    </div>
  );
}

export function Terminal(props: {
  state: State | undefined;
  slips: Slip[];
  down: string | undefined;
  cards: Card[];
  readers: Readers | undefined;
  dragged: Card | undefined;
  language: Language;
  onPaper(): void;
}) {
  const { state, slips, down, cards, readers, dragged, language, onPaper } = props;
  const on = state?.power === "on";
  return (
    <section class="terminal-place">
      <Paper slips={slips} language={language} onOpen={onPaper} />
      <div class="terminal">
        <div class="mouth" />
        <div class="face">
          <div class="brow">
            <span class="brand">
              TAEL <em>两</em>
            </span>
            <span class="lamps">
              <Lamp on={state?.leds.send ?? false} colour="blue" label={say(language, "send")} />
              <Lamp on={state?.leds.receive ?? false} colour="green" label={say(language, "receive")} />
              <Lamp on={state?.leds.error ?? false} colour="red" label={say(language, "error")} />
            </span>
            <button
              type="button"
              class={`power ${on ? "on" : ""}`}
              title={say(language, on ? "cut" : "on")}
              onClick={() => void power(on ? "cut" : "on")}
              data-testid="power"
            >
              <svg viewBox="0 0 16 16" width="15" height="15" aria-hidden="true">
                <path
                  d="M8 1.5v6M4.6 3.6a5.5 5.5 0 1 0 6.8 0"
                  fill="none"
                  stroke="currentColor"
                  stroke-width="1.7"
                  stroke-linecap="round"
                />
              </svg>
            </button>
          </div>
          <div class="glass">
            <Lcd lit={on} />
          </div>
          <Keypad down={down} />
        </div>
        <StripeSlot cards={cards} dragged={dragged} language={language} />
        <ChipSlot cards={cards} readers={readers} dragged={dragged} language={language} />
      </div>
    </section>
  );
}

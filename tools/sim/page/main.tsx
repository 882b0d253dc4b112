/** The page: the terminal as an object one can touch, and the panels beside it. A client of the automation API, nothing more. */
import { render } from "preact";
import { useEffect, useState } from "preact/hooks";
import { onRefusal, pinpadKey, press } from "./actions.ts";
import { CheckLamp } from "./check.tsx";
import { ChipPanel } from "./chip.tsx";
import { call, type Card, events, type PinPad, type Readers, type State } from "./client.ts";
import { Messages, useMessages } from "./messages.tsx";
import { AcquirerPanel, DeskTime, Faults, Log, TimePanel, Wires } from "./panels.tsx";
import { PaperDialog, usePaper } from "./paper.tsx";
import { PinPadView } from "./pinpad.tsx";
import { Field } from "./readers.tsx";
import { recorder } from "./recorder.ts";
import { Terminal } from "./terminal.tsx";
import { Tray } from "./tray.tsx";
import { type Language, say, type Word } from "./words.ts";

const KEY_OF: Record<string, string> = {
  Enter: "enter",
  Escape: "cancel",
  Backspace: "clear",
  Delete: "clear",
  ArrowUp: "up",
  ArrowDown: "down",
  m: "menu",
  M: "menu",
  f: "func",
  F: "func",
  "#": "alpha",
  "*": "00",
};
const PANELS: [name: string, word: Word][] = [
  ["messages", "messages"],
  ["chip", "chip"],
  ["acquirer", "acquirer"],
  ["faults", "faults"],
  ["wires", "wires"],
  ["time", "time"],
  ["log", "log"],
];
const KEY_SHOWN_MS = 120;
const REFUSAL_SHOWN_MS = 4000;

function startLanguage(): Language {
  const kept = localStorage.getItem("tael.language");
  if (kept === "zh" || kept === "en") return kept;
  return navigator.language.startsWith("zh") ? "zh" : "en";
}

/** The computer's keyboard types on the PIN pad while it asks, else on the terminal. */
function useKeyboard(asking: boolean): string | undefined {
  const [down, setDown] = useState<string>();
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const typed = (event: KeyboardEvent): void => {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      if (event.target instanceof HTMLElement && event.target.closest("input, textarea, select") !== null) return;
      const key = /^\d$/.test(event.key) ? event.key : KEY_OF[event.key];
      if (key === undefined) return;
      event.preventDefault();
      if (event.repeat) return;
      if (!asking) void press(key);
      else if (/^\d$|^(enter|cancel|clear)$/.test(key)) void pinpadKey(key);
      setDown(key);
      clearTimeout(timer);
      timer = setTimeout(() => setDown(undefined), KEY_SHOWN_MS);
    };
    addEventListener("keydown", typed);
    return () => removeEventListener("keydown", typed);
  }, [asking]);
  return down;
}

let audio: AudioContext | undefined;
function beep(hz: number, ms: number, volume: number): void {
  if (hz === 0 || volume === 0) return;
  audio ??= new AudioContext();
  const tone = audio.createOscillator();
  const level = audio.createGain();
  tone.frequency.value = hz;
  level.gain.value = (volume / 100) * 0.06;
  tone.connect(level).connect(audio.destination);
  tone.start();
  tone.stop(audio.currentTime + ms / 1000);
}

function Recorded({ text, language, onClose }: { text: string; language: Language; onClose(): void }) {
  return (
    <div class="veil">
      <div class="dialog">
        <h3>{say(language, "recorded")}</h3>
        <textarea value={text} readOnly rows={18} data-testid="recorded" />
        <div class="dialog-foot">
          <a class="plain" download="recorded.yaml" href={`data:text/yaml;charset=utf-8,${encodeURIComponent(text)}`}>
            {say(language, "download")}
          </a>
          <button type="button" class="plain" onClick={() => void navigator.clipboard.writeText(text)}>
            {say(language, "copy")}
          </button>
          <button type="button" class="plain" onClick={onClose}>
            {say(language, "close")}
          </button>
        </div>
      </div>
    </div>
  );
}

function App() {
  const [language, setLanguage] = useState<Language>(startLanguage);
  const [state, setState] = useState<State>();
  const [pad, setPad] = useState<PinPad>();
  const [cards, setCards] = useState<Card[]>([]);
  const [readers, setReaders] = useState<Readers>();
  const [dragged, setDragged] = useState<Card>();
  const [panel, setPanel] = useState("messages");
  const [up, setUp] = useState(true);
  const [sound, setSound] = useState(false);
  const [refusal, setRefusal] = useState("");
  const [recording, setRecording] = useState(false);
  const [recorded, setRecorded] = useState("");
  const [paperOpen, setPaperOpen] = useState(false);
  const { slips, torn } = usePaper();
  const messages = useMessages();
  const down = useKeyboard(pad?.asking ?? false);

  useEffect(() => {
    events.onLine = setUp;
    recorder.onChange = () => setRecording(recorder.running);
    let timer: ReturnType<typeof setTimeout> | undefined;
    onRefusal((words) => {
      setRefusal(words);
      clearTimeout(timer);
      timer = setTimeout(() => setRefusal(""), REFUSAL_SHOWN_MS);
    });
    void call<Card[]>("GET", "/cards").then(setCards);
    const leave = events.on((event) => {
      if (event.type === "state") {
        setState(event.state);
        if (event.state.settled) recorder.settledAt(event.state.screen.id);
      } else if (event.type === "pinpad") setPad(event.pinpad);
      else if (event.type === "readers") setReaders(event.readers);
    });
    events.start();
    return leave;
  }, []);
  useEffect(
    () =>
      events.on((event) => {
        if (sound && event.type === "sound") beep(event.hz, event.ms, event.volume);
      }),
    [sound],
  );
  useEffect(() => {
    document.documentElement.lang = language === "zh" ? "zh-CN" : "en";
    localStorage.setItem("tael.language", language);
  }, [language]);

  return (
    <div class="desk" data-screen={state?.screen.id}>
      <header class="top">
        <h1>
          {say(language, "title")} <small>{say(language, "tagline")}</small>
        </h1>
        <span class="facts">
          <DeskTime state={state} />
          <span>
            {say(language, "batch")} <b>{state?.batch || "—"}</b>
          </span>
          <span>
            {say(language, "trace")} <b>{state?.trace || "—"}</b>
          </span>
          <span class={`settled ${state?.settled ? "yes" : ""}`}>{say(language, state?.settled ? "settled" : "busy")}</span>
        </span>
        <CheckLamp state={state} language={language} />
        <button
          type="button"
          class={`plain record ${recording ? "on" : ""}`}
          data-testid="record"
          onClick={() => (recording ? setRecorded(recorder.stop()) : recorder.start(state?.screen.id ?? ""))}
        >
          ● {say(language, recording ? "stop" : "record")}
        </button>
        <button
          type="button"
          class={`plain ${sound ? "on" : ""}`}
          title={say(language, "sound")}
          onClick={() => setSound(!sound)}
        >
          {sound ? "♪" : "♪̸"}
        </button>
        <button type="button" class="plain" data-testid="language" onClick={() => setLanguage(language === "zh" ? "en" : "zh")}>
          {language === "zh" ? "English" : "中文"}
        </button>
      </header>
      <main>
        <div class="stage">
          <Terminal
            state={state}
            slips={slips}
            down={pad?.asking ? undefined : down}
            cards={cards}
            readers={readers}
            dragged={dragged}
            language={language}
            onPaper={() => setPaperOpen(true)}
          />
          <div class="beside">
            <PinPadView pad={pad} language={language} down={pad?.asking ? down : undefined} />
            <Field cards={cards} readers={readers} dragged={dragged} language={language} />
            <p class="keyboard-hint">{say(language, pad?.asking ? "keyboardPin" : "keyboardHint")}</p>
            <Tray cards={cards} readers={readers} language={language} onDragged={setDragged} />
          </div>
        </div>
        <aside class="panels">
          <nav>
            {PANELS.map(([name, word]) => (
              <button
                key={name}
                type="button"
                data-panel={name}
                class={panel === name ? "on" : ""}
                onClick={() => setPanel(name)}
              >
                {say(language, word)}
              </button>
            ))}
          </nav>
          {panel === "messages" && <Messages messages={messages} language={language} />}
          {panel === "chip" && <ChipPanel cards={cards} readers={readers} language={language} />}
          {panel === "acquirer" && <AcquirerPanel language={language} />}
          {panel === "faults" && <Faults language={language} />}
          {panel === "wires" && <Wires language={language} />}
          {panel === "time" && <TimePanel state={state} language={language} />}
          {panel === "log" && <Log language={language} />}
        </aside>
      </main>
      {!up && <div class="toast">{say(language, "lost")}</div>}
      {refusal !== "" && <div class="toast">{refusal}</div>}
      {recorded !== "" && <Recorded text={recorded} language={language} onClose={() => setRecorded("")} />}
      {paperOpen && <PaperDialog slips={slips} torn={torn} language={language} onClose={() => setPaperOpen(false)} />}
    </div>
  );
}

render(<App />, document.getElementById("root")!);

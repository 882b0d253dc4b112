/** The host wire, message by message; a click opens the fields. */
import { useEffect, useState } from "preact/hooks";
import { fields as specs } from "../../acquirer/fields.ts";
import { call, clockPart, events, type Message, yuan } from "./client.ts";
import { type Language, MTI_NAMES, say } from "./words.ts";

function nameOf(mti: string, language: Language): string {
  return MTI_NAMES[mti]?.[language === "zh" ? 0 : 1] ?? "";
}

/** The list grows by what is new; a new desk begins again. */
export function useMessages(): Message[] {
  const [messages, setMessages] = useState<Message[]>([]);
  useEffect(() => {
    let wanted = false;
    let running = false;
    let last = 0;
    const fetchNew = async (): Promise<void> => {
      wanted = true;
      if (running) return;
      running = true;
      while (wanted) {
        wanted = false;
        const found = await call<Message[]>("GET", `/messages?after=${last}`).catch(() => []);
        last = found.at(-1)?.n ?? last;
        if (found.length > 0) setMessages((known) => [...known, ...found].slice(-500));
      }
      running = false;
    };
    void fetchNew();
    return events.on((event) => {
      if (event.type === "wire" && event.entry.device === "host") void fetchNew();
    });
  }, []);
  return messages;
}

function Detail({ message, language }: { message: Message; language: Language }) {
  const [clear, setClear] = useState(false);
  const [opened, setOpened] = useState<Message>();
  useEffect(() => {
    setOpened(undefined);
    if (!clear) return;
    void call<Message[]>("GET", `/messages?clear=1&after=${message.n - 1}`).then((found) => setOpened(found[0]));
  }, [clear, message.n]);
  const shown = clear && opened?.n === message.n ? opened : message;
  return (
    <div class="detail">
      <div class="detail-head">
        <b>{message.mti || "????"}</b> {nameOf(message.mti, language)}
        <span class={`mac ${message.mac}`}>MAC {message.mac}</span>
        <label>
          <input type="checkbox" checked={clear} onChange={(event) => setClear(event.currentTarget.checked)} />{" "}
          {say(language, "showClear")}
        </label>
      </div>
      {message.problem !== undefined && (
        <p class="problem">
          {say(language, "problem")}: {message.problem}
        </p>
      )}
      <table class="fields">
        <tbody>
          <tr>
            <td>TPDU</td>
            <td />
            <td class="mono">{shown.tpdu}</td>
          </tr>
          <tr>
            <td>HDR</td>
            <td />
            <td class="mono">{shown.header}</td>
          </tr>
          {Object.entries(shown.fields).map(([number, value]) => {
            const spec = specs.get(Number(number));
            return (
              <tr key={number}>
                <td>{number}</td>
                <td>{language === "zh" ? spec?.zh : spec?.name}</td>
                <td class="mono">{value}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
      {shown.hex !== undefined && (
        <>
          <h4>{say(language, "bytes")}</h4>
          <pre class="hex">{shown.hex.replace(/(..)/g, "$1 ").replace(/((?:.. ){16})/g, "$1\n")}</pre>
        </>
      )}
    </div>
  );
}

export function Messages({ messages, language }: { messages: Message[]; language: Language }) {
  const [picked, setPicked] = useState<number>();
  const message = messages.find(({ n }) => n === picked);
  return (
    <div class="split">
      <div class="list" data-testid="messages">
        {messages.length === 0 && <p class="nothing">{say(language, "noMessages")}</p>}
        {[...messages].reverse().map((each) => (
          <button
            key={each.n}
            type="button"
            class={`row ${each.n === picked ? "picked" : ""}`}
            onClick={() => setPicked(each.n === picked ? undefined : each.n)}
          >
            <span class={`dir ${each.dir}`}>{each.dir === "out" ? "→" : "←"}</span>
            <span class="time">{clockPart(each.at)}</span>
            <b>{each.mti || "????"}</b>
            <span class="what">{nameOf(each.mti, language)}</span>
            <span class="num">{each.fields[4] === undefined ? "" : yuan(Number(each.fields[4]))}</span>
            <span class={`code ${each.fields[39] === "00" ? "good" : ""}`}>{each.dir === "in" ? each.fields[39] : ""}</span>
            <span class={`mac ${each.mac}`}>{each.mac === "none" ? "" : each.mac}</span>
          </button>
        ))}
      </div>
      {message !== undefined && <Detail message={message} language={language} />}
    </div>
  );
}

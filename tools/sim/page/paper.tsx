/** What hangs from the printer, and what was torn off. */
import { useEffect, useState } from "preact/hooks";
import { call, events, type Slip } from "./client.ts";
import { type Language, say } from "./words.ts";

export function usePaper(): { slips: Slip[]; torn: Slip[] } {
  const [slips, setSlips] = useState<Slip[]>([]);
  const [torn, setTorn] = useState<Slip[]>([]);
  useEffect(() => {
    let last: Slip[] = [];
    let wanted = false;
    let running = false;
    const get = async (): Promise<void> => {
      wanted = true;
      if (running) return;
      running = true;
      while (wanted) {
        wanted = false;
        const found = await call<Slip[]>("GET", "/paper").catch(() => last);
        if (found.length === 0 && last.length > 0) {
          const gone = last;
          setTorn((known) => [...gone, ...known].slice(0, 12));
        }
        last = found;
        setSlips(found);
      }
      running = false;
    };
    void get();
    return events.on((event) => {
      if (event.type === "paper") void get();
    });
  }, []);
  return { slips, torn };
}

export function PaperDialog(props: { slips: Slip[]; torn: Slip[]; language: Language; onClose(): void }) {
  const { slips, torn, language, onClose } = props;
  return (
    <div class="veil" onClick={onClose}>
      <div class="dialog wide" onClick={(event) => event.stopPropagation()}>
        <h3>{say(language, "paper")}</h3>
        <div class="slips">
          {slips.map((slip) => (
            <img key={slip.n} src={`/api/v1/paper.png?n=${slip.n}&v=${slip.text.length}`} alt={slip.text.join("\n")} />
          ))}
          {torn.map((slip, i) => (
            <pre key={`torn${i}`} class="torn-slip">
              {slip.text.join("\n")}
            </pre>
          ))}
          {slips.length + torn.length === 0 && <p class="nothing">{say(language, "noPaper")}</p>}
        </div>
        <div class="dialog-foot">
          <button type="button" class="plain" onClick={onClose}>
            {say(language, "close")}
          </button>
        </div>
      </div>
    </div>
  );
}

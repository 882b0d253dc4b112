/** What is on a chip, and what the readers do with it. */
import { useEffect, useState } from "preact/hooks";
import { hasChip, shownPan } from "./card.tsx";
import { type Card, type Chip, type Readers, yuan } from "./client.ts";
import { useFresh } from "./fresh.ts";
import { type Language, say } from "./words.ts";

function slotWords(reader: Readers["icc"] | undefined, language: Language): string {
  if (!reader) return "—";
  if (!reader.plugged) return say(language, "unplugged");
  if (reader.card === null) return say(language, "slotEmpty");
  return reader.powered ? say(language, "slotOn", { protocol: reader.protocol ?? "" }) : say(language, "slotOff");
}

function fieldWords(reader: Readers["picc"] | undefined, language: Language): string {
  if (!reader) return "—";
  if (!reader.plugged) return say(language, "unplugged");
  if (reader.active) return say(language, "fieldActive");
  if (reader.card !== null) return say(language, "fieldCard");
  return say(language, reader.field ? "fieldOn" : "fieldOff");
}

/** "4A554C" → "4A 55 4C". */
const spaced = (hex: string): string => hex.replace(/(..)(?=.)/g, "$1 ");
/** "260105" "093000" → "2026-01-05 09:30:00"; what the card keeps otherwise stays. */
const when = (date: string, time: string): string =>
  /^\d{6}$/.test(date) && /^\d{6}$/.test(time)
    ? `20${date.replace(/(..)(..)(..)/, "$1-$2-$3")} ${time.replace(/(..)(..)(..)/, "$1:$2:$3")}`
    : `${date} ${time}`;

function Application({ one, language }: { one: Chip["applications"][number]; language: Language }) {
  return (
    <fieldset>
      <legend>
        {one.label} {one.blocked && <span class="tag declined">{say(language, "applicationBlocked")}</span>}
      </legend>
      <table class="chip-facts">
        <tbody>
          <tr>
            <td>AID</td>
            <td class="mono">{spaced(one.aid)}</td>
          </tr>
          <tr>
            <td>{say(language, "atc")}</td>
            <td class="mono" data-atc={one.atc}>
              {one.atc}
            </td>
          </tr>
          <tr>
            <td>{say(language, "pinTries")}</td>
            <td class="mono">{one.pinTriesLeft}</td>
          </tr>
          {one.balanceFen !== undefined && (
            <tr>
              <td>{say(language, "purse")}</td>
              <td class="purse">{yuan(one.balanceFen)}</td>
            </tr>
          )}
        </tbody>
      </table>
      {one.log.length > 0 && (
        <>
          <h4>{say(language, "chipLog")}</h4>
          <table class="ledger">
            <tbody>
              {one.log.map((entry, i) => (
                <tr key={i}>
                  <td class="time">{when(entry.date, entry.time)}</td>
                  <td class="mono">{entry.type}</td>
                  <td class="mono">ATC {entry.atc}</td>
                  <td class="num">{yuan(entry.amountFen)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </>
      )}
    </fieldset>
  );
}

function ChipFacts({ id, language }: { id: string; language: Language }) {
  const chip = useFresh<Chip>(
    `/chip?card=${encodeURIComponent(id)}`,
    (event) => event.type === "readers" || (event.type === "state" && event.state.settled),
  );
  if (chip === undefined) return null;
  return (
    <>
      <table class="chip-facts">
        <tbody>
          {chip.contact !== undefined && (
            <tr>
              <td>{say(language, "atr")}</td>
              <td>
                <span class="mono">{chip.contact.atr === null ? say(language, "atrNone") : spaced(chip.contact.atr)}</span>{" "}
                <span class="tag">{chip.contact.protocol}</span>
              </td>
            </tr>
          )}
          {chip.uids.length > 0 && (
            <tr>
              <td>{say(language, "uid")}</td>
              <td class="mono">{chip.uids.map(spaced).join(" · ")}</td>
            </tr>
          )}
        </tbody>
      </table>
      {chip.blocked && <p class="problem">{say(language, "cardBlocked")}</p>}
      {chip.applications.map((one) => (
        <Application key={one.aid} one={one} language={language} />
      ))}
    </>
  );
}

/** Follows the card in a reader; another can be chosen. */
export function ChipPanel(props: { cards: Card[]; readers: Readers | undefined; language: Language }) {
  const { cards, readers, language } = props;
  const held = readers?.icc?.card ?? readers?.picc?.card ?? "";
  const [chosen, setChosen] = useState(held);
  useEffect(() => {
    if (held !== "") setChosen(held);
  }, [held]);
  const card = cards.find(({ id }) => id === chosen);
  return (
    <div class="panel-body scroll chip-panel" data-testid="chip">
      <h3>{say(language, "readers")}</h3>
      <table class="chip-facts">
        <tbody>
          <tr>
            <td>{say(language, "insertHere")}</td>
            <td>{slotWords(readers?.icc, language)}</td>
          </tr>
          <tr>
            <td>{say(language, "tapHere")}</td>
            <td>{fieldWords(readers?.picc, language)}</td>
          </tr>
        </tbody>
      </table>
      <h3>{say(language, "chip")}</h3>
      <select value={chosen} onChange={(event) => setChosen(event.currentTarget.value)}>
        <option value="">—</option>
        {cards.filter(hasChip).map(({ id, labels, pan }) => (
          <option key={id} value={id}>
            {labels[language]} · {shownPan(pan)}
          </option>
        ))}
      </select>
      {card === undefined ? (
        <p class="nothing">{say(language, "noChip")}</p>
      ) : (
        <ChipFacts key={card.id} id={card.id} language={language} />
      )}
    </div>
  );
}

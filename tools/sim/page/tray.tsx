/** The tray: cards to click or to drag onto the slot. */
import { useState } from "preact/hooks";
import { swipe, swipeTrack2 } from "./actions.ts";
import type { Card } from "./client.ts";
import { type Language, say } from "./words.ts";

/** Neighbours in the tray get colours far apart. */
const hue = (index: number): number => (205 + index * 137.5) % 360;

const shown = (pan: string): string => `${pan.slice(0, 4)} ·· ${pan.slice(-4)}`;

export function Tray({ cards, language }: { cards: Card[]; language: Language }) {
  const [track2, setTrack2] = useState("");
  return (
    <section class="tray">
      <header>
        {say(language, "tray")} <small>{say(language, "trayHint")}</small>
        <form
          onSubmit={(event) => {
            event.preventDefault();
            if (track2 !== "") void swipeTrack2(track2);
          }}
        >
          <input
            value={track2}
            placeholder={`${say(language, "track2")}…`}
            title={say(language, "free_tracks")}
            onInput={(event) => setTrack2(event.currentTarget.value)}
          />
        </form>
      </header>
      <div class="cards">
        {cards.map((card, i) => (
          <button
            key={card.id}
            type="button"
            class="card"
            style={{ "--hue": hue(i) }}
            draggable
            data-card={card.id}
            title={`${card.id} · ${card.labels[language]}`}
            onDragStart={(event) => event.dataTransfer?.setData("text/plain", card.id)}
            onClick={(event) => {
              event.currentTarget.blur();
              void swipe(card.id);
            }}
          >
            <span class="card-label">{card.labels[language]}</span>
            <span class="card-pan">{shown(card.pan)}</span>
            <span class="card-holder">{card.holder}</span>
          </button>
        ))}
      </div>
    </section>
  );
}

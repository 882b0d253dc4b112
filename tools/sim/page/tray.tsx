/** The tray: cards to click or to drag to a reader. A click does what a cashier would do first with such a card; the small buttons do the rest. */
import { useState } from "preact/hooks";
import { insert, swipe, swipeTrack2, takeOut, tap } from "./actions.ts";
import { CardFace, hasChip, hueAt } from "./card.tsx";
import type { Card, CardSide, Readers } from "./client.ts";
import { drag, useDrop } from "./drop.ts";
import { type Language, say, type Word } from "./words.ts";

const WAYS: readonly { side: CardSide; word: Word; act: (card: string) => Promise<void> }[] = [
  { side: "contact", word: "insertHere", act: insert },
  { side: "stripe", word: "swipeHere", act: swipe },
  { side: "contactless", word: "tapHere", act: tap },
];

const SHOWN: readonly { word: Word; shows: (card: Card) => boolean }[] = [
  { word: "allCards", shows: () => true },
  { word: "stripeCards", shows: (card) => !hasChip(card) },
  { word: "chipCards", shows: hasChip },
];

function TrayCard(props: {
  card: Card;
  hue: number;
  readers: Readers | undefined;
  language: Language;
  onDragged(card: Card | undefined): void;
}) {
  const { card, hue, readers, language, onDragged } = props;
  const ways = WAYS.filter(({ side }) => card.kind.includes(side));
  const inSlot = readers?.icc?.card === card.id;
  const away = inSlot || readers?.picc?.card === card.id;
  return (
    <div class={`card-place ${away ? "away" : ""}`}>
      <button
        type="button"
        class={`card ${hasChip(card) ? "" : "striped"}`}
        style={{ "--hue": hue }}
        draggable={!away}
        data-card={card.id}
        title={`${card.id} · ${card.labels[language]}${away ? ` · ${say(language, "inReader")}` : ""}`}
        onDragStart={(event) => {
          drag(card.id)(event);
          onDragged(card);
        }}
        onDragEnd={() => onDragged(undefined)}
        onClick={(event) => {
          event.currentTarget.blur();
          if (inSlot) void takeOut();
          else if (!away) void ways[0]?.act(card.id);
        }}
      >
        <CardFace card={card} language={language} />
      </button>
      {ways.length > 1 && !away && (
        <div class="ways">
          {ways.map(({ side, word, act }) => (
            <button key={side} type="button" data-way={`${side}/${card.id}`} onClick={() => void act(card.id)}>
              {say(language, word)}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}

export function Tray(props: {
  cards: Card[];
  readers: Readers | undefined;
  language: Language;
  onDragged(card: Card | undefined): void;
}) {
  const { cards, readers, language, onDragged } = props;
  const [track2, setTrack2] = useState("");
  const [shown, setShown] = useState<Word>("allCards");
  const shows = SHOWN.find(({ word }) => word === shown)?.shows ?? (() => true);
  const back = useDrop((id) => {
    if (id === readers?.icc?.card) void takeOut();
  });
  return (
    <section class="tray" data-testid="tray" {...back.props}>
      <header title={say(language, "trayHint")}>
        {say(language, "tray")}
        <div class="segmented">
          {SHOWN.map(({ word }) => (
            <button key={word} type="button" class={word === shown ? "on" : ""} data-cards={word} onClick={() => setShown(word)}>
              {say(language, word)}
            </button>
          ))}
        </div>
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
        {cards.map(
          (card, i) =>
            shows(card) && (
              <TrayCard key={card.id} card={card} hue={hueAt(i)} readers={readers} language={language} onDragged={onDragged} />
            ),
        )}
      </div>
    </section>
  );
}

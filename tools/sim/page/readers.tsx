/** Where cards go: the stripe's slot, the chip's slot, the contactless field. */
import { useState } from "preact/hooks";
import { insert, refuse, swipe, takeOut, tap } from "./actions.ts";
import { CardFace, hueOf, Waves } from "./card.tsx";
import type { Card, CardSide, FieldLight, Readers } from "./client.ts";
import { drag, useDrop } from "./drop.ts";
import { type Language, say, type Word } from "./words.ts";

const SWEEP_MS = 500;
const LIGHTS: readonly FieldLight[] = ["blue", "yellow", "green", "red"];

/** `dragged`: the card in the hand. A place that takes it lights up. */
interface Place {
  cards: Card[];
  dragged: Card | undefined;
  language: Language;
}
interface ReaderPlace extends Place {
  readers: Readers | undefined;
}

const LACKS: Record<CardSide, Word> = { stripe: "noStripe", contact: "noContacts", contactless: "noAntenna" };

/** A card without that side is given back, with words. */
const taking =
  (side: CardSide, { cards, language }: Place, act: (card: string) => void) =>
  (id: string): void => {
    const card = cards.find((each) => each.id === id);
    if (card?.kind.includes(side)) act(id);
    else refuse(say(language, LACKS[side]));
  };

const look = (side: CardSide, { dragged }: Place, over: boolean): string =>
  `${dragged?.kind.includes(side) ? "welcome" : ""} ${over ? "over" : ""}`;

export function StripeSlot(props: Place) {
  const [swept, setSwept] = useState(false);
  const sweep = (card: string): void => {
    setSwept(true);
    setTimeout(() => setSwept(false), SWEEP_MS);
    void swipe(card);
  };
  const { over, props: drop } = useDrop(taking("stripe", props, sweep));
  return (
    <div class={`slot ${look("stripe", props, over)} ${swept ? "swept" : ""}`} data-testid="slot" {...drop}>
      <span>{say(props.language, "swipeHere")} ↓</span>
    </div>
  );
}

export function ChipSlot(props: ReaderPlace) {
  const { cards, readers, language } = props;
  const { over, props: drop } = useDrop(taking("contact", props, (card) => void insert(card)));
  const reader = readers?.icc;
  const held = cards.find(({ id }) => id === reader?.card);
  if (reader === null) return <div class="lip" />;
  return (
    <div class={`lip ${look("contact", props, over)}`} data-testid="chip-slot" data-held={held?.id ?? ""} {...drop}>
      {held === undefined ? (
        <span class="lip-hint">↑ {say(language, reader?.plugged === false ? "unplugged" : "insertHere")}</span>
      ) : (
        <button
          type="button"
          class="card held"
          style={{ "--hue": hueOf(cards, held.id) }}
          draggable
          title={`${held.id} · ${held.labels[language]} · ${say(language, "takeOut")}`}
          data-testid="take-out"
          onDragStart={drag(held.id)}
          onClick={() => void takeOut()}
        >
          <CardFace card={held} language={language} />
          <span class="take-out">↓ {say(language, "takeOut")}</span>
        </button>
      )}
      <div class="lip-edge">
        <i class={reader?.powered ? "on" : ""} />
      </div>
    </div>
  );
}

export function Field(props: ReaderPlace) {
  const { cards, readers, language } = props;
  const { over, props: drop } = useDrop(taking("contactless", props, (card) => void tap(card)));
  const reader = readers?.picc;
  const held = cards.find(({ id }) => id === reader?.card);
  if (reader === null || reader === undefined) return null;
  return (
    <section
      class={`field ${look("contactless", props, over)} ${reader.field ? "alive" : ""}`}
      data-testid="field"
      data-held={held?.id ?? ""}
      {...drop}
    >
      <div class="field-lights">
        {LIGHTS.map((light) => (
          <i key={light} class={`${light} ${reader.lights.includes(light) ? "on" : ""}`} data-light={light} />
        ))}
      </div>
      <div class="field-mark">
        <Waves />
        {say(language, reader.plugged ? "field" : "unplugged")}
      </div>
      {held !== undefined && (
        <div class="card held" style={{ "--hue": hueOf(cards, held.id) }} title={`${held.id} · ${held.labels[language]}`}>
          <CardFace card={held} language={language} />
        </div>
      )}
    </section>
  );
}

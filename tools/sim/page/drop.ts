/** A place that cards can be dragged to. */
import { useState } from "preact/hooks";

/** `over`: something is held above it. `props` go to the element. */
export function useDrop(take: (card: string) => void) {
  const [over, setOver] = useState(false);
  const props = {
    onDragOver: (event: DragEvent): void => {
      event.preventDefault();
      setOver(true);
    },
    onDragLeave: (): void => setOver(false),
    onDrop: (event: DragEvent): void => {
      event.preventDefault();
      setOver(false);
      const card = event.dataTransfer?.getData("text/plain");
      if (card !== undefined && card !== "") take(card);
    },
  };
  return { over, props };
}

/** What the hand takes along. */
export const drag = (card: string) => (event: DragEvent) => event.dataTransfer?.setData("text/plain", card);

/** A screen as the list of what is drawn. */
import { type Block, blocksOf, type Place } from "./blocks.ts";
import { foot, footHeight, header, headerHeight, heroRows, MARGIN, outcomeOf, statusBar } from "./frame.ts";
import type { Item } from "./items.ts";
import type { Row, Screen, StatusBar } from "./tree.ts";
import type { TypeSet } from "./type.ts";

const DENSITIES: { density: Place["density"]; gap: number }[] = [
  { density: 0, gap: 8 },
  { density: 1, gap: 5 },
  { density: 2, gap: 2 },
];

export function layout(screen: Screen, status: StatusBar, types: TypeSet, width: number, height: number): Item[] {
  const padding = outcomeOf(screen) === undefined && screen.id !== "idle" ? 2 : 7;
  const top = headerHeight(screen) + padding;
  const room = height - footHeight(screen) - 6 - top;
  return [
    ...statusBar(status, screen, types, width),
    ...header(screen, types, width),
    ...content(screen, types, top, room, width),
    ...foot(screen, types, width, height),
  ];
}

function content(screen: Screen, types: TypeSet, top: number, room: number, width: number): Item[] {
  const above: readonly Row[] = heroRows(screen);
  const rows = screen.rows.filter((row) => !above.includes(row));
  const outcome = outcomeOf(screen) !== undefined;
  for (const { density, gap } of DENSITIES) {
    const blocks = blocksOf(rows, { types, x: MARGIN, width: width - 2 * MARGIN, density, outcome });
    const gaps = sum(blocks.map((_, i) => gapBefore(blocks, i, gap)));
    const least = sum(blocks.map((block) => block.least)) + gaps;
    const wanted = sum(blocks.map((block) => block.height)) + gaps;
    const last = density === 2;
    if (wanted <= room || least <= room || last) {
      // Lists start at the top; a few things stand a little above the middle.
      const lists = screen.rows.some((row) => row.row === "choice" || row.row === "check");
      const start = lists || wanted > room ? top : top + Math.round((room - wanted) * 0.42);
      return stacked(blocks, start, gap, Math.max(0, wanted - room));
    }
  }
  return [];
}

/** Places blocks under one another; those that can shrink give up `excess` pixels in proportion to what they have to give. */
function stacked(blocks: readonly Block[], start: number, gap: number, excess: number): Item[] {
  const spare = sum(blocks.map((block) => block.height - block.least));
  const share = spare === 0 ? 0 : Math.min(1, excess / spare);
  let y = start;
  return blocks.flatMap((block, i) => {
    y += gapBefore(blocks, i, gap);
    const height = Math.floor(block.height - (block.height - block.least) * share);
    const items = block.items(y, height);
    y += height;
    return items;
  });
}

function gapBefore(blocks: readonly Block[], i: number, gap: number): number {
  const together = blocks[i]?.tight === true && blocks[i - 1]?.tight === true;
  return i === 0 || together ? 0 : gap;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, one) => total + one, 0);
}

/**
 * Electronic cash put on a card (§2.6, §8): out of its own account, another card's, or for cash; the answer's script writes the new balance. The card says in 9F10 what
 * its purse holds (0A 01 and five bytes behind the eight of its own results).
 */
import type { ChipFacts } from "../chip/chip.ts";
import type { ChipScript } from "../contract.ts";
import { amountOf, availableFen, type Money, serveMoney } from "../money.ts";
import { ofThisBatch } from "../originals.ts";
import { type CardRequest, Refusal } from "../requests.ts";
import { wholeAndStanding } from "./void.ts";

const PURSE = "9F79";
const MARK = "0A01";

function purseFen(chip: ChipFacts | undefined, { row }: CardRequest): number {
  const data = (chip?.data.get("9F10") ?? "").slice(16);
  if (chip === undefined || !/^0A01\d{10}/.test(data))
    throw new Refusal("30", `DE55: 9F10 tells no balance of a purse (${MARK} …)`, row);
  return Number(data.slice(4, 14));
}

const balanceScript = (fen: number): ChipScript => ({ do: "put-data", tag: PURSE, value: String(fen).padStart(12, "0") });

const adds: Money["scripts"] = (request, chip) => [balanceScript(purseFen(chip, request) + amountOf(request))];

export const load = serveMoney("load", {
  asks: "full",
  availableFen,
  scripts: adds,
  moves: (_request, _chip, fen) => fen,
});

/** The account of the card in DE2 pays; the chip and its purse are those of the card in DE62. */
export const loadOther = serveMoney("load-other", {
  asks: "full",
  availableFen,
  chipCard: ({ fields }) => fields[62]!,
  objection(request) {
    if (request.fields[62] === request.card.pan)
      return { code: "12", words: "DE62 names the card that pays: that is a load (45)" };
    return undefined;
  },
  scripts: adds,
  moves: (_request, _chip, fen) => fen,
});

/** The cash is at the till: the account stays as it is. */
export const cashLoad = serveMoney("cash-load", { asks: "account", scripts: adds, moves: () => 0 });

export const cashLoadVoid = serveMoney("cash-load-void", {
  asks: "account",
  original: (request, { book }) => ofThisBatch(request, book, ["cash-load"]),
  objection: wholeAndStanding,
  scripts(request, chip) {
    const left = purseFen(chip, request) - amountOf(request);
    if (left < 0) throw new Refusal("51", "the purse holds less than was put in", request.row);
    return [balanceScript(left)];
  },
  moves: () => 0,
});

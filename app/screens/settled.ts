import { groupedYuan } from "../model/money.ts";
import type { Words } from "../text/words.ts";
import type { ScreenStates } from "./states.ts";
import type { Row, Screen, Tone } from "./tree.ts";

type Region = ScreenStates["settled"]["regions"][number];

/** 1 balanced, 2 not, 3 error, 0 not told (§3.6). */
const VERDICTS = ["settled.not-told", "settled.balanced", "settled.unbalanced", "settled.error"] as const;

/** How a settlement ended (M17): green only when the host had the same sums and nothing stayed behind. */
export function settled({ batch, regions, problems, details = true }: ScreenStates["settled"], words: Words): Screen {
  const good = problems.length === 0 && regions.every(({ verdict }) => verdict === 1);
  return {
    id: "settled",
    title: words.say("settled.title", { batch }),
    rows: [
      ...problems.map((text): Row => ({ row: "text", text, size: "small", tone: "warn" })),
      ...regions.flatMap((region) => [verdictRow(region, words), ...(problems.length === 0 ? sumRows(region, words) : [])]),
    ],
    hints: [
      ...(details ? [{ key: "menu" as const, text: words.say("hint.details") }] : []),
      { key: "enter", text: words.say("hint.done") },
    ],
    tone: good ? "good" : "warn",
  };
}

function verdictRow({ region, verdict }: Region, words: Words): Row {
  const tone: Tone = verdict === 1 ? "good" : "warn";
  return { row: "pair", label: words.say(`region.${region}`), value: words.say(VERDICTS[verdict]), tone, strong: true };
}

/** The slip has them too: they make room for what is wrong. */
function sumRows({ totals }: Region, words: Words): Row[] {
  const sum = (label: "settled.debit" | "settled.credit", count: number, fen: number): Row[] =>
    count === 0 ? [] : [{ row: "pair", label: words.say(label, { count }), value: groupedYuan(fen) }];
  return [
    ...sum("settled.debit", totals.debitCount, totals.debitFen),
    ...sum("settled.credit", totals.creditCount, totals.creditFen),
  ];
}

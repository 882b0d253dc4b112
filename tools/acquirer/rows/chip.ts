/** Messages that only chips need: payments told afterwards, electronic cash, script results (§2.5, §2.6, §2.10). */
import type { Kind } from "../kinds.ts";
import type { MessageRow } from "../matrix.ts";
import {
  batchTrace,
  batchTraceDate,
  cardNumber,
  organisation,
  reference,
  type Shape,
  terminalId,
  withoutPin,
} from "../shapes.ts";

const FR = "2 3e 4e 11e 12 13 14 15 23e 25e 32 37 38 39 41e 42e 44 49e 53e 54 55 60e 62 63 64";
const FINANCIAL_60 = [13, 14, 17];

type Own = Pick<MessageRow, "request" | "conditions"> & { shapes?: Record<number, Shape> };

const row = (kind: Kind, zh: string, [mti, processing, condition, type]: readonly string[], own: Own): MessageRow => ({
  word: kind,
  zh,
  mti: mti!,
  names: { "3": processing, "25": condition, "60.1": type!, "60.3": "000" },
  lengths60: FINANCIAL_60,
  answer: FR,
  mac: true,
  service: kind,
  kind,
  ...own,
});

/** Approved by the chip, told afterwards, never reversed (§2.5); uploaded again as they were. */
export const chipAdvices: readonly MessageRow[] = [
  row("chip-offline", "IC卡脱机消费", ["0200", "000000", "00", "36"], {
    request: "2 3 4 11 14o 22 23c 25 41 42 49=156 55 60 63 64",
    conditions: "original",
    shapes: { 22: withoutPin, 63: organisation },
  }),
  row("ecash-refund", "电子现金脱机退货", ["0220", "200000", "00", "27"], {
    request: "2 3 4 11 14o 22 23c 25 37o 41 42 49=156 60 61 62 63 64",
    conditions: "original",
    shapes: { 37: reference, 61: batchTraceDate, 62: terminalId, 63: organisation },
  }),
];

export const loads: readonly MessageRow[] = [
  row("load", "指定账户圈存", ["0200", "600000", "91", "45"], {
    request: "2c 3 4 11 14c 22 23c 25 26c=12 35c 36c 41 42 49=156 52c 53c 55c 59c 60 62o 64",
    conditions: "card",
  }),
  // The account is one card's, the purse another's: 23, 55 and 62 are of the card that is loaded, all else of the one that pays.
  row("load-other", "非指定账户圈存", ["0200", "620000", "91", "47"], {
    request: "2c 3 4 11 14c 22 23o 25 26c=12 35c 36c 41 42 49=156 52c 53c 55 59c 60 62 64",
    conditions: "card",
    shapes: { 62: cardNumber },
  }),
  row("cash-load", "现金充值", ["0200", "630000", "91", "46"], {
    request: "2c 3 4 11 14c 22 23c 25 35c 36c 41 42 49=156 53c 55c 60 62o 64",
    conditions: "card",
    shapes: { 22: withoutPin },
  }),
  row("cash-load-void", "现金充值撤销", ["0200", "170000", "91", "51"], {
    request: "2c 3 4 11 14c 22 23c 25 26c=12 35c 36c 37 38o 41 42 49=156 52c 53c 55c 59c 60 61 62o 64",
    conditions: "card",
    shapes: { 37: reference, 61: batchTrace },
  }),
];

export const scriptResults: readonly MessageRow[] = [
  {
    word: "script result",
    zh: "脚本处理结果通知",
    mti: "0620",
    names: { "60.1": "00", "60.3": "951" },
    request: "2 3 4o 11 22 23c 25 32o 37 38o 41 42 49=156 55 60 61 64",
    conditions: "original",
    shapes: { 37: reference, 61: batchTraceDate },
    lengths60: [11, 12, 13, 14],
    answer: "2 3e 4e 11e 12 13 23e 25e 32 37 39 41e 42e 49e 60e 64",
    mac: true,
    service: "script-result",
  },
];

/** Transactions (§2.2, §2.3) and what was decided without the host (§2.5). */
import type { Kind } from "../kinds.ts";
import type { MessageRow } from "../matrix.ts";
import {
  authority,
  batchTrace,
  batchTraceDate,
  organisation,
  reference,
  type Shape,
  sixteen,
  tip,
  withoutPin,
} from "../shapes.ts";

const FR = "2 3e 4e 11e 12 13 14 15 23e 25e 32 37 38 39 41e 42e 44 49e 53e 54 55 60e 62 63 64";
const FINANCIAL_60 = [13, 14, 17];

interface Names {
  mti: string;
  processing: string;
  condition: string;
  type: string;
}

const payment = (
  kind: Kind,
  zh: string,
  { mti, processing, condition, type }: Names,
  row: Pick<MessageRow, "request" | "conditions"> & { shapes?: Record<number, Shape> },
): MessageRow => ({
  word: kind,
  zh,
  mti,
  names: { "3": processing, "25": condition, "60.1": type, "60.3": "000" },
  lengths60: FINANCIAL_60,
  answer: FR,
  mac: true,
  service: kind,
  kind,
  ...row,
});

const names = (mti: string, processing: string, condition: string, type: string): Names => ({ mti, processing, condition, type });

/** What goes by chip in the simplified flow without DE55 has no 55 here. */
export const payments: readonly MessageRow[] = [
  payment("sale", "消费", names("0200", "000000", "00", "22"), {
    request: "2c 3 4 11 14c 22 23c 25 26c=12 35c 36c 41 42 49=156 52c 53c 55c 59c 60 62o 64",
    conditions: "card",
  }),
  payment("balance", "余额查询", names("0200", "310000", "00", "01"), {
    request: "2c 3 11 14c 22 23c 25 26c=12 35c 36c 41 42 49=156 52c 53c 55c 59c 60 62o 64",
    conditions: "card",
  }),
  payment("void", "消费撤销", names("0200", "200000", "00", "23"), {
    request: "2c 3 4 11 14c 22 23c 25 26c=12 35c 36c 37 38o 41 42 49=156 52c 53c 55c 59c 60 61 62o 64",
    conditions: "original",
    shapes: { 37: reference, 61: batchTrace },
  }),
  payment("preauth", "预授权", names("0100", "030000", "06", "10"), {
    request: "2c 3 4 11 14c 22 23c 25 26c=12 35c 36c 41 42 49=156 52c 53c 55c 59c 60 62o 64",
    conditions: "card",
  }),
  payment("preauth-add", "追加预授权", names("0100", "030000", "60", "10"), {
    request: "2c 3 4 11 14c 22 23c 25 26c=12 35c 36c 38 41 42 49=156 52c 53c 55c 59c 60 61 62o 64",
    conditions: "card",
    shapes: { 61: sixteen },
  }),
  payment("preauth-void", "预授权撤销", names("0100", "200000", "06", "11"), {
    request: "2c 3 4 11 14c 22 23c 25 26c=12 35c 36c 37o 38 41 42 49=156 52c 53c 59c 60 61 62o 64",
    conditions: "original",
    shapes: { 37: reference, 61: batchTraceDate },
  }),
  payment("completion", "预授权完成（请求）", names("0200", "000000", "06", "20"), {
    request: "2c 3 4 11 14c 22 23c 25 26c=12 35c 36c 38 41 42 49=156 52c 53c 59c 60 61 62o 64",
    conditions: "original",
    shapes: { 61: batchTraceDate },
  }),
  payment("completion-void", "预授权完成撤销", names("0200", "200000", "06", "21"), {
    request: "2c 3 4 11 14c 22 23c 25 26c=12 35c 36c 37 38o 41 42 49=156 52c 53c 59c 60 61 62o 64",
    conditions: "original",
    shapes: { 37: reference, 61: batchTrace },
  }),
];

/** Sent with 0220, never reversed; in a batch upload again as they were, with 0320 (rows/settlement.ts). */
export const advices: readonly MessageRow[] = [
  payment("refund", "退货", names("0220", "200000", "00", "25"), {
    request: "2c 3 4 11 14c 22 23c 25 26c=12 35c 36c 37 38o 41 42 49=156 52c 53c 59c 60 61 62o 63 64",
    conditions: "original",
    shapes: { 37: reference, 61: batchTraceDate, 63: organisation },
  }),
  payment("completion-advice", "预授权完成（通知）", names("0220", "000000", "06", "24"), {
    request: "2c 3 4 11 14c 22 23c 25 35c 36c 38 41 42 49=156 53c 60 61 62o 64",
    conditions: "original",
    shapes: { 22: withoutPin, 61: batchTraceDate },
  }),
  payment("offline", "离线结算", names("0220", "000000", "00", "30"), {
    request: "2c 3 4 11 14c 22 25 35c 36c 38c 41 42 48o 49=156 53c 60 61 63 64",
    conditions: "advice",
    shapes: { 22: withoutPin, 48: tip, 61: authority, 63: organisation },
  }),
  payment("adjustment", "结算调整", names("0220", "000000", "00", "32"), {
    request: "2c 3 4 11 14c 22 25 35c 36c 37o 38c 41 42 48o 49=156 53c 60 61 63 64",
    conditions: "advice",
    shapes: { 22: withoutPin, 37: reference, 48: tip, 61: authority, 63: organisation },
  }),
  payment("tip", "小费调整", names("0220", "000000", "00", "34"), {
    request: "2c 3 4 11 14c 22 25 35c 36c 37o 38c 41 42 48o 49=156 53c 60 61 63 64",
    conditions: "advice",
    shapes: { 22: withoutPin, 37: reference, 48: tip, 61: authority, 63: organisation },
  }),
];

/** Settlement and batch upload (§2.8): no MAC. 0510 has no DE39 but when the host refuses. */
import type { MessageRow } from "../matrix.ts";
import { chipApproved, chipFailed, operator, type Shape, stripes, totals, uploadCount } from "../shapes.ts";
import { chipAdvices } from "./chip.ts";
import { advices } from "./payments.ts";

const UPLOADED = "11e 12 13 32 37 39 41e 42e 60e";

const uploadEnd = (code: string, what: string): MessageRow => ({
  word: `end of upload ${code}`,
  zh: `批上送结束（${what}）`,
  mti: "0320",
  names: { "60.1": "00", "60.3": code },
  request: "11 41 42 48 60",
  conditions: "none",
  shapes: { 48: uploadCount },
  lengths60: [11],
  answer: `${UPLOADED} 48`,
  mac: false,
  service: "upload-end",
});

const chipUpload = (code: string, what: string, shape: Shape): MessageRow => ({
  word: `chip upload ${code}`,
  zh: what,
  mti: "0320",
  names: { "60.1": "00", "60.3": code },
  request: "2 4 11 22 23c 41 42 55 60 62",
  conditions: "original",
  shapes: { 62: shape },
  lengths60: [12, 13],
  answer: "2 4e 11e 12 13 23e 32 37 39 41e 42e 60e",
  mac: false,
  service: "upload-chip",
});

/** The stored 0220, without 64 and, where it was there, 60.6. */
const advice = (row: MessageRow): MessageRow => ({
  ...row,
  word: `${row.word} upload`,
  zh: `${row.zh}批上送`,
  mti: "0320",
  request: row.request
    .split(" ")
    .filter((token) => !/^(26|52|59|64)/.test(token))
    .join(" "),
  conditions: "stored",
  lengths60: [13, 14],
  answer: "3e 4e 11e 12 13 32 37 39 41e 42e 60e",
  mac: false,
  service: "upload-advice",
});

export const settlement: readonly MessageRow[] = [
  {
    word: "settlement",
    zh: "批结算",
    mti: "0500",
    names: { "60.1": "00", "60.3": "201" },
    request: "11 41 42 48 49=156 60 63",
    conditions: "none",
    shapes: { 48: totals, 63: operator },
    lengths60: [11],
    answer: "11e 12 13 15 32 37 41e 42e 48 49e 60e 63e",
    mac: false,
    service: "settlement",
  },
  {
    word: "stripe upload",
    zh: "磁条卡批上送",
    mti: "0320",
    names: { "60.1": "00", "60.3": "201" },
    request: "11 41 42 48 60",
    conditions: "none",
    shapes: { 48: stripes },
    lengths60: [11],
    answer: UPLOADED,
    mac: false,
    service: "upload-stripe",
  },
  ...[...advices, ...chipAdvices].map(advice),
  chipUpload("203", "IC 卡交易上送（平账）", chipApproved),
  chipUpload("205", "IC 卡交易上送（不平）", chipApproved),
  chipUpload("204", "IC 卡失败交易上送（平账）", chipFailed),
  chipUpload("206", "IC 卡失败交易上送（不平）", chipFailed),
  uploadEnd("207", "平账"),
  uploadEnd("202", "不平"),
];

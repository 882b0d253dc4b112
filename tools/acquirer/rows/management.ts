/** Network management (§2.1, §2.9): no MAC. */
import type { MessageRow } from "../matrix.ts";
import { operator, blockNumber, statementPage } from "../shapes.ts";

const MANAGEMENT_60 = [11];
const ANSWER = "12 13 37 39 41e 42e 60e";

const signOn = (code: string, what: string): MessageRow => ({
  word: `sign-on ${code}`,
  zh: `签到（${what}）`,
  mti: "0800",
  names: { "60.1": "00", "60.3": code },
  request: "11 41 42 60 62o 63",
  conditions: "none",
  shapes: { 63: operator },
  lengths60: MANAGEMENT_60,
  answer: "11e 12 13 32 37 39 41e 42e 60e 62 63",
  mac: false,
  service: "sign-on",
});

type Plain = Pick<MessageRow, "word" | "zh" | "mti" | "request" | "answer" | "service" | "shapes">;

const plain = (code: string, row: Plain): MessageRow => ({
  ...row,
  names: { "60.1": "00", "60.3": code },
  conditions: "none",
  lengths60: MANAGEMENT_60,
  mac: false,
});

export const management: readonly MessageRow[] = [
  signOn("001", "单倍长密钥"),
  signOn("003", "双倍长密钥"),
  signOn("004", "双倍长密钥和磁道密钥"),
  signOn("005", "国密"),
  signOn("006", "国密和磁道密钥"),
  plain("002", {
    word: "sign-off",
    zh: "签退",
    mti: "0820",
    request: "11 41 42 60",
    answer: "11e 12 13 32 37 39 41e 42e 60e",
    service: "sign-off",
  }),
  plain("301", { word: "echo", zh: "回响测试", mti: "0820", request: "41 42 60 63o", answer: ANSWER, service: "echo" }),
  plain("360", {
    word: "parameter download",
    zh: "终端参数下载",
    mti: "0800",
    request: "41 42 60",
    answer: `${ANSWER} 62`,
    service: "parameters",
  }),
  plain("361", {
    word: "end of parameter download",
    zh: "终端参数下载结束",
    mti: "0800",
    request: "41 42 60",
    answer: ANSWER,
    service: "echo",
  }),
  plain("362", {
    word: "status upload",
    zh: "终端状态上送",
    mti: "0820",
    request: "41 42 60 62",
    answer: ANSWER,
    service: "status",
  }),
  plain("390", {
    word: "blacklist download",
    zh: "黑名单下载",
    mti: "0800",
    request: "41 42 60 62",
    shapes: { 62: blockNumber },
    answer: `${ANSWER} 62`,
    service: "blacklist",
  }),
  plain("391", {
    word: "end of blacklist download",
    zh: "黑名单下载结束",
    mti: "0800",
    request: "41 42 60",
    answer: ANSWER,
    service: "echo",
  }),
  // Our own, in the numbers acquirers keep for themselves.
  plain("970", {
    word: "statement",
    zh: "对账单下载",
    mti: "0800",
    request: "41 42 60 62",
    shapes: { 62: statementPage },
    answer: `${ANSWER} 62`,
    service: "statement",
  }),
];

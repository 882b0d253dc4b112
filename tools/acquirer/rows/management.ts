/** Network management (§2.1, §2.9): no MAC. */
import type { MessageRow } from "../matrix.ts";
import { operator, blockNumber, heldCount, statementPage } from "../shapes.ts";

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

type Named = Pick<MessageRow, "word" | "zh" | "service">;

/** What the terminal holds, told to a host that then names what there is. */
const list = (code: string, row: Named): MessageRow =>
  plain(code, { mti: "0820", request: "41 42 60 62", shapes: { 62: heldCount }, answer: `${ANSWER} 62`, ...row });

/** One piece of a table, in 62. */
const download = (code: string, row: Named & Partial<Pick<MessageRow, "request" | "shapes">>): MessageRow =>
  plain(code, { mti: "0800", request: "41 42 60 62", answer: `${ANSWER} 62`, ...row });

/** The terminal has all of a table. */
const ended = (code: string, word: string, zh: string): MessageRow =>
  plain(code, { word: `end of ${word}`, zh: `${zh}结束`, mti: "0800", request: "41 42 60", answer: ANSWER, service: "echo" });

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
  download("360", { word: "parameter download", zh: "终端参数下载", request: "41 42 60", service: "parameters" }),
  ended("361", "parameter download", "终端参数下载"),
  plain("362", {
    word: "status upload",
    zh: "终端状态上送",
    mti: "0820",
    request: "41 42 60 62",
    answer: ANSWER,
    service: "status",
  }),
  download("390", { word: "blacklist download", zh: "黑名单下载", shapes: { 62: blockNumber }, service: "blacklist" }),
  ended("391", "blacklist download", "黑名单下载"),
  list("372", { word: "CA key list", zh: "CA公钥列表查询", service: "key-list" }),
  list("373", { word: "SM CA key list", zh: "国密CA公钥列表查询", service: "sm-key-list" }),
  download("370", { word: "CA key download", zh: "CA公钥下载", service: "key-download" }),
  ended("371", "CA key download", "CA公钥下载"),
  list("382", { word: "AID list", zh: "IC参数列表查询", service: "application-list" }),
  download("380", { word: "AID download", zh: "IC参数下载", service: "application-download" }),
  ended("381", "AID download", "IC参数下载"),
  download("394", { word: "contactless parameter download", zh: "非接参数下载", request: "41 42 60", service: "contactless" }),
  ended("395", "contactless parameter download", "非接参数下载"),
  download("396", { word: "no-PIN table download", zh: "免密卡表下载", shapes: { 62: blockNumber }, service: "no-pin-table" }),
  ended("397", "no-PIN table download", "免密卡表下载"),
  download("398", {
    word: "excluded table download",
    zh: "排除卡表下载",
    shapes: { 62: blockNumber },
    service: "excluded-table",
  }),
  ended("399", "excluded table download", "排除卡表下载"),
  // Our own, in the numbers acquirers keep for themselves.
  download("970", { word: "statement", zh: "对账单下载", shapes: { 62: statementPage }, service: "statement" }),
];

/**
 * The field matrix (§2) as data: one row a message this host serves. Notation of `request`: `11` must be there, `49=156` must be there and
 * say so, `26c=12` conditional (./conditions.ts) and then say so, `62o` may be there. Of `answer`: `3e` as in the request, `38` when the
 * host has it.
 */
import type { RuleSet } from "./conditions.ts";

export type Service = "sign-on" | "sign-off" | "echo" | "authorise" | "reverse";

export interface MessageRow {
  word: string;
  zh: string;
  mti: string;
  /** What tells it from the others of its MTI: DE3, DE25, and parts of DE60. */
  names: { "3"?: string; "25"?: string; "60.1": string; "60.3": string };
  request: string;
  conditions: RuleSet;
  /** How many digits DE60 may have (§3.1). */
  lengths60: readonly number[];
  answer: string;
  /** Carries 64, and so needs the keys of a sign-on (§4.5). */
  mac: boolean;
  service: Service;
}

/** Answer of financial requests, of reversals and of network management (§2, §2.1). */
const FR = "2 3e 4e 11e 12 13 14 15 23e 25e 32 37 38 39 41e 42e 44 49e 53e 54 55 60e 62 63 64";
const RR = "2 3e 4e 11e 12 13 14 15 23e 25e 32 37 39 41e 42e 44 49e 53e 55 60e 64";

const FINANCIAL_60 = [13, 14, 17];
const MANAGEMENT_60 = [11];

const signOn = (code: string, what: string): MessageRow => ({
  word: `sign-on ${code}`,
  zh: `签到（${what}）`,
  mti: "0800",
  names: { "60.1": "00", "60.3": code },
  request: "11 41 42 60 62o 63",
  conditions: "none",
  lengths60: MANAGEMENT_60,
  answer: "11e 12 13 32 37 39 41e 42e 60e 62 63",
  mac: false,
  service: "sign-on",
});

export const matrix: readonly MessageRow[] = [
  signOn("001", "单倍长密钥"),
  signOn("003", "双倍长密钥"),
  signOn("004", "双倍长密钥和磁道密钥"),
  signOn("005", "国密"),
  signOn("006", "国密和磁道密钥"),
  {
    word: "sign-off",
    zh: "签退",
    mti: "0820",
    names: { "60.1": "00", "60.3": "002" },
    request: "11 41 42 60",
    conditions: "none",
    lengths60: MANAGEMENT_60,
    answer: "11e 12 13 32 37 39 41e 42e 60e",
    mac: false,
    service: "sign-off",
  },
  {
    word: "echo",
    zh: "回响测试",
    mti: "0820",
    names: { "60.1": "00", "60.3": "301" },
    request: "41 42 60 63o",
    conditions: "none",
    lengths60: MANAGEMENT_60,
    answer: "12 13 37 39 41e 42e 60e",
    mac: false,
    service: "echo",
  },
  {
    word: "sale",
    zh: "消费",
    mti: "0200",
    names: { "3": "000000", "25": "00", "60.1": "22", "60.3": "000" },
    request: "2c 3 4 11 14c 22 23c 25 26c=12 35c 36c 41 42 49=156 52c 53c 55c 59c 60 62o 64",
    conditions: "card",
    lengths60: FINANCIAL_60,
    answer: FR,
    mac: true,
    service: "authorise",
  },
  {
    word: "sale reversal",
    zh: "消费冲正",
    mti: "0400",
    names: { "3": "000000", "25": "00", "60.1": "22", "60.3": "000" },
    request: "2c 3 4 11 14o 22 23c 25 38o 39 41 42 49=156 53o 55c 60 62o 64",
    conditions: "reversal",
    lengths60: FINANCIAL_60,
    answer: RR,
    mac: true,
    service: "reverse",
  },
];

export interface Wanted {
  de: number;
  need: "must" | "may" | "conditional";
  constant: string | undefined;
}

/** The row's request fields, read from the notation. */
export function wantedOf(row: MessageRow): Wanted[] {
  return row.request.split(" ").map((token) => {
    const match = /^(\d+)([co]?)(?:=(.+))?$/.exec(token);
    if (match === null) throw new Error(`matrix: ${row.word}: cannot read ${token}`);
    const need = match[2] === "c" ? "conditional" : match[2] === "o" ? "may" : "must";
    return { de: Number(match[1]), need, constant: match[3] };
  });
}

export function answerTokens(row: MessageRow): { de: number; echo: boolean }[] {
  return row.answer.split(" ").map((token) => ({ de: Number.parseInt(token, 10), echo: token.endsWith("e") }));
}

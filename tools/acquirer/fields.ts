/**
 * The data elements of the UnionPay profile as data (§1.4). One row a field: how its value is written and how its length is told.
 *
 * kind  n     decimal digits, two a byte; the length counts digits
 *       z     track codes, two a byte, `D` for the separator (any of 0–F when enciphered); the length counts digits
 *       an    one byte a character; the length counts bytes
 *       ans   one byte a character, GBK for Chinese
 *       mixed text or raw bytes, as the message has it (§3.8)
 *       b     raw bytes
 */
export type FieldKind = "n" | "z" | "an" | "ans" | "mixed" | "b";

export interface FieldSpec {
  de: number;
  name: string;
  zh: string;
  kind: FieldKind;
  /** Digits for n and z, bytes for the rest; the most there may be when `lengthDigits` is not 0. */
  size: number;
  /** 0: always `size` long · 2: LLVAR, one BCD byte · 3: LLLVAR, two BCD bytes. */
  lengthDigits: 0 | 2 | 3;
  /** Where an odd number of digits gets its zero nibble. */
  pad: "right" | "left";
}

type Row = [de: number, kind: FieldKind, size: number, lengthDigits: 0 | 2 | 3, name: string, zh: string, pad?: "left"];

const rows: Row[] = [
  [2, "n", 19, 2, "PAN", "主账号"],
  [3, "n", 6, 0, "processing code", "交易处理码"],
  [4, "n", 12, 0, "amount", "交易金额"],
  [11, "n", 6, 0, "trace number", "受卡方系统跟踪号"],
  [12, "n", 6, 0, "local time", "受卡方所在地时间"],
  [13, "n", 4, 0, "local date", "受卡方所在地日期"],
  [14, "n", 4, 0, "expiry", "卡有效期"],
  [15, "n", 4, 0, "settlement date", "清算日期"],
  [22, "n", 3, 0, "entry mode", "服务点输入方式码"],
  [23, "n", 3, 0, "card sequence number", "卡序列号", "left"],
  [25, "n", 2, 0, "condition code", "服务点条件码"],
  [26, "n", 2, 0, "PIN capture code", "服务点PIN获取码"],
  [32, "n", 11, 2, "acquiring institution", "受理方标识码"],
  [35, "z", 37, 2, "track 2", "2磁道数据"],
  [36, "z", 104, 3, "track 3", "3磁道数据"],
  [37, "an", 12, 0, "reference number", "检索参考号"],
  [38, "an", 6, 0, "authorisation code", "授权标识应答码"],
  [39, "an", 2, 0, "answer code", "应答码"],
  [41, "ans", 8, 0, "terminal", "受卡机终端标识码"],
  [42, "ans", 15, 0, "merchant", "受卡方标识码"],
  [44, "ans", 25, 2, "additional response data", "附加响应数据"],
  [46, "mixed", 999, 3, "private", "自定义域46"],
  [47, "mixed", 999, 3, "private", "自定义域47"],
  [48, "n", 322, 3, "additional data", "附加数据"],
  [49, "an", 3, 0, "currency", "交易货币代码"],
  [52, "b", 8, 0, "PIN data", "个人标识码数据"],
  [53, "n", 16, 0, "security control", "安全控制信息"],
  [54, "an", 20, 3, "balance", "余额"],
  [55, "b", 255, 3, "IC data", "IC卡数据域"],
  [56, "mixed", 999, 3, "private", "自定义域56"],
  [57, "mixed", 999, 3, "private", "自定义域57"],
  [58, "mixed", 100, 3, "wallet data", "PBOC电子钱包数据"],
  [59, "mixed", 999, 3, "custom", "自定义域59"],
  [60, "n", 17, 3, "custom", "自定义域60"],
  [61, "n", 29, 3, "original", "原始信息域"],
  [62, "mixed", 512, 3, "custom", "自定义域62"],
  [63, "ans", 163, 3, "custom", "自定义域63"],
  [64, "b", 8, 0, "MAC", "报文鉴别码"],
];

export const fields: ReadonlyMap<number, FieldSpec> = new Map(
  rows.map(([de, kind, size, lengthDigits, name, zh, pad]) => [
    de,
    { de, kind, size, lengthDigits, name, zh, pad: pad ?? "right" },
  ]),
);

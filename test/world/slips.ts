/** Slips as a merchant reads them: from the paper's words alone. */

export interface SlipFacts {
  n: number;
  copy: "MERCHANT" | "CARDHOLDER" | "BANK";
  /** Voucher and batch number, six digits. */
  voucher: string | undefined;
  batch: string | undefined;
  reference: string | undefined;
  /** The last amount of the slip that says what was paid. */
  amountFen: number | undefined;
  /** "SALE", "VOID" …, the English half of the type. */
  kind: string | undefined;
  duplicate: boolean;
  voided: boolean;
  /** Card number as printed. */
  pan: string | undefined;
}

export interface Paper {
  n: number;
  /** Off the printer: nothing is added to it any more. */
  torn: boolean;
  text: readonly string[];
}

/** Undefined for papers that are nobody's copy (reports, totals), and for what was only practised. */
export function readSlip({ n, text }: Paper): SlipFacts | undefined {
  const all = text.join("\n");
  const copy = /(MERCHANT|CARDHOLDER|BANK) COPY/.exec(all)?.[1];
  if (copy === undefined || all.includes("TRAINING")) return undefined;
  const total = /TOTAL\)?\s*:?\s*RMB\s*(-?[\d,]+\.\d\d)/.exec(all)?.[1];
  const amount = total ?? /AMOUNT\):?\s*RMB\s*(-?[\d,]+\.\d\d)/.exec(all)?.[1];
  return {
    n,
    copy: copy as SlipFacts["copy"],
    voucher: /VOUCHER NO\)\s*(\d{6})\b/.exec(all)?.[1],
    batch: /BATCH NO\)\s*(\d{6})\b/.exec(all)?.[1],
    reference: /(?<!ORIG )REF NO\)\s*(\d{12})\b/.exec(all)?.[1],
    amountFen: amount === undefined ? undefined : Math.round(Number(amount.replaceAll(",", "")) * 100),
    kind: /TRANS TYPE\)\s*[^\n(]*?\(?([A-Z][A-Z /-]*)/.exec(all)?.[1]?.trim(),
    duplicate: all.includes("DUPLICATED"),
    voided: all.includes("VOIDED"),
    pan: /CARD NO\)\s*([\d*]{13,19})/.exec(all)?.[1],
  };
}

export interface Totals {
  debitFen: number;
  debitCount: number;
  creditFen: number;
  creditCount: number;
}

export type Region = "domestic" | "foreign";
export const REGIONS: readonly Region[] = ["domestic", "foreign"];

/** The totals that a settlement slip says of one region; undefined when it is not whole. */
export function readTotals({ text }: Paper, region: Region): Totals | undefined {
  const all = text.join("\n");
  const part = region === "domestic" ? /内卡[\s\S]*?(?=外卡)/.exec(all) : /外卡[\s\S]*/.exec(all);
  const read = (label: string) => new RegExp(`${label}\\D*(\\d+)\\s+([\\d,]+)\\.(\\d\\d)`).exec(part?.[0] ?? "");
  const [debit, credit] = [read("借记合计"), read("贷记合计")];
  if (debit === null || credit === null) return undefined;
  const fen = (found: RegExpExecArray) => Number(`${found[2]?.replaceAll(",", "")}${found[3]}`);
  return { debitCount: Number(debit[1]), debitFen: fen(debit), creditCount: Number(credit[1]), creditFen: fen(credit) };
}

export const isSettlementSlip = ({ text }: Paper): boolean => text.join("").includes("SETTLEMENT TOTALS");

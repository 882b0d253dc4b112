/**
 * The table of parameters (message reference §7.3, §7.4, §5.8; risk rules M24). A new one is a row here and its title in app/text. Each has somebody
 * who reads it, by its `path` in the profile or by its id, or says what it `needs` that this terminal has not.
 */
import { DIRECTIONS } from "../model/ledger.ts";
import type { TransactionKind } from "../model/transaction.ts";
import type { ParameterGroup, ParameterId, ParameterRow, ParameterType } from "../steps/parameters.ts";
import { RISK_ACTIONS, RISK_IDS, RISK_RULES, type RiskLimit, type RiskRule } from "../steps/risk.table.ts";
import type { Prompt } from "../text/words.ts";

const ASCII = /^[ -~]*$/;
const CODE = /^[0-9A-Za-z]*$/;
const ADDRESS = /^[0-9A-Za-z.:_-]*$/;
const DIALLED = /^[0-9,*#TPtp-]*$/;
const FOREVER_FEN = 999_999_999_999;

type More = Partial<Omit<ParameterRow, "id" | "group" | "is">>;
type Row = [id: ParameterId, is: ParameterType, more?: More];

const rows = (group: ParameterGroup, list: readonly Row[]): ParameterRow[] =>
  list.map(([id, is, more]) => ({ id, group, is, who: "administrator", ...more }));

const digits = (min: number, max = min, begins?: string): ParameterType => ({ type: "digits", min, max, begins });
const text = (min: number, max: number, form?: RegExp): ParameterType => ({ type: "text", min, max, form });
const number = (min: number, max: number, unit?: Extract<ParameterType, { type: "number" }>["unit"]): ParameterType => ({
  type: "number",
  min,
  max,
  unit,
});
const amount = (minFen: number, maxFen = FOREVER_FEN): ParameterType => ({ type: "amount", minFen, maxFen });
const choice = (...choices: { value: string; text: Prompt }[]): ParameterType => ({ type: "choice", choices });
/** hhmm, or nothing. */
const TIME = text(0, 4, /^([01]\d|2[0-3])[0-5]\d$/);
const onOff: ParameterType = { type: "switch" };

const MERCHANT = rows("merchant", [
  ["merchant.id", text(15, 15, CODE), { path: "merchant.id", frozen: true, signOn: true }],
  ["terminal.id", text(8, 8, CODE), { path: "terminal.id", frozen: true, signOn: true }],
  ["merchant.name", text(1, 40), { path: "merchant.name", code: "22" }],
  ["merchant.name-en", text(0, 40, ASCII), { path: "merchant.nameEn" }],
  ["merchant.acquirer", digits(0, 11), { path: "merchant.acquirer", initial: "" }],
  ["merchant.area", digits(0, 4), { path: "merchant.area", initial: "" }],
  ["application.type", digits(2), { code: "11", initial: "60", who: "host" }],
]);

const COUNTERS = rows("counters", [
  ["counter.batch", number(1, 999_999), { who: "nobody" }],
  ["counter.trace", number(1, 999_999), { who: "nobody" }],
]);

const MODEM: More = { needs: "modem", initial: "" };

const NETWORK = rows("network", [
  ["network.tpdu", digits(10, 10, "60"), { path: "tpdu", frozen: true }],
  ["network.header", digits(12, 12, "6"), { path: "header" }],
  ["network.host", text(1, 63, ADDRESS), { path: "host.host" }],
  ["network.port", number(1, 65_535), { path: "host.port" }],
  ["network.tls", onOff, { path: "host.tls", initial: false }],
  ["network.response-timeout", number(1, 300, "s"), { path: "responseTimeoutMs", factor: 1_000, code: "12" }],
  ["network.connect-timeout", number(1, 120, "s"), { path: "connectTimeoutMs", factor: 1_000 }],
  ["network.redial", number(0, 9, "times"), { path: "host.redials", code: "13", initial: 3 }],
  ["network.backup-host", text(0, 63, ADDRESS), { path: "host.backup.host", initial: "" }],
  ["network.backup-port", number(1, 65_535), { path: "host.backup.port" }],
  ["network.back-after", number(0, 999, "minutes"), { path: "host.backAfterMinutes", initial: 10 }],
  ["network.phone-1", text(0, 14, DIALLED), { code: "14", ...MODEM }],
  ["network.phone-2", text(0, 14, DIALLED), { code: "15", ...MODEM }],
  ["network.phone-3", text(0, 14, DIALLED), { code: "16", ...MODEM }],
  ["network.phone-management", text(0, 14, DIALLED), { code: "17", ...MODEM }],
  ["network.outside-line", text(0, 6, DIALLED), MODEM],
  ["network.pre-dial", onOff, { ...MODEM, initial: false }],
  ["network.apn", text(0, 40, ASCII), MODEM],
  ["network.user", text(0, 40, ASCII), MODEM],
  ["network.password", { type: "text", min: 0, max: 40, form: ASCII, secret: true }, MODEM],
]);

const KINDS = Object.keys(DIRECTIONS) as TransactionKind[];
/** The bits of 26 (§7.3), from 1; balance, which is no kind of transaction, has the first, `chip.scripts` the 12th. The others are of transactions nobody offers here. */
const BITS: Partial<Record<TransactionKind, number>> = {
  preauth: 2,
  "preauth-void": 3,
  completion: 4,
  "completion-void": 5,
  sale: 6,
  void: 7,
  refund: 8,
  offline: 9,
  adjustment: 10,
  "completion-advice": 11,
  ecash: 13,
};

const TRADE = rows("trade", [
  ...KINDS.map((kind): Row => {
    const bit = BITS[kind];
    const wire: More = bit === undefined ? {} : { code: "26", bit };
    return [`trade.${kind}`, onOff, { path: "rules.enabled", member: kind, list: KINDS, ...wire }];
  }),
  ["trade.balance", onOff, { path: "rules.balance", initial: true, code: "26", bit: 1 }],
]);

const RULES = rows("rules", [
  ["rule.manual", onOff, { path: "rules.manualEntry", code: "20", initial: false }],
  ["rule.void-card", onOff, { path: "rules.voidNeedsCard", initial: true }],
  ["rule.void-pin", onOff, { path: "rules.voidNeedsPin", initial: true }],
  ["rule.preauth-void-pin", onOff, { path: "rules.preauthVoidNeedsPin", initial: true }],
  ["rule.completion-pin", onOff, { path: "rules.completionNeedsPin", initial: true }],
  ["rule.completion-void-card", onOff, { path: "rules.completionVoidNeedsCard", initial: true }],
  ["rule.completion-void-pin", onOff, { path: "rules.completionVoidNeedsPin", initial: true }],
  ["rule.void-supervisor", onOff, { path: "rules.voidNeedsSupervisor", initial: true }],
  ["rule.refund-supervisor", onOff, { path: "rules.refundNeedsSupervisor", initial: true }],
  ["rule.balance-supervisor", onOff, { path: "rules.balanceNeedsSupervisor", initial: false }],
  ["rule.refund-most", amount(1), { path: "rules.maxRefundFen", initial: 2_000_000 }],
  [
    "tip.mode",
    choice(
      { value: "0", text: "param-choice.tip-off" },
      { value: "1", text: "param-choice.tip" },
      { value: "2", text: "param-choice.tip-adjust" },
    ),
    { code: "18", initial: "1" },
  ],
  ["tip.percent", number(0, 99, "percent"), { path: "rules.tipPercent", code: "19", initial: 0 }],
  ["tip.foreign", onOff, { path: "rules.tipForeignOnly", initial: true }],
  ["fee.rate", number(0, 10_000, "rate"), { path: "rules.feeRate", initial: 0 }],
  ["fee.cap", amount(0), { path: "rules.feeCapFen" }],
]);

const COUNTS = rows("counts", [
  ["count.reversals", number(1, 9, "times"), { path: "reversalAttempts", code: "23" }],
  ["count.offline-tries", number(1, 9, "times"), { path: "rules.offlineTries", initial: 3 }],
  [
    "count.offline-when",
    choice({ value: "1", text: "param-choice.next" }, { value: "0", text: "param-choice.at-settlement" }),
    { code: "24", initial: "1", otherwise: "0" },
  ],
  ["count.offline-full", number(1, 99, "times"), { code: "27", initial: 10 }],
  ["count.records", number(1, 999), { initial: 500, restart: true }],
  ["count.book-days", number(1, 400, "days"), { initial: 90, restart: true }],
  ["count.signature-tries", number(1, 9, "times"), { needs: "signature-pad", initial: 3 }],
  [
    "count.copies",
    choice({ value: "2", text: "param-choice.two" }, { value: "3", text: "param-choice.three" }),
    { path: "receipt.copies", restart: true },
  ],
  ["count.prompt", number(5, 600, "s"), { path: "promptTimeoutMs", factor: 1_000 }],
]);

const SETTLEMENT = rows("settlement", [
  ["settle.sign-off", onOff, { path: "rules.signOffAfterSettlement", code: "21", initial: false }],
  ["settle.sign-on", onOff, { path: "autoSignOn" }],
  [
    "settle.details",
    choice(
      { value: "ask", text: "param-choice.ask" },
      { value: "always", text: "param-choice.always" },
      { value: "never", text: "param-choice.never" },
    ),
    { initial: "ask" },
  ],
  ["settle.time", TIME, { initial: "" }],
]);

/** What the terminal does by itself when nobody uses it. */
const KEEPING = rows("keeping", [
  ["keeping.lock", number(0, 999, "minutes"), { path: "rules.lockAfterMinutes", initial: 0 }],
  ["keeping.restart", TIME, { path: "rules.restartAt", initial: "" }],
]);

/** §5.8. */
const QUICK = rows("quick", [
  [
    "quick.channel",
    choice({ value: "0", text: "param-choice.online" }, { value: "1", text: "param-choice.ecash" }),
    { initial: "0" },
  ],
  ["quick.again", number(0, 999, "s"), { initial: 10 }],
  ["quick.kept", number(0, 999, "s"), { initial: 60 }],
  ["quick.on", onOff, { initial: false }],
  ["quick.no-pin", amount(0), { initial: 100_000 }],
  ["quick.no-signature", amount(0), { initial: 100_000 }],
  ["quick.without-signature", onOff, { initial: false }],
  ["quick.table-a", onOff, { initial: false }],
  ["quick.table-b", onOff, { initial: true }],
  ["quick.cdcvm", onOff, { initial: true }],
]);

const CRYPTO = rows("crypto", [
  [
    "crypto.sign-on",
    choice(
      { value: "001", text: "param-choice.single" },
      { value: "003", text: "param-choice.double" },
      { value: "004", text: "param-choice.double-track" },
      { value: "005", text: "param-choice.sm" },
      { value: "006", text: "param-choice.sm-track" },
    ),
    { path: "keys.signOnCode", frozen: true, signOn: true },
  ],
  ["crypto.slot", number(0, 49), { path: "keys.masterSlot", code: "25", frozen: true, signOn: true, restart: true }],
  [
    "crypto.check",
    choice(
      { value: "ecb", text: "param-choice.ecb" },
      { value: "x9.9", text: "param-choice.x99" },
      { value: "x9.19", text: "param-choice.x919" },
      { value: "sm4", text: "param-choice.sm4" },
    ),
    { path: "keys.mac", frozen: true, signOn: true },
  ],
  ["crypto.external", onOff, { needs: "inside-pad", initial: true }],
]);

const CHIP = rows("chip", [
  ["chip.contact", onOff, { initial: true }],
  ["chip.contactless", onOff, { initial: true }],
  ["chip.online", onOff, { initial: false }],
  ["chip.blacklist", onOff, { initial: false }],
  ["chip.scripts", onOff, { code: "26", bit: 12, initial: true }],
  ["chip.ecash-most", amount(0), { initial: 100_000 }],
]);

const ACTIONS = choice(...RISK_ACTIONS.map((value) => ({ value, text: `param-choice.risk-${value}` as const })));

function limitType({ unit, min, max }: RiskLimit): ParameterType {
  return unit === "fen" ? amount(min, max) : number(min, max, unit);
}

const RISK = rows(
  "risk",
  RISK_IDS.flatMap((rule): Row[] => {
    const { action, limits }: RiskRule = RISK_RULES[rule];
    return [
      [`risk.${rule}.action`, ACTIONS, { initial: action }],
      ...Object.entries(limits).map(
        ([name, limit]): Row => [`risk.${rule}.${name}` as ParameterId, limitType(limit), { initial: limit.initial }],
      ),
    ];
  }),
);

export const PARAMETERS: readonly ParameterRow[] = [
  ...MERCHANT,
  ...COUNTERS,
  ...NETWORK,
  ...TRADE,
  ...RULES,
  ...COUNTS,
  ...SETTLEMENT,
  ...QUICK,
  ...CRYPTO,
  ...CHIP,
  ...RISK,
  ...KEEPING,
];

export const PARAMETER_GROUPS = [...new Set(PARAMETERS.map(({ group }) => group))];

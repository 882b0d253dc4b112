/** A state for every screen, and the hard ones: long words, full menus, nothing given, everything given. */
import { maskTyping } from "../../../app/model/card.ts";
import { screens } from "../../../app/screens/index.ts";
import type { CheckItem, ScreenStates } from "../../../app/screens/states.ts";
import type { Screen, StatusBar } from "../../../app/screens/tree.ts";
import { wordsIn } from "../../../app/text/index.ts";
import type { Language, Prompt, Words } from "../../../app/text/words.ts";

export const STATUS: StatusBar = {
  time: "09:41",
  link: "up",
  paper: "ok",
  batch: "000001",
  operator: "01",
  debt: 0,
  sending: false,
  receiving: false,
};

export interface Sample {
  /** File name of its golden and its picture. */
  name: string;
  screen: Screen;
  status: StatusBar;
}

type Make = (words: Words) => Screen;
type Entry = { name: string; make: Make; status?: Partial<StatusBar> };

const MASKED = "622999*********0019";
const MENU_MAIN: Prompt[] = [
  "menu.sale",
  "menu.void",
  "menu.refund",
  "menu.preauth",
  "menu.scan",
  "menu.ecash",
  "menu.other",
  "menu.print",
  "menu.manage",
];
const MENU_PREAUTH: Prompt[] = [
  "menu.preauth-hold",
  "menu.preauth-void",
  "menu.completion-request",
  "menu.completion-advice",
  "menu.completion-void",
];
const MENU_PRINT: Prompt[] = [
  "menu.reprint-last",
  "menu.reprint-any",
  "menu.print-details",
  "menu.print-totals",
  "menu.reprint-settlement",
  "menu.reports",
];
const MENU_MANAGE: Prompt[] = [
  "menu.sign-on",
  "menu.sign-off",
  "menu.settlement",
  "menu.query",
  "menu.operators",
  "menu.lock",
  "menu.versions",
  "menu.parameters",
  "menu.maintenance",
  "menu.applications",
];

function rowsOf(prompts: readonly Prompt[]): { key: string; text: Prompt }[] {
  return prompts.map((text, i) => ({ key: String((i + 1) % 10), text }));
}

function checks(states: CheckItem["state"][], notes: Record<number, string> = {}): CheckItem[] {
  const labels: Prompt[] = [
    "check.store",
    "check.clock",
    "check.keypad",
    "check.msr",
    "check.ic",
    "check.contactless",
    "check.printer",
    "check.pinpad",
    "check.keys",
    "check.network",
  ];
  return labels.map((label, i) => ({ label, state: states[i] ?? "waiting", note: notes[i] }));
}

function entry<S extends keyof ScreenStates>(
  name: string,
  id: S,
  state: ScreenStates[S] | ((words: Words) => ScreenStates[S]),
  status?: Partial<StatusBar>,
): Entry {
  const stateOf = (words: Words): ScreenStates[S] =>
    typeof state === "function" ? (state as (words: Words) => ScreenStates[S])(words) : state;
  return { name, make: (words) => screens[id](stateOf(words), words), status };
}

/** A settlement at its step `at`. */
function settleSteps(at: number, notes: Record<number, Prompt> = {}, running?: string): (words: Words) => SettleSteps {
  const labels = ["owed", "totals", "upload", "end", "print", "next"] as const;
  return (words) =>
    labels.map((label, i) => {
      const note = notes[i];
      return {
        label: `settling.${label}` as const,
        state: i < at ? "ok" : i === at ? "running" : "waiting",
        note: i === at ? running : note && words.say(note),
      };
    });
}
type SettleSteps = ScreenStates["settling"]["steps"];

const zhOr = (words: Words, zh: string, en: string): string => (words.language === "zh-CN" ? zh : en);

const ENTRIES: Entry[] = [
  entry("selfcheck-running", "selfcheck", { items: checks(["ok", "ok", "ok", "running"]), waiting: false }),
  entry(
    "selfcheck-faults",
    "selfcheck",
    (words) => ({
      items: checks(["ok", "ok", "ok", "ok", "ok", "bad", "warn", "bad", "warn", "ok"], {
        0: "118 MB",
        5: words.say("check.silent"),
        6: zhOr(words, "缺纸，请换纸卷", "no paper: new roll"),
        7: zhOr(words, "没有连上，不能输密码", "not connected, no PIN"),
        8: zhOr(words, "尚未签到", "not signed on"),
      }),
      waiting: true,
    }),
    { paper: "out", link: "down" },
  ),
  entry("login", "login", { digits: "" }, { operator: "" }),
  entry("login-problem", "login", (words) => ({ digits: "07", problem: words.say("problem.unknown-operator") }), {
    operator: "",
  }),
  entry("password", "password", { operator: "01", count: 3 }, { operator: "" }),
  entry(
    "password-problem",
    "password",
    (words) => ({ operator: "01", count: 0, problem: words.say("problem.wrong-password", { left: 2 }) }),
    { operator: "" },
  ),
  entry("signing-on", "signing-on", { phase: "receiving", secondsLeft: 47, of: 60 }, { receiving: true }),
  entry("idle-swipe", "idle", (words) => ({
    merchant: zhOr(words, "示例商户 Demo Store", "Demo Store"),
    date: zhOr(words, "2026年11月21日 星期六", "Saturday, 21 November 2026"),
    time: "09:41",
    contact: false,
    contactless: false,
  })),
  entry(
    "idle-all",
    "idle",
    (words) => ({
      merchant: zhOr(words, "上海市黄浦区南京东路老字号食品商店", "The Old Established Nanjing East Road Food Store"),
      date: zhOr(words, "2026年11月21日 星期六", "Saturday, 21 November 2026"),
      time: "09:41",
      contact: true,
      contactless: true,
    }),
    { debt: 2, paper: "near-end" },
  ),
  entry(
    "idle-training",
    "idle",
    (words) => ({
      merchant: zhOr(words, "示例商户 Demo Store", "Demo Store"),
      date: zhOr(words, "2026年11月21日 星期六", "Saturday, 21 November 2026"),
      time: "23:59",
      training: true,
      contact: true,
      contactless: false,
    }),
    { link: "down", paper: "out" },
  ),
  entry("idle-nearly-full", "idle", (words) => ({
    merchant: zhOr(words, "示例商户 Demo Store", "Demo Store"),
    date: zhOr(words, "2026年11月21日 星期六", "Saturday, 21 November 2026"),
    time: "21:15",
    batch: "nearly-full",
    contact: true,
    contactless: true,
  })),
  entry("idle-full", "idle", (words) => ({
    merchant: zhOr(words, "示例商户 Demo Store", "Demo Store"),
    date: zhOr(words, "2026年11月21日 星期六", "Saturday, 21 November 2026"),
    time: "21:15",
    batch: "full",
    contact: true,
    contactless: true,
  })),
  entry("menu-main", "menu", { title: "menu.main", rows: rowsOf(MENU_MAIN), selected: 0 }),
  entry("menu-preauth", "menu", { title: "menu.preauth", rows: rowsOf(MENU_PREAUTH), selected: 3 }),
  entry("menu-print", "menu", { title: "menu.print", rows: rowsOf(MENU_PRINT), selected: 4 }),
  entry("menu-manage", "menu", { title: "menu.manage", rows: rowsOf(MENU_MANAGE), selected: 8 }),
  entry("menu-notes", "menu", (words) => ({
    title: "menu.manage",
    rows: rowsOf(MENU_MANAGE).map((row) => ({ ...row, note: words.say("menu.soon") })),
    selected: 6,
  })),
  entry("card", "card", {
    masked: MASKED,
    expiry: "3012",
    selected: 0,
    rows: [
      { key: "1", text: "transaction.sale" },
      { key: "2", text: "transaction.preauth" },
    ],
  }),
  entry("card-problem", "card", (words) => ({
    masked: MASKED,
    expiry: "2001",
    selected: 0,
    rows: [{ key: "1", text: "transaction.sale" }],
    problem: words.say("problem.card-expired"),
  })),
  entry("present-swipe", "present", { transaction: "transaction.sale", amountFen: 10000, contact: false, contactless: false }),
  entry("present-all", "present", { transaction: "transaction.void", contact: true, contactless: true }),
  entry("present-problem", "present", (words) => ({
    transaction: "transaction.sale",
    amountFen: 123456789,
    contact: true,
    contactless: false,
    problem: words.say("problem.card-damaged"),
  })),
  entry("present-tap-now", "present", {
    transaction: "transaction.sale",
    amountFen: 10_000,
    contact: true,
    contactless: true,
    tapNow: true,
  }),
  ...(
    [
      ["tap-again", true],
      ["tap-same-card", true],
      ["tap-one-card", true],
      ["tap-phone", true],
      ["tap-elsewhere", false],
      ["tap-not-accepted", false],
    ] as const
  ).map(([problem, contactless]) =>
    entry(`present-${problem}`, "present", (words) => ({
      transaction: "transaction.sale",
      amountFen: 123_456,
      contact: true,
      contactless,
      problem: words.say(`problem.${problem}`),
    })),
  ),
  entry("tap-reading", "tap", { transaction: "transaction.sale", amountFen: 10_000, read: false }),
  entry("tap-read", "tap", { transaction: "transaction.sale", amountFen: 10_000, read: true }),
  entry("tap-torn", "notice", (words) => ({
    title: words.say("notice.not-done"),
    rows: [{ value: words.say("problem.tap-torn") }],
    tone: "warn",
  })),
  entry("tap-cut", "notice", (words) => ({
    title: words.say("notice.tap-cut-title"),
    rows: [
      { value: words.say("notice.tap-cut", { amount: "53.00", card: "622999*********0033" }) },
      { value: words.say("notice.tap-cut-todo") },
    ],
    tone: "warn",
  })),
  entry("purse-cut", "notice", (words) => ({
    title: words.say("notice.tap-cut-title"),
    rows: [
      { value: words.say("notice.tap-cut", { amount: "53.00", card: "622999*********0033" }) },
      { value: words.say("notice.purse-cut-todo") },
    ],
    tone: "warn",
  })),
  entry("amount-empty", "amount", { transaction: "transaction.sale", amountFen: 0, masked: MASKED }),
  entry("amount", "amount", { transaction: "transaction.sale", amountFen: 10000, masked: MASKED }),
  entry("amount-largest", "amount", (words) => ({
    transaction: "transaction.completion-advice",
    amountFen: 999999999999,
    problem: words.say("problem.amount-over", { limit: "50,000.00" }),
  })),
  entry("confirm", "confirm", { transaction: "transaction.sale", amountFen: 10000, masked: MASKED }),
  entry("insert-purse", "insert", { transaction: "transaction.ecash-quick", amountFen: 1250, contactless: true }),
  entry("insert-target", "insert", (words) => ({
    transaction: "transaction.load-other",
    amountFen: 20000,
    words: words.say("purse.target"),
    contactless: false,
  })),
  entry("insert-problem", "insert", (words) => ({
    transaction: "transaction.ecash-quick",
    amountFen: 1250,
    problem: words.say("problem.tap-again"),
    contactless: true,
  })),
  entry("menu-ecash", "menu", {
    title: "menu.ecash",
    rows: (
      ["menu.ecash-quick", "menu.ecash-sale", "menu.ecash-balance", "menu.ecash-log", "menu.load", "menu.ecash-refund"] as const
    ).map((text, n) => ({ key: String(n + 1), text })),
    selected: 0,
  }),
  entry("menu-load", "menu", {
    title: "menu.load",
    rows: (["menu.load-own", "menu.load-other", "menu.cash-load", "menu.cash-load-void"] as const).map((text, n) => ({
      key: String(n + 1),
      text,
    })),
    selected: 3,
  }),
  entry("confirm-load", "confirm", {
    transaction: "transaction.load-other",
    amountFen: 20000,
    masked: MASKED,
    rows: [{ label: "pair.payer", value: "6217 99** **** 0024" }],
  }),
  entry("approved-ecash", "approved", (words) => ({
    transaction: "transaction.ecash-quick",
    amountFen: 1250,
    note: words.say("purse.left", { balance: "487.50" }),
  })),
  entry("approved-load", "approved", (words) => ({
    transaction: "transaction.cash-load",
    amountFen: 20000,
    note: words.say("purse.loaded", { balance: "687.50" }),
  })),
  entry("purse-balance", "approved", (words) => ({
    transaction: "transaction.ecash-balance",
    amountFen: 48750,
    label: "purse.balance",
    note: `${words.say("purse.second")} 20.00`,
  })),
  entry("purse-short", "declined", (words) => ({
    transaction: "transaction.ecash-quick",
    words: words.say("problem.purse-short", { balance: "5.00" }),
    advice: words.say("declined.chip-advice"),
  })),
  entry("purse-charged", "declined", (words) => ({
    transaction: "transaction.sale",
    words: words.say("declined.charged"),
    advice: words.say("declined.charged-advice"),
  })),
  ...(["problem.purse-torn", "problem.purse-paid", "problem.no-purse"] as const).map((key) =>
    entry(key.replace("problem.", "notice-"), "notice", (words) => ({
      title: words.say("transaction.ecash-quick"),
      rows: [{ value: words.say(key, { amount: "12.50" }) }],
      tone: "warn",
    })),
  ),
  entry("tear-unsigned", "tear", { next: "cardholder", unsigned: true }),
  entry("downloading-ranges", "downloading", { title: "contactless-data.no-pin", done: 80, of: 0 }),
  entry("present-keyed", "present", { transaction: "transaction.refund", contact: true, contactless: false, keyed: true }),
  entry("pan", "pan", { shown: maskTyping("6229990000000000019") }),
  entry("pan-problem", "pan", (words) => ({ shown: maskTyping("6229"), problem: words.say("problem.pan-wrong") })),
  entry("expiry", "expiry", { digits: "12" }),
  entry("amount-refund", "amount", (words) => ({
    transaction: "transaction.refund",
    amountFen: 4000,
    masked: MASKED,
    label: "amount.refund",
    ask: "amount.refund-ask",
    problem: words.say("problem.amount-over-original", { limit: "30.00" }),
  })),
  entry("amount-received", "amount", {
    transaction: "transaction.cash",
    amountFen: 5000,
    label: "amount.received",
    ask: "amount.received-ask",
  }),
  entry("confirm-refund", "confirm", {
    transaction: "transaction.refund",
    amountFen: 10000,
    masked: MASKED,
    rows: [
      { label: "pair.reference", value: "123456789012" },
      { label: "pair.date", value: "11-21" },
    ],
  }),
  entry("confirm-cash", "confirm", {
    transaction: "transaction.cash",
    amountFen: 4850,
    rows: [
      { label: "pair.received", value: "50.00" },
      { label: "pair.change", value: "1.50" },
    ],
    ask: "confirm.cash",
  }),
  entry("reference", "reference", { digits: "12345678" }),
  entry("date", "date", (words) => ({ digits: "1331", problem: words.say("problem.date-wrong") })),
  entry("authcode", "authcode", { code: "12A4" }),
  entry("original", "original", {
    title: "transaction.void",
    amountFen: 10000,
    rows: [
      { label: "pair.kind", value: "消费" },
      { label: "pair.card", value: MASKED },
      { label: "pair.trace", value: "000007" },
      { label: "pair.stamp", value: "11-21 09:41" },
    ],
    ask: "original.ask",
  }),
  entry("original-hold", "original", {
    title: "holds.title",
    amountFen: 123456789,
    rows: [
      { label: "pair.auth-code", value: "123456" },
      { label: "pair.card", value: MASKED },
      { label: "pair.date", value: "2026-11-02" },
      { label: "pair.days-left", value: "11" },
    ],
    enter: "hint.print-list",
    place: { at: 2, of: 12 },
  }),
  entry("approved-balance", "approved", {
    transaction: "transaction.balance",
    amountFen: -1234,
    label: "approved.balance",
  }),
  entry("pin", "pin", { amountFen: 10000, digits: 4, masked: MASKED }),
  entry("pin-no-amount", "pin", { digits: 0, masked: MASKED, must: true }),
  entry("pin-card", "pin", (words) => ({
    amountFen: 10000,
    digits: 0,
    masked: MASKED,
    note: words.say("pin.left", { left: 3 }),
  })),
  entry("pin-card-last", "pin", (words) => ({ amountFen: 10000, digits: 4, masked: MASKED, note: words.say("pin.wrong-last") })),
  entry("supervisor", "supervisor", { count: 4 }),
  entry("trace", "trace", { digits: "000007" }),
  entry("trace-problem", "trace", (words) => ({ digits: "", problem: words.say("problem.no-transaction") })),
  entry(
    "online-connecting",
    "online",
    { transaction: "transaction.sale", phase: "connecting", amountFen: 10000, secondsLeft: 20, of: 20, cancellable: true },
    { link: "busy" },
  ),
  entry(
    "online-sending",
    "online",
    { transaction: "transaction.sale", phase: "sending", amountFen: 10000, secondsLeft: 60, of: 60, cancellable: false },
    { sending: true },
  ),
  entry("online-waiting", "online", {
    transaction: "transaction.sale",
    phase: "waiting",
    amountFen: 10000,
    secondsLeft: 43,
    of: 60,
    cancellable: false,
  }),
  entry(
    "online-receiving",
    "online",
    { transaction: "transaction.sign-on", phase: "receiving", secondsLeft: 7, of: 60, cancellable: false },
    { receiving: true },
  ),
  entry(
    "reversing",
    "reversing",
    { amountFen: 10000, trace: "000007", phase: "waiting", secondsLeft: 31, of: 60 },
    { debt: 1, sending: true },
  ),
  entry("approved", "approved", { transaction: "transaction.sale", amountFen: 10000 }),
  entry("approved-note", "approved", (words) => ({
    transaction: "transaction.completion-request",
    amountFen: 123456789,
    note: zhOr(words, "授权码 123456", "Authorisation 123456"),
  })),
  entry("approved-partial", "approved", { transaction: "transaction.sale", amountFen: 10000, approvedFen: 6000 }),
  entry("declined", "declined", (words) => ({
    transaction: "transaction.sale",
    code: "51",
    words: zhOr(words, "余额不足", "Not enough money"),
    advice: zhOr(words, "请换一张卡，或少收一些。", "Another card, or a smaller amount."),
  })),
  entry("declined-long", "declined", (words) => ({
    transaction: "transaction.completion-request",
    code: "38",
    words: zhOr(words, "密码错误次数超限，请没收卡片并联系发卡方", "Too many wrong PINs: keep the card and call the issuer"),
    advice: zhOr(words, "请把卡留下，向顾客说明，并致电收单机构。", "Keep the card, tell the customer, call the acquirer."),
  })),
  entry("declined-again", "declined", (words) => ({
    transaction: "transaction.sale",
    code: "55",
    words: zhOr(words, "密码错误", "Wrong PIN"),
    advice: words.say("declined.pin-left", { left: 2 }),
    again: true,
  })),
  entry("declined-bare", "declined", (words) => ({
    transaction: "transaction.void",
    words: zhOr(words, "发卡行不同意", "The issuer refused"),
  })),
  entry(
    "unknown",
    "unknown",
    (words) => ({ transaction: "transaction.sale", amountFen: 10000, why: words.say("unknown.silent") }),
    { debt: 1 },
  ),
  entry(
    "unknown-mac",
    "unknown",
    (words) => ({ transaction: "transaction.completion-request", amountFen: 123456789, why: words.say("unknown.bad-mac") }),
    { debt: 1 },
  ),
  entry("printing", "printing", { copy: "merchant" }),
  entry("printing-again", "printing", { copy: "cardholder", again: true }),
  entry("tear", "tear", { next: "cardholder" }),
  entry("application", "application", { names: ["PBOC DEBIT", "UnionPay Credit"], selected: 0, again: false }),
  entry("chip", "chip", { transaction: "transaction.sale", amountFen: 10_000 }),
  entry("downloading", "downloading", { title: "card-data.applications", done: 2, of: 4 }),
  entry("remove-card", "remove-card", {}),
  ...(["paper-out", "cover-open", "jam", "overheat", "unplugged", "timeout", "fault"] as const).map((problem) =>
    entry(`printer-${problem}`, "printer", { problem }, { paper: problem === "paper-out" ? "out" : "ok" }),
  ),
  entry("date-statement", "date", { digits: "0105", title: "reconcile.title", ask: "reconcile.ask" }),
  entry("card-tail", "card-tail", { digits: "00" }),
  entry("card-tail-empty", "card-tail", { digits: "" }),
  entry("query", "original", {
    title: "transaction.sale",
    amountFen: 123456789,
    rows: [
      { label: "pair.card", value: MASKED },
      { label: "pair.trace", value: "000007" },
      { label: "query.state", value: "OK" },
      { label: "pair.stamp", value: "11-21 09:41" },
      { label: "pair.auth-code", value: "123456" },
      { label: "pair.reference", value: "123456789012" },
    ],
    enter: "hint.reprint",
    place: { at: 12, of: 500 },
  }),
  entry("settling-owed", "settling", (words) => ({ batch: "000001", steps: settleSteps(0)(words) }), { debt: 2, sending: true }),
  entry("settling-upload", "settling", (words) => ({
    batch: "000001",
    steps: settleSteps(2, { 0: "settling.none" }, "12/63")(words),
  })),
  entry("settling-next", "settling", (words) => ({
    batch: "000001",
    steps: settleSteps(5, { 0: "settling.none", 2: "settling.none" })(words),
  })),
  entry("settled", "settled", {
    batch: "000001",
    regions: [
      { region: "domestic", verdict: 1, totals: { debitFen: 123456789, debitCount: 412, creditFen: 8800, creditCount: 2 } },
    ],
    problems: [],
  }),
  entry("settled-unbalanced", "settled", (words) => ({
    batch: "000001",
    regions: [
      { region: "domestic", verdict: 2, totals: { debitFen: 123456789, debitCount: 412, creditFen: 8800, creditCount: 2 } },
      { region: "foreign", verdict: 1, totals: { debitFen: 999999999999, debitCount: 3, creditFen: 0, creditCount: 0 } },
    ],
    problems: [words.say("settled.failed", { count: 2 }), words.say("settled.refused", { count: 1 })],
  })),
  entry("settled-error", "settled", {
    batch: "000001",
    regions: [{ region: "domestic", verdict: 3, totals: { debitFen: 0, debitCount: 0, creditFen: 0, creditCount: 0 } }],
    problems: [],
  }),
  entry("report", "report", (words) => ({
    title: words.say("report.hour"),
    rows: ["09", "10", "11", "12", "13", "14"].map((hour, i) => ({
      label: `${hour}:00`,
      value: words.say("report.line", { count: 12 + i, amount: "12,345.67" }),
    })),
    page: 1,
    pages: 3,
    print: true,
  })),
  entry("report-reconciled", "report", (words) => ({
    title: words.say("reconcile.title"),
    rows: [
      { label: words.say("reconcile.day"), value: "2026-11-21" },
      { label: words.say("reconcile.matched"), value: words.say("report.count", { count: 41 }) },
      { label: words.say("reconcile.missing-here"), value: words.say("report.count", { count: 1 }) },
      { label: words.say("reconcile.different"), value: words.say("report.count", { count: 1 }) },
      {
        label: `000041 ${words.say("transaction.sale")}`,
        value: words.say("reconcile.amount", { here: "100.00", there: "99.00" }),
      },
    ],
    page: 1,
    pages: 1,
    print: true,
    tone: "warn",
  })),
  entry("menu-period", "menu", {
    title: "report.hour",
    rows: rowsOf(["period.open", "period.today", "period.day", "period.range", "period.closed"]),
    selected: 1,
  }),
  entry("menu-booked", "menu", {
    title: "query.booked",
    rows: rowsOf(["query.booked-browse", "query.booked-trace", "query.booked-tail", "query.booked-amount"]),
    selected: 0,
  }),
  entry("date-range", "date", (words) => ({
    digits: "",
    title: "period.range",
    ask: "period.to-ask",
    problem: words.say("period.before", { day: "2026-11-21" }),
  })),
  entry("report-range", "report", (words) => ({
    title: words.say("report.operator"),
    rows: [
      { label: words.say("period.title"), value: "2026-08-21 — 2026-11-21" },
      { label: "01", value: words.say("report.line", { count: 1_234, amount: "1,234,567.89" }) },
      { label: "02", value: words.say("report.line", { count: 7, amount: "-12,345.67" }) },
      { label: words.say("report.totals"), value: words.say("report.line", { count: 1_241, amount: "1,222,222.22" }) },
      { value: words.say("period.lacking", { day: "2026-08-23" }) },
    ],
    page: 1,
    pages: 1,
    print: true,
  })),
  entry("query-booked", "original", {
    title: "transaction.sale",
    amountFen: 123456789,
    rows: [
      { label: "pair.card", value: MASKED },
      { label: "pair.trace", value: "000012/000007" },
      { label: "query.state", value: "OK" },
      { label: "pair.stamp", value: "11-21 09:41" },
    ],
    enter: "hint.reprint",
    place: { at: 1, of: 3 },
  }),
  entry("restore-whole", "report", (words) => ({
    title: words.say("restore.title"),
    rows: [
      { label: words.say("restore.of"), value: "2026-11-21 18:00" },
      { label: words.say("restore.items"), value: words.say("restore.count", { count: 1_234 }) },
      { value: words.say("restore.newer") },
      { value: words.say("restore.ask") },
    ],
    page: 1,
    pages: 1,
    print: false,
    tone: "warn",
  })),
  entry("restore-counters", "report", (words) => ({
    title: words.say("restore.title"),
    rows: [
      { label: words.say("restore.of"), value: "2026-11-21 18:00" },
      { value: words.say("restore.counters-only") },
      { value: words.say("restore.newer") },
      { value: words.say("restore.ask") },
    ],
    page: 1,
    pages: 1,
    print: false,
    tone: "warn",
  })),
  entry("fault-restore", "fault", (words) => ({
    what: words.say("check.store"),
    why: "txn/000002/000007 was altered, or sealed by another terminal",
    todo: words.say("fault.call"),
    restore: true,
  })),
  entry("menu-query", "menu", {
    title: "menu.query",
    rows: rowsOf(["query.browse", "query.by-trace", "query.by-tail", "query.by-amount", "query.totals", "query.booked"]),
    selected: 2,
  }),
  entry("menu-reports", "menu", {
    title: "menu.reports",
    rows: rowsOf([
      "report.hour",
      "report.operator",
      "report.card",
      "report.entry",
      "report.result",
      "report.fees",
      "report.reconcile",
      "report.export",
    ]),
    selected: 6,
  }),
  entry("notice-cancelled", "notice", (words) => ({
    title: words.say("notice.cancelled-title"),
    rows: [{ value: words.say("notice.cancelled") }],
  })),
  entry("notice-signed-on", "notice", (words) => ({
    title: words.say("notice.signed-on"),
    tone: "good",
    rows: [
      { label: words.say("notice.batch"), value: "000001" },
      { label: words.say("notice.terminal"), value: "10000001" },
      { label: words.say("notice.merchant"), value: "898110154110001" },
    ],
  })),
  entry(
    "notice-no-line",
    "notice",
    (words) => ({ title: words.say("notice.no-line-title"), tone: "warn", rows: [{ value: words.say("notice.no-line") }] }),
    { link: "down" },
  ),
  entry("notice-reversed", "notice", (words) => ({
    title: words.say("notice.reversed-title"),
    tone: "good",
    rows: [{ value: words.say("notice.reversed") }],
  })),
  entry(
    "notice-reversal-owed",
    "notice",
    (words) => ({
      title: words.say("notice.reversal-owed-title"),
      tone: "warn",
      rows: [{ value: words.say("notice.reversal-owed") }],
    }),
    { debt: 1 },
  ),
  entry("notice-versions", "notice", (words) => ({
    title: words.say("versions.title"),
    rows: (
      [
        ["versions.manager", "PosManage 0.1.0"],
        ["versions.loader", "loader 0.1.0"],
        ["versions.kernel", "Linux 6.12.48-rt"],
        ["versions.file-system", "ubifs r3"],
        ["versions.engine", "quickjs 2025-09-13"],
        ["versions.app", "tael 0.1.0 (c0104ab)"],
        ["versions.emv", "1.0 5AD81C07"],
        ["versions.parameters", "demo 1"],
        ["versions.messages", "CUP 2.1"],
      ] as const
    ).map(([label, value]) => ({ label: words.say(label), value })),
  })),
  entry("supervisor-administrator", "supervisor", { count: 8, role: "administrator" }),
  entry("supervisor-own", "supervisor", (words) => ({
    count: 0,
    operator: "07",
    problem: words.say("problem.wrong-password", { left: 4 }),
  })),
  entry("field-operator", "field", (words) => ({
    title: words.say("menu.operator-add"),
    label: words.say("operators.number"),
    value: "07",
    ask: words.say("operators.number-ask"),
  })),
  entry("field-password", "field", (words) => ({
    title: words.say("menu.operator-password"),
    label: words.say("operators.new-password", { operator: "07" }),
    value: "",
    ask: words.say("operators.again-ask"),
    problem: words.say("operators.not-same"),
  })),
  entry("field-parameter", "field", (words) => ({
    title: words.say("param.network.response-timeout"),
    label: `${words.say("param-edit.now")} 60 ${words.say("param-unit.s")}`,
    value: "301",
    ask: words.say("param-edit.keep"),
    problem: words.say("param-refused.range", { min: 1, max: 300 }),
  })),
  entry("field-text", "field", (words) => ({
    title: words.say("param.merchant.name"),
    label: words.say("param-edit.now"),
    value: "示例商户 Demo[217]",
    ask: words.say("param-edit.letters"),
  })),
  entry("menu-parameters", "menu", (words) => ({
    title: "param-group.merchant",
    rows: (
      [
        ["param.merchant.id", "898110154110001"],
        ["param.terminal.id", "10000001"],
        ["param.merchant.name", "上海市黄浦区南…"],
        ["param.merchant.name-en", words.say("param-edit.unset")],
        ["param.merchant.acquirer", words.say("param-edit.unset")],
      ] as const
    ).map(([text, note], i) => ({ key: String(i + 1), text, note })),
    selected: 2,
    place: { at: 1, of: 2 },
  })),
  entry("confirm-risk", "confirm", (words) => ({
    transaction: "transaction.sale",
    amountFen: 4_999_900,
    masked: MASKED,
    rows: [
      { label: "risk.notice", value: words.say("risk.hit.repeated-card") },
      { label: "risk.notice", value: words.say("risk.hit.near-limit") },
    ],
  })),
  entry("audit", "report", (words) => ({
    title: words.say("audit.title"),
    rows: [
      { value: words.say("audit.sound") },
      { label: words.say("audit.count"), value: "1000 (501–1500)" },
      { label: words.say("audit.risk-hits"), value: "12" },
      { label: words.say("audit.wrong-passwords"), value: "3" },
      { label: "11-21 09:41 01", value: `${words.say("audit-word.sign-on")} ${words.say("audit-result.ok")}` },
      { label: "11-21 09:40 99", value: `${words.say("audit-word.parameter")} ${words.say("audit-result.ok")} netwo…` },
    ],
    page: 1,
    pages: 11,
    print: true,
    tone: "good",
  })),
  entry("application-again", "application", { names: ["UnionPay Credit"], selected: 0, again: true }),
  entry("chip-balance", "chip", { transaction: "transaction.balance" }),
  entry("downloading-list", "downloading", { title: "card-data.keys", done: 0, of: 0 }),
  entry("remove-card-problem", "remove-card", (words) => ({ words: words.say("problem.chip-mute") })),
  entry("locked", "locked", { operator: "01", count: 2 }),
  entry("locked-empty", "locked", { operator: "01", count: 0 }),
  entry("fault", "fault", (words) => ({
    what: zhOr(words, "存储损坏", "The store is damaged"),
    why: zhOr(words, "交易记录的中间有一段读不出来", "A part of the records cannot be read"),
    todo: zhOr(words, "请勿断电，联系维护人员。", "Keep the power on and call the service."),
  })),
];

export function samples(language: Language): Sample[] {
  const words = wordsIn(language);
  return ENTRIES.map(({ name, make, status }) => ({ name, screen: make(words), status: { ...STATUS, ...status } }));
}

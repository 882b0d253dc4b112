/** The menus as data: terminal.md's numbers, rows that work. A new function is a row. */
import { auditCheck } from "./admin/audit.ts";
import { fetchApplications, fetchKeys, showCardData } from "./admin/card-data.ts";
import { fetchContactless, showContactless } from "./admin/contactless-data.ts";
import { chooseLanguage } from "./admin/language.ts";
import { echo } from "./admin/echo.ts";
import { backUp, checkBackupFile, restoreBackup } from "./admin/backup.ts";
import { updateFirmware } from "./admin/firmware.ts";
import { exportTransactions } from "./admin/export.ts";
import { lock, logOut } from "./admin/login.ts";
import { addOperator, changePassword, changeRights, deleteOperator, listOperators } from "./admin/operators.ts";
import { download, parameters, status } from "./admin/parameters.ts";
import { printBatchDetails, printBatchTotals, reprintSettlement } from "./admin/print.ts";
import {
  amountInPeriod,
  browseAll,
  browsePeriod,
  findByAmount,
  findByTail,
  findByTrace,
  tailInPeriod,
  traceInBook,
} from "./admin/query.ts";
import { reconciliation } from "./admin/reconciliation.ts";
import { batchTotals, feeReport, reportBy } from "./admin/reports.ts";
import { reprintAny, reprintLast } from "./admin/reprint.ts";
import { blacklistAdd, blacklistDelete, blacklistDownload, blacklistShow, riskList } from "./admin/risk.ts";
import { selfCheck } from "./admin/self-check.ts";
import { settlement } from "./admin/settlement.ts";
import { signOffNow, signOnNow } from "./admin/sign-on.ts";
import { training } from "./admin/training.ts";
import { versions } from "./admin/versions.ts";
import type { TransactionKind } from "./model/transaction.ts";
import { pick } from "./steps/ask.ts";
import { orBack } from "./steps/back.ts";
import { isEnabled } from "./steps/rules.ts";
import type { Terminal } from "./steps/terminal.ts";
import type { Prompt } from "./text/words.ts";
import { adjustment } from "./transactions/adjustment.ts";
import { balance } from "./transactions/balance.ts";
import { cash } from "./transactions/cash.ts";
import { cashLoad } from "./transactions/cash-load.ts";
import { cashLoadVoid } from "./transactions/cash-load-void.ts";
import { completion } from "./transactions/completion.ts";
import { completionAdvice } from "./transactions/completion-advice.ts";
import { completionVoid } from "./transactions/completion-void.ts";
import { ecashBalance } from "./transactions/ecash-balance.ts";
import { ecashLog } from "./transactions/ecash-log.ts";
import { ecashRefund } from "./transactions/ecash-refund.ts";
import { ecashFast, ecashNormal } from "./transactions/ecash.ts";
import { holds } from "./admin/holds.ts";
import { load } from "./transactions/load.ts";
import { loadOther } from "./transactions/load-other.ts";
import { offline } from "./transactions/offline.ts";
import { preauth } from "./transactions/preauth.ts";
import { preauthAdd } from "./transactions/preauth-add.ts";
import { preauthVoid } from "./transactions/preauth-void.ts";
import { refund } from "./transactions/refund.ts";
import { sale } from "./transactions/sale.ts";
import { tip } from "./transactions/tip.ts";
import { voidSale } from "./transactions/void.ts";

export interface Entry {
  /** The digit that picks it: the same in every release, so that fingers learn it once. */
  key: string;
  text: Prompt;
  /** The row is there when the merchant has this transaction. */
  kind?: TransactionKind | "balance";
  run?: (t: Terminal) => Promise<void>;
  rows?: readonly Entry[];
  /** Cancel of a question that one of its rows asks leads back here, not to idle: who looks something up may have taken the wrong row. */
  stays?: true;
}

export const MAIN_MENU: Entry = {
  key: "",
  text: "menu.main",
  rows: [
    { key: "1", text: "menu.sale", kind: "sale", run: (t) => sale(t) },
    { key: "2", text: "menu.void", kind: "void", run: voidSale },
    { key: "3", text: "menu.refund", kind: "refund", run: refund },
    {
      key: "4",
      text: "menu.preauth",
      rows: [
        { key: "1", text: "menu.preauth-hold", kind: "preauth", run: (t) => preauth(t) },
        { key: "2", text: "menu.preauth-void", kind: "preauth-void", run: preauthVoid },
        { key: "3", text: "menu.completion-request", kind: "completion", run: completion },
        { key: "4", text: "menu.completion-advice", kind: "completion-advice", run: completionAdvice },
        { key: "5", text: "menu.completion-void", kind: "completion-void", run: completionVoid },
        { key: "6", text: "menu.preauth-add", kind: "preauth-add", run: preauthAdd },
        { key: "7", text: "menu.holds", kind: "preauth", run: holds },
      ],
    },
    {
      key: "6",
      text: "menu.ecash",
      rows: [
        { key: "1", text: "menu.ecash-quick", kind: "ecash", run: ecashFast },
        { key: "2", text: "menu.ecash-sale", kind: "ecash", run: ecashNormal },
        { key: "3", text: "menu.ecash-balance", kind: "ecash", run: ecashBalance },
        { key: "4", text: "menu.ecash-log", kind: "ecash", run: ecashLog },
        {
          key: "5",
          text: "menu.load",
          rows: [
            { key: "1", text: "menu.load-own", kind: "load", run: load },
            { key: "2", text: "menu.load-other", kind: "load-other", run: loadOther },
            { key: "3", text: "menu.cash-load", kind: "cash-load", run: cashLoad },
            { key: "4", text: "menu.cash-load-void", kind: "cash-load-void", run: cashLoadVoid },
          ],
        },
        { key: "6", text: "menu.ecash-refund", kind: "ecash-refund", run: ecashRefund },
      ],
    },
    {
      key: "7",
      text: "menu.other",
      rows: [
        { key: "1", text: "menu.balance", kind: "balance", run: (t) => balance(t) },
        { key: "2", text: "menu.offline", kind: "offline", run: offline },
        { key: "3", text: "menu.adjustment", kind: "adjustment", run: adjustment },
        { key: "4", text: "menu.cash", kind: "cash", run: cash },
        { key: "5", text: "menu.tip", kind: "tip", run: tip },
        {
          key: "6",
          text: "card-data.title",
          rows: [
            { key: "1", text: "card-data.applications", run: fetchApplications },
            { key: "2", text: "card-data.keys", run: fetchKeys },
            { key: "3", text: "card-data.show", run: showCardData },
            { key: "4", text: "contactless-data.fetch", run: fetchContactless },
            { key: "5", text: "contactless-data.show", run: showContactless },
          ],
        },
      ],
    },
    {
      key: "8",
      text: "menu.print",
      rows: [
        { key: "1", text: "menu.reprint-last", run: reprintLast },
        { key: "2", text: "menu.reprint-any", run: reprintAny },
        { key: "3", text: "menu.print-details", run: printBatchDetails },
        { key: "4", text: "menu.print-totals", run: printBatchTotals },
        { key: "5", text: "menu.reprint-settlement", run: reprintSettlement },
        {
          key: "6",
          text: "menu.reports",
          stays: true,
          rows: [
            { key: "1", text: "report.hour", run: (t) => reportBy(t, "hour") },
            { key: "2", text: "report.operator", run: (t) => reportBy(t, "operator") },
            { key: "3", text: "report.card", run: (t) => reportBy(t, "card") },
            { key: "4", text: "report.entry", run: (t) => reportBy(t, "entry") },
            { key: "5", text: "report.result", run: (t) => reportBy(t, "result") },
            { key: "6", text: "report.fees", run: feeReport },
            { key: "7", text: "report.reconcile", run: reconciliation },
            { key: "8", text: "report.export", run: exportTransactions },
          ],
        },
      ],
    },
    {
      key: "9",
      text: "menu.manage",
      rows: [
        { key: "1", text: "menu.sign-on", run: signOnNow },
        { key: "2", text: "menu.sign-off", run: signOffNow },
        { key: "3", text: "menu.settlement", run: settlement },
        {
          key: "4",
          text: "menu.query",
          stays: true,
          rows: [
            { key: "1", text: "query.browse", run: browseAll },
            { key: "2", text: "query.by-trace", run: findByTrace },
            { key: "3", text: "query.by-tail", run: findByTail },
            { key: "4", text: "query.by-amount", run: findByAmount },
            { key: "5", text: "query.totals", run: batchTotals },
            {
              key: "6",
              text: "query.booked",
              stays: true,
              rows: [
                { key: "1", text: "query.booked-browse", run: browsePeriod },
                { key: "2", text: "query.booked-trace", run: traceInBook },
                { key: "3", text: "query.booked-tail", run: tailInPeriod },
                { key: "4", text: "query.booked-amount", run: amountInPeriod },
              ],
            },
          ],
        },
        {
          key: "5",
          text: "menu.operators",
          rows: [
            { key: "1", text: "menu.operator-list", run: listOperators },
            { key: "2", text: "menu.operator-add", run: addOperator },
            { key: "3", text: "menu.operator-delete", run: deleteOperator },
            { key: "4", text: "menu.operator-password", run: changePassword },
            { key: "5", text: "menu.operator-rights", run: changeRights },
            { key: "6", text: "menu.log-out", run: logOut },
          ],
        },
        { key: "6", text: "menu.lock", run: lock },
        { key: "7", text: "menu.versions", run: versions },
        { key: "8", text: "menu.parameters", run: parameters },
        {
          key: "9",
          text: "menu.maintenance",
          rows: [
            { key: "1", text: "menu.echo", run: echo },
            { key: "2", text: "selfcheck.title", run: selfCheck },
            { key: "3", text: "menu.audit", run: auditCheck },
            {
              key: "4",
              text: "menu.risk",
              rows: [
                { key: "1", text: "menu.risk-list", run: riskList },
                { key: "2", text: "menu.blacklist-list", run: blacklistShow },
                { key: "3", text: "menu.blacklist-add", run: blacklistAdd },
                { key: "4", text: "menu.blacklist-delete", run: blacklistDelete },
                { key: "5", text: "blacklist.download", run: blacklistDownload },
              ],
            },
            { key: "5", text: "menu.training", run: training },
            { key: "6", text: "menu.download", run: download },
            { key: "7", text: "menu.status", run: status },
            { key: "8", text: "export.backup", run: backUp },
            { key: "9", text: "export.check", run: checkBackupFile },
            { key: "0", text: "restore.title", run: (t) => restoreBackup(t) },
            { key: "00", text: "menu.firmware", run: updateFirmware },
          ],
        },
        { key: "0", text: "menu.language", run: chooseLanguage },
      ],
    },
  ],
};

/** Walks the menus until a row with work is picked, and does it. Cancel goes back one menu; false when it left the first. */
export async function openMenu(t: Terminal, menu: Entry = MAIN_MENU): Promise<boolean> {
  for (;;) {
    const entry = await pickEntry(t, menu);
    if (entry === undefined) return false;
    const { run } = entry;
    const work = async (): Promise<boolean> => (run === undefined ? openMenu(t, entry) : run(t).then(() => true));
    if (await (menu.stays ? orBack(work) : work())) return true;
  }
}

/** Whether there is anything behind a row for this merchant. */
export const offered = (t: Pick<Terminal, "profile">, { kind, rows }: Entry): boolean =>
  (kind === undefined || isEnabled(t, kind)) && (rows === undefined || rows.some((row) => offered(t, row)));

function pickEntry(t: Terminal, { text, rows: all = [] }: Entry): Promise<Entry | undefined> {
  const rows = all.filter((row) => offered(t, row));
  return orBack(() =>
    pick(t, rows, (selected) =>
      t.ui.show("menu", { title: text, rows: rows.map((row) => ({ key: row.key, text: row.text })), selected }),
    ),
  );
}

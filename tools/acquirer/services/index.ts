/** Which file serves which row of the matrix. */
import type { ServiceName } from "../matrix.ts";
import type { Serve } from "../requests.ts";
import { adjustment } from "./adjustment.ts";
import { balance } from "./balance.ts";
import { blacklist } from "./blacklist.ts";
import { applicationDownload, applicationList, keyDownload, keyList, smKeyList } from "./chip-downloads.ts";
import { chipOffline } from "./chip-offline.ts";
import { completion, completionAdvice } from "./completion.ts";
import { completionVoid } from "./completion-void.ts";
import { contactless, excludedTable, noPinTable } from "./contactless.ts";
import { ecashRefund } from "./ecash-refund.ts";
import { echo } from "./echo.ts";
import { cashLoad, cashLoadVoid, load, loadOther } from "./load.ts";
import { offline } from "./offline.ts";
import { parameters } from "./parameters.ts";
import { preauth } from "./preauth.ts";
import { preauthAdd } from "./preauth-add.ts";
import { preauthVoid } from "./preauth-void.ts";
import { refund } from "./refund.ts";
import { reversal } from "./reversal.ts";
import { sale } from "./sale.ts";
import { scriptResult } from "./script-result.ts";
import { settlement } from "./settlement.ts";
import { signOff } from "./sign-off.ts";
import { signOn } from "./sign-on.ts";
import { statement } from "./statement.ts";
import { status } from "./status.ts";
import { tip } from "./tip.ts";
import { uploadAdvice } from "./upload-advice.ts";
import { uploadChip } from "./upload-chip.ts";
import { uploadEnd } from "./upload-end.ts";
import { uploadStripe } from "./upload-stripe.ts";
import { voidSale } from "./void.ts";

export const services: Readonly<Record<ServiceName, Serve>> = {
  "sign-on": signOn,
  "sign-off": signOff,
  echo,
  parameters,
  status,
  statement,
  blacklist,
  "key-list": keyList,
  "sm-key-list": smKeyList,
  "key-download": keyDownload,
  "application-list": applicationList,
  "application-download": applicationDownload,
  contactless,
  "no-pin-table": noPinTable,
  "excluded-table": excludedTable,
  "script-result": scriptResult,
  "chip-offline": chipOffline,
  "ecash-refund": ecashRefund,
  load,
  "load-other": loadOther,
  "cash-load": cashLoad,
  "cash-load-void": cashLoadVoid,
  balance,
  sale,
  void: voidSale,
  refund,
  preauth,
  "preauth-add": preauthAdd,
  "preauth-void": preauthVoid,
  completion,
  "completion-void": completionVoid,
  "completion-advice": completionAdvice,
  offline,
  adjustment,
  tip,
  reversal,
  settlement,
  "upload-stripe": uploadStripe,
  "upload-advice": uploadAdvice,
  "upload-chip": uploadChip,
  "upload-end": uploadEnd,
};

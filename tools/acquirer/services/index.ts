/** Which file serves which row of the matrix. */
import type { ServiceName } from "../matrix.ts";
import type { Serve } from "../requests.ts";
import { adjustment } from "./adjustment.ts";
import { balance } from "./balance.ts";
import { blacklist } from "./blacklist.ts";
import { completion, completionAdvice } from "./completion.ts";
import { completionVoid } from "./completion-void.ts";
import { echo } from "./echo.ts";
import { offline } from "./offline.ts";
import { parameters } from "./parameters.ts";
import { preauth } from "./preauth.ts";
import { preauthAdd } from "./preauth-add.ts";
import { preauthVoid } from "./preauth-void.ts";
import { refund } from "./refund.ts";
import { reversal } from "./reversal.ts";
import { sale } from "./sale.ts";
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

/** Every screen by its id: a pure function of its state and the words of the language in use. */
import { amount } from "./amount.ts";
import { application } from "./application.ts";
import { approved } from "./approved.ts";
import { authcode } from "./authcode.ts";
import { card } from "./card.ts";
import { cardTail } from "./card-tail.ts";
import { chip } from "./chip.ts";
import { confirm } from "./confirm.ts";
import { date } from "./date.ts";
import { declined } from "./declined.ts";
import { downloading } from "./downloading.ts";
import { expiry } from "./expiry.ts";
import { field } from "./field.ts";
import { fault } from "./fault.ts";
import { idle } from "./idle.ts";
import { locked } from "./locked.ts";
import { login } from "./login.ts";
import { menu } from "./menu.ts";
import { notice } from "./notice.ts";
import { online } from "./online.ts";
import { original } from "./original.ts";
import { pan } from "./pan.ts";
import { password } from "./password.ts";
import { pin } from "./pin.ts";
import { insert } from "./insert.ts";
import { present } from "./present.ts";
import { printer } from "./printer.ts";
import { printing } from "./printing.ts";
import { reference } from "./reference.ts";
import { removeCard } from "./remove-card.ts";
import { report } from "./report.ts";
import { reversing } from "./reversing.ts";
import { selfcheck } from "./selfcheck.ts";
import { settled } from "./settled.ts";
import { settling } from "./settling.ts";
import { signingOn } from "./signing-on.ts";
import type { ScreenFunctions } from "./states.ts";
import { supervisor } from "./supervisor.ts";
import { tap } from "./tap.ts";
import { tear } from "./tear.ts";
import { trace } from "./trace.ts";
import { unknown } from "./unknown.ts";

export const screens: ScreenFunctions = {
  selfcheck,
  login,
  password,
  "signing-on": signingOn,
  idle,
  menu,
  card,
  present,
  insert,
  pan,
  expiry,
  amount,
  confirm,
  pin,
  supervisor,
  field,
  trace,
  reference,
  date,
  authcode,
  original,
  online,
  reversing,
  approved,
  declined,
  unknown,
  printing,
  tear,
  printer,
  settling,
  settled,
  "card-tail": cardTail,
  report,
  notice,
  downloading,
  "remove-card": removeCard,
  application,
  tap,
  chip,
  locked,
  fault,
};

/** 操作员登录 and 终端锁定 (M2). */
import { askDigits, askPassword, askPasswordOr, confirm } from "../steps/ask.ts";
import { note } from "../steps/audit.ts";
import { supervisor } from "../steps/supervisor.ts";
import { Left, type Terminal, wallMs } from "../steps/terminal.ts";

/** Words for a password that was not right. */
function words(t: Terminal, result: ReturnType<Terminal["operators"]["check"]>): string {
  switch (result.result) {
    case "unknown":
      return t.ui.say("problem.unknown-operator");
    case "wrong":
      return t.ui.say("problem.wrong-password", { left: result.left });
    case "locked":
      return t.ui.say("problem.operator-locked", { minutes: result.minutes });
    case "ok":
      return "";
  }
}

async function tryPassword(t: Terminal, id: string, show: (count: number) => void) {
  return check(t, id, await askPassword(t, show));
}

function check(t: Terminal, id: string, password: Uint8Array) {
  try {
    return t.operators.check(id, password, wallMs(t), t.locked ? "unlock" : "log-in");
  } finally {
    password.fill(0);
  }
}

/** Until somebody is logged in, or nobody has come for a while. Cancel begins again with the number. */
export async function logIn(t: Terminal): Promise<void> {
  let problem: string | undefined;
  for (;;) {
    try {
      const id = await askDigits(t, { min: 2, max: 2 }, (digits) => t.ui.show("login", { digits, problem }));
      problem = t.operators.known(id) ? undefined : t.ui.say("problem.unknown-operator");
      if (problem !== undefined) {
        t.ui.bad();
        continue;
      }
      const result = await tryPassword(t, id, (count) => t.ui.show("password", { operator: id, count }));
      if (result.result === "ok") {
        t.operator = id;
        return;
      }
      problem = words(t, result);
      t.ui.bad();
    } catch (error) {
      if (!(error instanceof Left)) throw error;
      if (error.why === "timeout") return;
      problem = undefined;
    }
  }
}

/** Until the same operator's password opens the lock, or the supervisor's (Menu), or nobody has come for a while. */
export async function unlock(t: Terminal): Promise<void> {
  const operator = t.operator ?? "";
  let problem: string | undefined;
  while (t.locked) {
    try {
      const password = await askPasswordOr(t, "menu", (count) => t.ui.show("locked", { operator, count, problem }));
      if (password === undefined) return await openForAnother(t);
      const result = check(t, operator, password);
      if (result.result === "ok") t.locked = false;
      else {
        problem = words(t, result);
        t.ui.bad();
      }
    } catch (error) {
      if (!(error instanceof Left)) throw error;
      if (error.why === "timeout") return;
      problem = undefined;
    }
  }
}

/** Whoever locked it is not there: the supervisor opens it, and since nobody may sell under another's number the next one logs in. */
async function openForAnother(t: Terminal): Promise<void> {
  const by = await supervisor(t);
  if (t.training === undefined) t.audit.note({ who: by, what: "unlock", result: "ok", object: t.operator });
  t.system.log.info(`unlocked by ${by}; operator ${t.operator} is logged out`);
  t.locked = false;
  t.operator = undefined;
}

/** 换班: nobody is at the keys; the next operator logs in. */
export async function logOut(t: Terminal): Promise<void> {
  t.ui.show("notice", {
    title: t.ui.say("menu.log-out"),
    rows: [{ value: t.ui.say("login.out-ask", { operator: t.operator ?? "" }) }],
    tone: "warn",
  });
  await confirm(t);
  note(t, "log-in", "off");
  t.operator = undefined;
}

export function lock(t: Terminal): Promise<void> {
  t.locked = true;
  t.system.log.info(`locked by operator ${t.operator}`);
  return Promise.resolve();
}

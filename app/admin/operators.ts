/** 柜员管理 (M37): list, add, delete, passwords, rights. All but the own password need the supervisor. */
import { reportSlip } from "../slips/report.ts";
import { askDigits, askPassword, confirm, pick } from "../steps/ask.ts";
import { LEAST_DIGITS, type Refusal, type Role, samePassword } from "../steps/operators.ts";
import { onPaper } from "../steps/settle-print.ts";
import { showReport } from "../steps/show-report.ts";
import { supervisor } from "../steps/supervisor.ts";
import { tell } from "../steps/tell.ts";
import { Left, now, type Terminal, wallMs } from "../steps/terminal.ts";
import type { Prompt } from "../text/words.ts";

export async function listOperators(t: Terminal): Promise<void> {
  await supervisor(t);
  const title = t.ui.say("menu.operators");
  const rows = t.operators.list().map(({ id, role, lockedUntil }) => ({
    label: id,
    value: [
      t.ui.say(`operator.${role}`),
      ...(id === t.operator ? [t.ui.say("operators.present")] : []),
      ...(lockedUntil > wallMs(t) ? [t.ui.say("operators.locked")] : []),
    ].join(" · "),
  }));
  await showReport(t, { title, rows }, () =>
    reportSlip({
      title,
      columns: [t.ui.say("operators.number"), t.ui.say("operators.count", { count: rows.length })],
      rows: rows.map(({ label, value }) => [label, value]),
      operator: t.operator,
      ...now(t),
      ...onPaper(t),
    }),
  );
}

export async function addOperator(t: Terminal): Promise<void> {
  const by = await supervisor(t);
  const id = await askNumber(t, "menu.operator-add", (typed) => {
    if (t.operators.known(typed)) return t.ui.say("operators.refused-exists");
    return typed === "00" || typed === "99" ? t.ui.say("operators.refused-fixed") : undefined;
  });
  const role = await askRole(t);
  await withNewPassword(t, "menu.operator-add", id, role, async (password) => {
    await answer(t, "menu.operator-add", t.operators.add(by, id, role, password), "operators.added", { operator: id });
  });
}

export async function deleteOperator(t: Terminal): Promise<void> {
  const by = await supervisor(t);
  const id = await askNumber(t, "menu.operator-delete", (typed) => {
    if (!t.operators.known(typed)) return t.ui.say("operators.refused-unknown");
    if (typed === by) return t.ui.say("operators.refused-self");
    if (typed === t.operator) return t.ui.say("operators.refused-present");
    return typed === "00" || typed === "99" ? t.ui.say("operators.refused-fixed") : undefined;
  });
  await sure(t, "menu.operator-delete", t.ui.say("operators.delete-ask", { operator: id }));
  await answer(t, "menu.operator-delete", t.operators.remove(by, id), "operators.deleted", { operator: id });
}

/** The own one with the old one; another's with the supervisor's consent. Only 99 changes that of 99. */
export async function changePassword(t: Terminal): Promise<void> {
  const id = await askNumber(t, "menu.operator-password", (typed) =>
    t.operators.known(typed) ? undefined : t.ui.say("operators.refused-unknown"),
  );
  const own = id === t.operator || t.operators.roleOf(id) === "administrator";
  const by = own ? await oldPassword(t, id) : await supervisor(t);
  await withNewPassword(t, "menu.operator-password", id, t.operators.roleOf(id) ?? "operator", async (password) => {
    const refused = t.operators.setPassword(by, id, password);
    await answer(t, "menu.operator-password", refused, "operators.changed", { operator: id });
  });
}

export async function changeRights(t: Terminal): Promise<void> {
  const by = await supervisor(t);
  const id = await askNumber(t, "menu.operator-rights", (typed) => {
    if (!t.operators.known(typed)) return t.ui.say("operators.refused-unknown");
    if (typed === by) return t.ui.say("operators.refused-self");
    return typed === "00" || typed === "99" ? t.ui.say("operators.refused-fixed") : undefined;
  });
  const role = await askRole(t);
  const done = { operator: id, role: t.ui.say(`operator.${role}`) };
  const set = (password?: Uint8Array): Promise<void> =>
    answer(t, "menu.operator-rights", t.operators.setRole(by, id, role, password), "operators.rights-changed", done);
  const more = LEAST_DIGITS[role] > LEAST_DIGITS[t.operators.roleOf(id) ?? "operator"];
  // More rights, a longer password.
  if (more) await withNewPassword(t, "menu.operator-rights", id, role, set);
  else await set();
}

async function askNumber(t: Terminal, title: Prompt, check: (id: string) => string | undefined): Promise<string> {
  let problem: string | undefined;
  for (;;) {
    const id = await askDigits(t, { min: 2, max: 2 }, (value) => {
      t.ui.show("field", {
        title: t.ui.say(title),
        label: t.ui.say("operators.number"),
        value,
        ask: t.ui.say("operators.number-ask"),
        problem: value === "" ? problem : undefined,
      });
    });
    problem = check(id);
    if (problem === undefined) return id;
    t.ui.bad();
  }
}

const ROLES = [
  { key: "1", text: "operator.operator", role: "operator" },
  { key: "2", text: "operator.supervisor", role: "supervisor" },
] as const;

async function askRole(t: Terminal): Promise<Exclude<Role, "administrator">> {
  const rows = ROLES.map(({ key, text }) => ({ key, text }));
  const { role } = await pick(t, ROLES, (selected) => t.ui.show("menu", { title: "menu.operator-rights", rows, selected }));
  return role;
}

async function sure(t: Terminal, title: Prompt, words: string): Promise<void> {
  t.ui.show("notice", { title: t.ui.say(title), rows: [{ value: words }], tone: "warn" });
  await confirm(t);
}

/** Who changes it: the owner, by the password as it is. */
async function oldPassword(t: Terminal, id: string): Promise<string> {
  let problem: string | undefined;
  for (;;) {
    const password = await askSecret(t, "menu.operator-password", t.ui.say("consent.label", { operator: id }), {
      ask: t.ui.say("operators.old-ask"),
      problem,
    });
    const result = t.operators.check(id, password, wallMs(t), "password");
    password.fill(0);
    if (result.result === "ok") return id;
    if (result.result === "locked") throw new Left("problem", t.ui.say("problem.operator-locked", { minutes: result.minutes }));
    problem =
      result.result === "wrong"
        ? t.ui.say("problem.wrong-password", { left: result.left })
        : t.ui.say("operators.refused-unknown");
    t.ui.bad();
  }
}

function askSecret(
  t: Terminal,
  title: Prompt,
  label: string,
  { ask, problem }: { ask: string; problem?: string },
): Promise<Uint8Array> {
  return askPassword(t, (count) =>
    t.ui.show("field", {
      title: t.ui.say(title),
      label,
      value: "*".repeat(count),
      ask,
      problem: count === 0 ? problem : undefined,
    }),
  );
}

/** Twice the same and long enough; wiped when `use` has ended. */
async function withNewPassword(
  t: Terminal,
  title: Prompt,
  id: string,
  role: Role,
  use: (password: Uint8Array) => Promise<void>,
): Promise<void> {
  const label = t.ui.say("operators.new-password", { operator: id });
  const least = LEAST_DIGITS[role];
  let problem: string | undefined;
  for (;;) {
    const password = await askSecret(t, title, label, { ask: t.ui.say("operators.new-ask", { count: least }), problem });
    try {
      problem = password.length < least ? t.ui.say("operators.refused-short") : undefined;
      if (problem === undefined) {
        const again = await askSecret(t, title, label, { ask: t.ui.say("operators.again-ask") });
        const same = samePassword(password, again);
        again.fill(0);
        if (same) return await use(password);
        problem = t.ui.say("operators.not-same");
      }
      t.ui.bad();
    } finally {
      password.fill(0);
    }
  }
}

async function answer(
  t: Terminal,
  title: Prompt,
  refused: Refusal | undefined,
  done: Prompt,
  values: Record<string, string>,
): Promise<void> {
  if (refused === undefined) return tell(t, t.ui.say(title), [t.ui.say(done, values)], "good");
  return tell(t, t.ui.say(title), [t.ui.say(`operators.refused-${refused}`)], "warn");
}

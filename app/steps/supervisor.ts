/** Somebody else's consent (M11, M12, M26): the password of 00 or 99, or the own one of whoever is at the keys with those rights. */
import { askPassword } from "./ask.ts";
import { ADMINISTRATOR, type Role, SUPERVISOR } from "./operators.ts";
import { Left, type Terminal, wallMs } from "./terminal.ts";

export { SUPERVISOR } from "./operators.ts";

type Consenting = Exclude<Role, "operator">;

const USUAL: Record<Consenting, string> = { supervisor: SUPERVISOR, administrator: ADMINISTRATOR };

/** Until the password is right; resolves who consented. Leaves on Cancel, on time-out, and while that person is locked out. */
export const supervisor = (t: Terminal): Promise<string> => consent(t, "supervisor");
export const administrator = (t: Terminal): Promise<string> => consent(t, "administrator");

async function consent(t: Terminal, role: Consenting): Promise<string> {
  const own = t.operator !== undefined && t.operators.roleOf(t.operator) === role;
  const id = own ? (t.operator ?? "") : USUAL[role];
  if (!t.operators.known(id)) throw new Left("problem", t.ui.say("problem.not-supervisor-here"));
  let problem: string | undefined;
  for (;;) {
    const password = await askPassword(t, (count) =>
      t.ui.show("supervisor", { count, problem, role, operator: id === USUAL[role] ? undefined : id }),
    );
    const result = t.operators.check(id, password, wallMs(t), "consent");
    password.fill(0);
    switch (result.result) {
      case "ok":
        return id;
      case "locked":
        throw new Left("problem", t.ui.say("problem.operator-locked", { minutes: result.minutes }));
      case "wrong":
        problem = t.ui.say("problem.wrong-password", { left: result.left });
        break;
      case "unknown":
        problem = t.ui.say("problem.not-supervisor");
    }
    t.ui.bad();
  }
}

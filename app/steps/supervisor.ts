/** The supervisor's consent (M11, M12): the password of 00, whoever is at the keys. */
import { askPassword } from "./ask.ts";
import { Left, type Terminal, wallMs } from "./terminal.ts";

/** §7.1. */
export const SUPERVISOR = "00";

/** Until the password is right. Leaves on Cancel, on time-out, and while the supervisor is locked out. */
export async function supervisor(t: Terminal): Promise<void> {
  if (!t.operators.known(SUPERVISOR)) throw new Left("problem", t.ui.say("problem.not-supervisor-here"));
  let problem: string | undefined;
  for (;;) {
    const password = await askPassword(t, (count) => t.ui.show("supervisor", { count, problem }));
    const result = t.operators.check(SUPERVISOR, password, wallMs(t));
    password.fill(0);
    switch (result.result) {
      case "ok":
        return;
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

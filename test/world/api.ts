/** The automation API without HTTP: scenario lines run on a world through the same table of calls as everywhere else. */
import { ROUTES } from "../../tools/sim/api/routes.ts";
import { BadRequest, type Desk, NotNow } from "../../tools/sim/desk.ts";
import type { Api } from "../../tools/sim/scenario/steps.ts";

/** What cannot be done just now (409) comes to nothing, as at a real counter; `timeoutMs` as in desk.ts, real time. */
export function apiOf(desk: Desk, timeoutMs: number): Api {
  return {
    async call<T>(method: "GET" | "POST" | "DELETE", path: string, body?: unknown): Promise<T> {
      const [name = "", search = ""] = path.split("?");
      const route = ROUTES.find((each) => each.path === name && each.method.toUpperCase() === method);
      if (route === undefined) throw new BadRequest(`there is no ${method} ${name}`);
      const query = Object.fromEntries(new URLSearchParams(search));
      try {
        const answer = await route.run({ desk, body, query, timeoutMs });
        return ("json" in answer ? answer.json : desk.state) as T;
      } catch (error) {
        if (error instanceof NotNow && method !== "GET") return desk.state as T;
        throw error;
      }
    },
  };
}

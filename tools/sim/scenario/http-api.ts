/** The automation API over HTTP, as the words of a scenario and the flasher call it. */
import type { Api } from "./steps.ts";

/** `base`: http://127.0.0.1:7400. A call rejects with the answer's own words. */
export function httpApi(base: string): Api {
  return {
    async call(method, path, body) {
      const answer = await fetch(`${base}/api/v1${path}`, {
        method,
        ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
      });
      const json = (await answer.json()) as { error?: string };
      if (!answer.ok) throw new Error(`${method} ${path} → ${answer.status}: ${json.error ?? ""}`);
      // biome-ignore lint/suspicious/noExplicitAny: the caller names the answer's shape
      return json as any;
    },
  };
}

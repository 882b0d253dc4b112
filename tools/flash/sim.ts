/** The simulator as a terminal to be flashed, over its automation API. */
import type { Arrived, OutsideStatus } from "../../platform/node/loader/receive.ts";
import { httpApi } from "../sim/scenario/http-api.ts";
import type { Target } from "./target.ts";

const PIECE_BYTES = 512 * 1024;

/** `base`: http://127.0.0.1:7400 */
export function simTarget(base: string): Target {
  const api = httpApi(base.replace(/\/$/, ""));
  return {
    name: `simulator at ${base}`,
    status: () => api.call("GET", "/firmware") as Promise<OutsideStatus>,
    have: async (sum) => ((await api.call("GET", `/firmware?sha256=${sum}`)) as { have: number }).have,
    async send(sum, bytes, from, progress) {
      for (let at = from; at < bytes.length; at += PIECE_BYTES) {
        const piece = bytes.subarray(at, at + PIECE_BYTES);
        const body = { sha256: sum, at, base64: Buffer.from(piece).toString("base64") };
        progress(((await api.call("POST", "/firmware", body)) as { have: number }).have);
      }
    },
    async finish(sum) {
      const have = await this.have(sum);
      return (await api.call("POST", "/firmware", { sha256: sum, at: have, base64: "", last: true })) as Arrived;
    },
    restart: async () => void (await api.call("POST", "/power", { action: "cycle", timeoutMs: 0 })),
    close: () => Promise.resolve(),
  };
}

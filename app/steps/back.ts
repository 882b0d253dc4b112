/** Cancel as "one step back" instead of "out of everything". */
import { Left } from "./terminal.ts";

/** undefined when somebody pressed Cancel in it. Time-outs and problems go on up. */
export async function orBack<T>(flow: () => Promise<T>): Promise<T | undefined> {
  try {
    return await flow();
  } catch (error) {
    if (error instanceof Left && error.why === "cancelled") return undefined;
    throw error;
  }
}

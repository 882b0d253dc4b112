/** Messages that only want to be answered: the echo test, the end of a download. */
import { managed } from "../answers.ts";
import type { Serve } from "../requests.ts";

export const echo: Serve = (context, request) => managed(context, request, {}, "answered");

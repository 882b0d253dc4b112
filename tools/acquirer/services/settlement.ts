/** Settlement (§2.8, §5.5): the terminal's totals against the host's. 0510 has no DE39 unless the host refuses. */
import { ACQUIRER_ID, managed, refusedByRule } from "../answers.ts";
import type { Context } from "../context.ts";
import { declines, type Reply, type Request, type Serve, sessionRequest } from "../requests.ts";
import { totalsWords, withResults } from "../settlements.ts";

export const settlement: Serve = (context, plain) => {
  if (declines(plain.forced)) return refusedByRule(context, plain);
  const request = sessionRequest(context, plain);
  const { terminal, batch: open } = request.session;
  const { batch } = request.custom;
  const told48 = request.fields[48]!;
  const known = context.book.settlements.find(terminal, batch);
  if (known !== undefined && known.told48 === told48) return answered(context, request, known.answer48, "the same totals again");
  if (known?.closed === true) return failed(context, request, `batch ${batch} is closed, and was with other totals`);
  if (batch !== open) return failed(context, request, `batch ${batch} is not the open one, ${open}`);
  context.write({ record: "settling", terminal, batch, at: context.now().iso, told48 });
  const { answer48, totals, balanced } = context.book.settlements.find(terminal, batch)!;
  const words = (["domestic", "foreign"] as const).map((side) =>
    balanced[side]
      ? `${side} balanced (${totalsWords(totals.host[side])})`
      : `${side} differs: host ${totalsWords(totals.host[side])}, terminal ${totalsWords(totals.terminal[side])}`,
  );
  return answered(context, request, answer48, words.join("; "));
};

const failed = (context: Context, request: Request, words: string): Reply =>
  answered(context, request, withResults(request.fields[48]!, "3", "3"), words);

function answered(context: Context, request: Request, answer48: string, words: string): Reply {
  return managed(context, request, { 15: context.now().date, 32: ACQUIRER_ID, 48: answer48 }, words);
}

/** What became of the issuer's scripts (0620, §2.10): kept with the transaction they came with. */
import { cardAnswer, cardReply } from "../answers.ts";
import { chipDataFaults, readChipData } from "../chip/data.ts";
import type { Context } from "../context.ts";
import { type CardRequest, cardRequest, declines, Refusal, type Serve } from "../requests.ts";
import { fromHex } from "../text.ts";

export const scriptResult: Serve = (context, plain) => {
  const request = cardRequest(context, plain);
  const { code, words } = taken(context, request);
  const reference = request.fields[37] ?? "";
  return cardReply(request, cardAnswer(context, request, { code, reference, authCode: "" }), words);
};

function taken(context: Context, request: CardRequest): { code: string; words: string } {
  const { fields, forced, card, session, row } = request;
  if (declines(forced)) return { code: forced[39]!, words: "a rule says so; nothing was kept" };
  const [batch, trace] = [fields[61]!.slice(0, 6), fields[61]!.slice(6, 12)];
  const key = { terminal: session.terminal, batch, trace };
  const original = context.book.find(key);
  if (original === undefined || ![original.pan, original.chip?.pan].includes(card.pan))
    return { code: "25", words: `DE61 names batch ${batch} trace ${trace}, which is no transaction of this card` };
  const { results, atc } = told(fields[55]!, row);
  context.write({ record: "script-result", key, at: context.now().iso, results });
  const other = original.chip !== undefined && atc !== original.chip.atc ? ", of another ATC" : "";
  return { code: "00", words: `script results ${results} of trace ${trace}${other}` };
}

function told(de55: string, row: CardRequest["row"]): { results: string; atc: string } {
  try {
    const data = readChipData(fromHex(de55));
    const faults = chipDataFaults(data, "script");
    if (faults.length > 0) throw new Error(faults.join("; "));
    return { results: data.get("DF31") ?? "", atc: data.get("9F36") ?? "" };
  } catch (error) {
    throw new Refusal("30", (error as Error).message, row);
  }
}

/**
 * What became of an issuer's scripts (§2.10, 0620): durable beside the journal, told with the next transaction or the settlement, again until the
 * host has heard it.
 */
import { decodeUtf8, encodeUtf8, fromHex, toHex } from "../../platform/guest/bytes.ts";
import type { TransactionRecord } from "../model/transaction.ts";
import { trace6 } from "./numbers.ts";
import { lightsOut } from "./authorise.ts";
import type { Terminal } from "./terminal.ts";

const PREFIX = "scripts/";
/** What nobody takes is not told for ever. */
const MOST_TRIES = 10;

interface Notice {
  of: TransactionRecord;
  /** DE55, hex digits. */
  field55: string;
  /** DE32 of the answer they came with. */
  institution?: string | undefined;
  tries: number;
}

/** Keeps it to be told. A store that refuses loses a notice, not money: it is said in the log. */
export function keepScriptResult(t: Terminal, of: TransactionRecord, field55: Uint8Array, institution?: string): void {
  if (t.training !== undefined || t.parameters.value("chip.scripts") !== true) return;
  const { expiry: _, chip: __, ...kept } = of;
  put(t, keyOf(of), { of: { ...kept, expiry: undefined }, field55: toHex(field55), institution, tries: 0 });
}

/** Oldest first; the first that is not answered ends the round. Never throws for what the host or the line does. */
export async function tellScriptResults(t: Terminal): Promise<void> {
  const { journal, host, system } = t;
  if (t.training !== undefined) return;
  for (const key of system.store.keys(PREFIX)) {
    if (host === undefined || !journal.signedOn || journal.owed !== undefined) return;
    const notice = read(t, key);
    if (notice === undefined) continue;
    put(t, key, { ...notice, tries: notice.tries + 1 });
    const { of } = notice;
    const fate = await host.exchange({
      about: "script-result",
      of,
      batch: journal.batch,
      trace: journal.takeTrace(),
      field55: fromHex(notice.field55),
      ...(notice.institution === undefined ? {} : { institution: notice.institution }),
    });
    lightsOut(t);
    if (fate.fate === "bad-mac") journal.needSignOn();
    const heard = fate.fate === "answered";
    if (heard || notice.tries + 1 >= MOST_TRIES) {
      system.log.info(`script result of ${trace6(of.trace)}: ${heard ? `answer ${fate.code}` : "given up"}`);
      forget(t, key);
    } else return;
  }
}

const keyOf = ({ batch, trace }: TransactionRecord): string => `${PREFIX}${trace6(batch)}/${trace6(trace)}`;

function read(t: Terminal, key: string): Notice | undefined {
  try {
    const sealed = t.system.store.get(key);
    return sealed === undefined ? undefined : (JSON.parse(decodeUtf8(t.system.unseal(sealed))) as Notice);
  } catch (error) {
    t.system.log.error("a script result was altered; it is let go", error);
    forget(t, key);
    return undefined;
  }
}

function put(t: Terminal, key: string, notice: Notice): void {
  try {
    t.system.store.commit([{ put: key, value: t.system.seal(encodeUtf8(JSON.stringify(notice))) }]);
  } catch (error) {
    t.system.log.error("a script result could not be kept", error);
  }
}

function forget(t: Terminal, key: string): void {
  try {
    t.system.store.commit([{ delete: key }]);
  } catch (error) {
    t.system.log.error("a script result could not be let go", error);
  }
}

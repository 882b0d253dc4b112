/** 芯片参数: what the terminal knows for chips, fetched anew (370–373, 380–382), shown and printed for who installs it (99). */
import type { CardTable } from "../steps/card-data.ts";
import { downloadTable } from "../steps/card-downloads.ts";
import { type ReportRow, showPairs } from "../steps/show-report.ts";
import { administrator } from "../steps/supervisor.ts";
import { tell } from "../steps/tell.ts";
import type { Terminal } from "../steps/terminal.ts";
import { notInTraining } from "./training.ts";

export const fetchApplications = (t: Terminal): Promise<void> => fetchTable(t, "applications");
export const fetchKeys = (t: Terminal): Promise<void> => fetchTable(t, "keys");

async function fetchTable(t: Terminal, table: CardTable): Promise<void> {
  if (await notInTraining(t)) return;
  await administrator(t);
  const title = t.ui.say(`card-data.${table}`);
  const result = await downloadTable(t, table);
  if (!result.ok) return tell(t, title, [result.words], "warn");
  const left = result.left.map(({ name }) => t.ui.say("card-data.left", { name }));
  await tell(t, title, [t.ui.say("card-data.done", { count: result.count }), ...left], left.length === 0 ? "good" : "warn");
}

export async function showCardData(t: Terminal): Promise<void> {
  await administrator(t);
  const rows = [...applicationRows(t), ...keyRows(t)];
  const title = t.ui.say("card-data.title");
  if (rows.length === 0) return tell(t, title, [t.ui.say("card-data.none")], "warn");
  await showPairs(t, { title, rows });
}

const text = (value: unknown): string => (typeof value === "string" ? value : toHex(value as Uint8Array));
const toHex = (bytes: Uint8Array): string => [...bytes].map((byte) => byte.toString(16).padStart(2, "0").toUpperCase()).join("");

function applicationRows({ cardData }: Terminal): ReportRow[] {
  return cardData.applications.flatMap(({ aid, tacDefault, tacOnline, tacDenial, floorLimitFen = 0 }) => [
    { label: "AID", value: text(aid) },
    ...(tacDefault === undefined ? [] : [{ label: "DF11", value: text(tacDefault) }]),
    ...(tacOnline === undefined ? [] : [{ label: "DF12", value: text(tacOnline) }]),
    ...(tacDenial === undefined ? [] : [{ label: "DF13", value: text(tacDenial) }]),
    { label: "9F1B", value: String(floorLimitFen) },
  ]);
}

function keyRows({ cardData }: Terminal): ReportRow[] {
  return cardData.keys.map(({ rid, index, expiry = "", key }) => ({
    label: `CA ${rid} ${index}`,
    value: `${key.algorithm === "rsa" ? key.modulus.length * 8 : "SM2"} ${expiry}`,
  }));
}

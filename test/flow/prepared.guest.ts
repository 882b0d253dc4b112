/** Puts counters into a store inside the engine, with its own seal and files; then the power goes off. See prepared.ts. */
import { openJournal } from "../../app/journal/open.ts";
import { META, META_KEY } from "../../app/journal/records.ts";
import { SealedTable } from "../../app/journal/table.ts";
import { decodeUtf8 } from "../../platform/guest/bytes.ts";
import { createSystem } from "../../platform/guest/index.ts";
import type { Counters } from "./prepared.ts";

const system = createSystem(door);
const counters = JSON.parse(decodeUtf8(system.asset("prepared") ?? new Uint8Array(0))) as Counters;

const journal = openJournal(system);
journal.signOn(counters.batch);
journal.needSignOn();
const table = new SealedTable(system);
const meta = table.read(META_KEY, META);
table.commit([table.put(META_KEY, { ...meta, nextTrace: counters.nextTrace })]);
system.power("halt");

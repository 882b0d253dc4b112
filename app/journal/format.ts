/**
 * The form in which records lie in the store, and how an older form becomes the present one. A firmware that is on trial writes nothing in a new form: it
 * migrates only once it is kept, so that the one before finds everything as it left it when the new one is taken back. Afterwards an older firmware
 * works on as long as it is not older than `oldest` says; else it stands still rather than misread money.
 */
import { assert } from "../../platform/guest/assert.ts";
import { decodeUtf8, encodeUtf8 } from "../../platform/guest/bytes.ts";
import type { Change, System } from "../../platform/guest/system.ts";

/** Raised by every migration. */
export const FORMAT = 1;
const KEY = "journal/format";

export interface Migration {
  /** The form it leads to, from the one before. */
  to: number;
  /** The oldest form whose firmware still reads what this leaves. */
  oldest: number;
  /** What it changes; committed in one piece with the form's number. Reads both forms until then. */
  changes(system: System): readonly Change[];
}

/** In order; the last leads to FORMAT. */
export const MIGRATIONS: readonly Migration[] = [];

interface Form {
  format: number;
  oldest: number;
}

/** A store without the key was written before there was another form. */
function formOf({ store }: Pick<System, "store">): Form {
  const stored = store.get(KEY);
  return stored === undefined ? { format: 1, oldest: 1 } : (JSON.parse(decodeUtf8(stored)) as Form);
}

/** Throws Error when the store was left in a form that this firmware cannot read. */
export function refuseNewerForm(system: Pick<System, "store">, known = FORMAT): void {
  const { format, oldest } = formOf(system);
  if (oldest > known)
    throw new Error(
      `the records have form ${format}, of a newer firmware; this one knows form ${known}: install that firmware again`,
    );
}

/** Every step that is still to be done, each in a commit of its own: a power cut in between leaves a form that this firmware reads. Gives how many. */
export function migrate(system: System, migrations: readonly Migration[] = MIGRATIONS): number {
  const { format } = formOf(system);
  const due = migrations.filter(({ to }) => to > format);
  for (const { to, oldest, changes } of due) {
    assert(to > format && oldest <= to, "a form is newer than the one before, and its own firmware reads it");
    system.store.commit([...changes(system), { put: KEY, value: encodeUtf8(JSON.stringify({ format: to, oldest })) }]);
    system.log.info(`journal: the records have form ${to} now; firmware that knows form ${oldest} still reads them`);
  }
  return due.length;
}

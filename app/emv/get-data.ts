/** GET DATA: an object that lies in no record (Book 3 6.5.7). */
import { toBytes } from "./bytes.ts";
import { commands, OK, send } from "./command.ts";
import type { Step } from "./requests.ts";
import type { Session } from "./session.ts";
import { onlyTlv } from "./tlv.ts";

/** The value, also kept among the card's data; undefined when the card does not give it, whatever its reason. */
export function* getData(session: Session, tag: number): Step<Uint8Array | undefined> {
  const { status, data } = yield* send(session, commands.getData(tag));
  if (status !== OK) return undefined;
  const name = tag.toString(16).toUpperCase();
  const value = onlyTlv(data, name)?.value;
  if (value !== undefined && toBytes(name).length === 2) session.store.setCard(name, value);
  return value;
}

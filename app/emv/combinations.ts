/** The contactless directory and the applications both sides have (§9.2). */
import { type Bytes, fromText, toHex } from "./bytes.ts";
import { type Candidate, candidateFrom, inOrder, matching, parseFci } from "./candidates.ts";
import { commands, OK, send, statusWords } from "./command.ts";
import { Ended } from "./outcome.ts";
import type { Step } from "./requests.ts";
import type { Session } from "./session.ts";
import type { Application, Terminal } from "./terminal.ts";
import { findTlv, type Tlv, valueIn } from "./tlv.ts";

const PPSE = fromText("2PAY.SYS.DDF01");
const UNIONPAY = "A000000333";
/** Kernel 7 in the low six bits of a kernel identifier's first byte. */
const KERNEL = 7;

/** Combinations of the card's directory with the terminal's applications, first choice first. Undefined: the FCI is no PPSE. */
export function buildCombinations(fciBytes: Bytes, terminal: Terminal, allowed: readonly Application[]): Candidate[] | undefined {
  const fci = parseFci(fciBytes);
  const directory = findTlv(fci?.proprietary ?? [], "BF0C");
  if (fci === undefined || directory?.children === undefined) return undefined;
  const entries = directory.children.filter(({ tag }) => tag === "61");
  return inOrder(entries.flatMap((entry) => combination(entry, terminal, allowed) ?? []));
}

function combination({ children = [] }: Tlv, terminal: Terminal, allowed: readonly Application[]): Candidate | undefined {
  const name = valueIn(children, "4F");
  if (name.length < 5 || name.length > 16) return undefined;
  const application = matching(name, allowed);
  if (application === undefined || !ours(toHex(name).slice(0, 10), valueIn(children, "9F2A"))) return undefined;
  return candidateFrom(children, name, application, terminal);
}

/** Without a kernel identifier the RID says which kernel it is. */
function ours(rid: string, kernel: Uint8Array): boolean {
  const [first = 0] = kernel;
  if (kernel.length === 0 || (first & 0x3f) === 0) return rid === UNIONPAY;
  return (first & 0xc0) === 0 && (first & 0x3f) === KERNEL;
}

export function* readCombinations(session: Session, allowed: readonly Application[]): Step<Candidate[]> {
  const { status, data } = yield* send(session, commands.select(PPSE));
  const found = status === OK ? buildCombinations(data, session.terminal, allowed) : undefined;
  if (found === undefined) throw new Ended("other-interface", "no-application", statusWords("SELECT", status));
  if (found.length === 0) throw new Ended("other-interface", "no-application", "card and reader have no application in common");
  return found;
}

/** Issuer scripts, templates 71 and 72 (§6.13, Book 3 10.10). */
import { concat, EmvError, NO_BYTES } from "./bytes.ts";
import { sendBytes } from "./command.ts";
import { Ended } from "./outcome.ts";
import type { Step } from "./requests.ts";
import type { Session } from "./session.ts";
import { parseTlv, type Tlv } from "./tlv.ts";

export interface Script {
  template: "71" | "72";
  /** 9F18, or four zeros. */
  identifier: Uint8Array;
  commands: Uint8Array[];
  /** It is not what a script may be; none of its commands is sent. */
  malformed: boolean;
}

const MAX_SCRIPT_BYTES = 256;
const MAX_COMMANDS = 100;
const NOT_EXECUTED = 0x00;
const FAILED = 0x10;
const SUCCESSFUL = 0x20;

/** Scripts in the order they came. Bytes that are no TLV are one malformed script, so that the issuer hears of it. */
export function parseScripts(bytes: Uint8Array): Script[] {
  const broken: Script = { template: "72", identifier: new Uint8Array(4), commands: [], malformed: true };
  try {
    const templates = parseTlv(bytes, { flat: true }).filter(({ tag }) => tag === "71" || tag === "72");
    const tooLong = templates.reduce((sum, { raw }) => sum + (raw?.length ?? 0), 0) > MAX_SCRIPT_BYTES;
    return templates.map((template) => ({ ...parseScript(template), ...(tooLong ? { malformed: true } : {}) }));
  } catch (error) {
    if (error instanceof EmvError) return [broken];
    throw error;
  }
}

function parseScript({ tag, value }: Tlv): Script {
  const script: Script = { template: tag as "71" | "72", identifier: new Uint8Array(4), commands: [], malformed: false };
  try {
    for (const object of parseTlv(value)) {
      if (object.tag === "9F18" && object.value.length === 4) script.identifier = object.value;
      else if (object.tag === "86") script.commands.push(object.value);
      else script.malformed = true;
    }
  } catch (error) {
    if (!(error instanceof EmvError)) throw error;
    script.malformed = true;
  }
  return script;
}

/** Runs those of one template, one command at a time until one fails; adds their results to DF31 and 9F5B, sets TVR and TSI. */
export function* runScripts(session: Session, scripts: readonly Script[], template: "71" | "72"): Step<void> {
  for (const script of scripts.filter((one) => one.template === template)) {
    const result = script.malformed ? NOT_EXECUTED : yield* runScript(session, script);
    session.setTsi("script");
    if (result !== SUCCESSFUL) session.setTvr(template === "71" ? "script-failed-before" : "script-failed-after");
    const results = concat(session.store.get("DF31") ?? NO_BYTES, Uint8Array.of(result), script.identifier);
    session.store.kernel.set("DF31", results);
    session.store.kernel.set("9F5B", results);
  }
}

/** A card that is gone fails the script; whether it fails the transaction is for the next command to say. */
function* runScript(session: Session, script: Script): Step<number> {
  for (const [position, command] of script.commands.entries()) {
    const failed = FAILED | Math.min(position + 1, 15);
    if (!wellFormed(command)) return failed;
    const status = yield* sendCommand(session, command);
    const kind = status >> 8;
    if (kind !== 0x90 && kind !== 0x62 && kind !== 0x63) return failed;
  }
  return SUCCESSFUL;
}

/** The status; 0 when there is none. */
function* sendCommand(session: Session, command: Uint8Array): Step<number> {
  try {
    session.count("ISSUER SCRIPT", MAX_COMMANDS);
    return (yield* sendBytes(session, command, "ISSUER SCRIPT", false)).status;
  } catch (error) {
    if (error instanceof Ended) return 0;
    throw error;
  }
}

/** Header alone, header and Le, or header, Lc and as many bytes, with or without Le. */
function wellFormed(command: Uint8Array): boolean {
  if (command.length === 4 || command.length === 5) return true;
  const size = 5 + (command[4] ?? 0);
  return command.length === size || command.length === size + 1;
}

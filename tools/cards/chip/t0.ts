/** T=0 as a reader sees it (§6.1): five bytes of header, data one way, 61xx and 6Cxx where a command asks both ways or the wrong length. */
import { type Answer, encodeAnswer, parseCommand, status, SW } from "./apdu.ts";
import { byte, cut, type Hex, number, size } from "./hex.ts";

/** Instructions that bring data; P3 of all others says how much is wanted. */
const WITH_DATA = new Set(["A4", "A8", "88", "82", "20", "AE", "1E", "18", "16", "24", "DA", "DC"]);
const GET_RESPONSE = "C0";
const WARNINGS = new Set([0x62, 0x63]);

export class T0 {
  /** Data waiting to be fetched. */
  #waiting: Hex | undefined;

  constructor(readonly run: (command: ReturnType<typeof parseCommand> & object) => Answer | "mute") {}

  reset(): void {
    this.#waiting = undefined;
  }

  exchange(tpdu: Hex): Hex | "mute" {
    if (size(tpdu) < 5) return encodeAnswer(status(SW.wrongLength));
    if (cut(tpdu, 1, 2) === GET_RESPONSE) return this.#fetch(number(cut(tpdu, 4, 5)));
    this.#waiting = undefined;
    return WITH_DATA.has(cut(tpdu, 1, 2)) ? this.#withData(tpdu) : this.#withoutData(tpdu);
  }

  #withData(tpdu: Hex): Hex | "mute" {
    const p3 = number(cut(tpdu, 4, 5));
    const command = size(tpdu) === 5 + p3 ? parseCommand(p3 === 0 ? cut(tpdu, 0, 4) : tpdu) : undefined;
    if (command === undefined) return encodeAnswer(status(SW.wrongLength));
    const answered = this.run(command);
    if (answered === "mute") return "mute";
    const { data, sw } = answered;
    if (data === "") return encodeAnswer(answered);
    this.#waiting = data;
    // A warning goes out as it is; whoever wants the data fetches it all the same.
    return WARNINGS.has(sw >> 8) ? encodeAnswer(status(sw)) : `61${byte(size(data) & 0xff)}`;
  }

  #withoutData(tpdu: Hex): Hex | "mute" {
    if (size(tpdu) !== 5) return encodeAnswer(status(SW.wrongLength));
    const answered = this.run(parseCommand(tpdu)!);
    if (answered === "mute" || answered.data === "") return answered === "mute" ? "mute" : encodeAnswer(answered);
    return size(answered.data) === wanted(number(cut(tpdu, 4, 5))) ? encodeAnswer(answered) : wrongLe(answered.data);
  }

  #fetch(p3: number): Hex {
    const data = this.#waiting;
    if (data === undefined) return encodeAnswer(status(SW.conditions));
    if (wanted(p3) > size(data)) return wrongLe(data);
    const rest = cut(data, wanted(p3));
    this.#waiting = rest === "" ? undefined : rest;
    return cut(data, 0, wanted(p3)) + (rest === "" ? "9000" : `61${byte(size(rest) & 0xff)}`);
  }
}

const wanted = (p3: number): number => (p3 === 0 ? 256 : p3);
const wrongLe = (data: Hex): Hex => `6C${byte(size(data) & 0xff)}`;

/** T=1 on the card's side (ISO 7816-3 11): blocks with LRC, sequence numbers, chaining both ways, IFS, RESYNCH, ABORT, WTX. */
import { byte, cut, fromHex, type Hex, number, size } from "./hex.ts";

const I_MORE = 0x20;
const R_BLOCK = 0x80;
const S_BLOCK = 0xc0;
const S_RESYNCH = 0xc0;
const S_IFS = 0xc1;
const S_ABORT = 0xc2;
const S_WTX = 0xc3;
const RESPONSE = 0x20;
const PARITY_ERROR = 1;
const OTHER_ERROR = 2;
const DEFAULT_IFSD = 32;
const MOST_APDU = 261;

const lrc = (hex: Hex): Hex => byte(fromHex(hex).reduce((sum, value) => sum ^ value, 0));
const block = (pcb: number, inf: Hex): Hex => {
  const body = `00${byte(pcb)}${byte(size(inf))}${inf}`;
  return body + lrc(body);
};

export interface T1Settings {
  /** Times S(WTX) is sent before each answer. */
  extensions: number;
}

export class T1 {
  #ifsd = DEFAULT_IFSD;
  /** N(S) of the next I-block each way. */
  #sends = 0;
  #expects = 0;
  /** The command as far as it came. */
  #command: Hex = "";
  /** The answer's blocks still to go. */
  #answer: Hex[] = [];
  #last: Hex = "";
  #extensionsLeft = 0;
  #pending: Hex | undefined;

  constructor(
    readonly run: (apdu: Hex) => Hex | "mute",
    readonly settings: T1Settings,
  ) {}

  reset(): void {
    this.#ifsd = DEFAULT_IFSD;
    this.#restart();
  }

  #restart(): void {
    this.#sends = 0;
    this.#expects = 0;
    this.#command = "";
    this.#answer = [];
    this.#last = "";
    this.#extensionsLeft = 0;
    this.#pending = undefined;
  }

  exchange(received: Hex): Hex | "mute" {
    const answered = this.#take(received);
    if (answered !== "mute") this.#last = answered;
    return answered;
  }

  #take(received: Hex): Hex | "mute" {
    const inf = cut(received, 3, size(received) - 1);
    const whole = size(received) >= 4 && number(cut(received, 2, 3)) === size(inf);
    if (!whole || lrc(cut(received, 0, size(received) - 1)) !== cut(received, size(received) - 1))
      return this.#refuse(PARITY_ERROR);
    const pcb = number(cut(received, 1, 2));
    if (received.startsWith("00") === false) return this.#refuse(OTHER_ERROR);
    if ((pcb & 0x80) === 0) return this.#information(pcb, inf);
    return (pcb & S_BLOCK) === S_BLOCK ? this.#supervisory(pcb, inf) : this.#receipt(pcb);
  }

  #refuse(error: number): Hex {
    return block(R_BLOCK | (this.#expects << 4) | error, "");
  }

  #information(pcb: number, inf: Hex): Hex | "mute" {
    if (pcb >> 6 !== this.#expects || this.#answer.length > 0) return this.#refuse(OTHER_ERROR);
    this.#expects ^= 1;
    this.#command += inf;
    if (size(this.#command) > MOST_APDU) return this.#refuse(OTHER_ERROR);
    if ((pcb & I_MORE) !== 0) return block(R_BLOCK | (this.#expects << 4), "");
    const command = this.#command;
    this.#command = "";
    const answered = this.run(command);
    if (answered === "mute") return "mute";
    this.#pending = answered;
    this.#extensionsLeft = this.settings.extensions;
    return this.#askOrAnswer();
  }

  #askOrAnswer(): Hex {
    if (this.#extensionsLeft > 0) {
      this.#extensionsLeft--;
      return block(S_WTX, "01");
    }
    const answered = this.#pending ?? "";
    this.#pending = undefined;
    const count = Math.ceil(size(answered) / this.#ifsd);
    this.#answer = Array.from({ length: count }, (_, i) => cut(answered, i * this.#ifsd, (i + 1) * this.#ifsd));
    return this.#next();
  }

  #next(): Hex {
    const inf = this.#answer.shift() ?? "";
    const pcb = (this.#sends << 6) | (this.#answer.length > 0 ? I_MORE : 0);
    this.#sends ^= 1;
    return block(pcb, inf);
  }

  /** A receipt for the block before, or a wish to have it again. */
  #receipt(pcb: number): Hex {
    const asks = (pcb >> 4) & 1;
    const good = (pcb & 0x0f) === 0;
    if (good && asks === this.#sends && this.#answer.length > 0) return this.#next();
    return this.#last === "" ? this.#refuse(OTHER_ERROR) : this.#last;
  }

  #supervisory(pcb: number, inf: Hex): Hex {
    if (pcb === (S_WTX | RESPONSE) && this.#pending !== undefined) return this.#askOrAnswer();
    if (pcb === S_IFS && size(inf) === 1 && number(inf) > 0 && number(inf) < 0xff) {
      this.#ifsd = number(inf);
      return block(S_IFS | RESPONSE, inf);
    }
    if (pcb === S_RESYNCH && inf === "") {
      this.#restart();
      return block(S_RESYNCH | RESPONSE, "");
    }
    if (pcb === S_ABORT && inf === "") {
      this.#command = "";
      this.#answer = [];
      return block(S_ABORT | RESPONSE, "");
    }
    return this.#refuse(OTHER_ERROR);
  }
}

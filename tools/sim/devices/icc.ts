/** The chip slot: a contact reader of the GemPC Twin's kind at TPDU level, with a second slot for a security module when it has one in it. */
import type { CardReply, ContactFace, DeviceContext, FaultSpec, SimIccControls } from "../contract.ts";
import { ANSWER, CcidDevice, COMMAND, ERROR, LINE_FAULTS, type Outcome } from "./ccid.ts";
import type { Command } from "./ccid-frame.ts";
import { fillVerify } from "./icc-pin.ts";

export interface IccSettings {
  /** What is in the slot inside the terminal; without it the reader has one slot. */
  sam?: ContactFace;
}

const CLOCK_KHZ = 4_000;
const RESET_MS = 20;
/** A byte takes 12 etu at 372 clocks. */
const BYTE_MS = (12 * 372) / CLOCK_KHZ;
/** What is waited for before a card is called mute: no answer to reset within 42 000 clocks and then some. */
const MUTE_MS = 50;
/** As of an answer to reset that says nothing: FiDi, TCCKS, guard time, waiting integer, clock. */
const T0_DEFAULTS = [0x11, 0x00, 0x00, 0x0a, 0x00];
const SAY_CHALLENGE = 0x70;
const SEALED_PIN = 0x80;
const PARAMETER_BYTES = [5, 7];

interface Slot {
  face: ContactFace | undefined;
  active: boolean;
  protocol: number;
  parameters: Uint8Array;
}

export class SimIcc extends CcidDevice implements SimIccControls {
  readonly wire = "icc";
  readonly faultSpecs: readonly FaultSpec[] = [
    ...LINE_FAULTS,
    { fault: "corrupt", takes: "count", words: { zh: "卡片数据错一位", en: "A bit of the card's answer is wrong" } },
    { fault: "slow", takes: "value", words: { zh: "卡片处理慢(毫秒)", en: "The card works so long, asking for time (ms)" } },
    { fault: "pull-at", takes: "value", words: { zh: "第N条命令时拔卡", en: "The card is pulled at the Nth command" } },
  ];
  protected readonly firmware = "TaelSim-ICC-V1.00";
  readonly #slots: Slot[];
  #card: string | undefined;
  /** Commands to the card since `pull-at` was set. */
  #commands = 0;

  #pairing: Uint8Array | undefined;
  #challenge: Uint8Array | undefined;

  constructor(context: DeviceContext, { sam }: IccSettings = {}) {
    super(context);
    this.#slots = [emptySlot(), ...(sam === undefined ? [] : [{ ...emptySlot(), face: sam }])];
  }

  get card(): string | undefined {
    return this.#card;
  }

  insert(id: string, face: ContactFace): void {
    if (this.#card !== undefined) throw new Error(`there is a card in the slot: ${this.#card}`);
    this.#card = id;
    this.#slots[0] = { ...emptySlot(), face };
    this.moved(true);
  }

  remove(): void {
    const [slot] = this.#slots as [Slot];
    if (slot.face === undefined) throw new Error("there is no card in the slot");
    slot.face.powerOff();
    this.#slots[0] = emptySlot();
    this.#card = undefined;
    this.moved(false);
    this.cutShort(0, ERROR.mute);
  }

  describe(): Record<string, unknown> {
    const [{ active, protocol }] = this.#slots as [Slot];
    return { card: this.#card ?? null, powered: active, protocol: active ? `T=${protocol}` : null, plugged: this.plugged };
  }

  protected override faultSet({ fault }: { fault: string }): void {
    if (fault === "pull-at") this.#commands = 0;
  }

  protected get slots(): number {
    return this.#slots.length;
  }

  protected cardIn(number: number): number {
    const slot = this.#slots[number];
    if (slot?.face === undefined) return 2;
    return slot.active ? 0 : 1;
  }

  protected powerLost(): void {
    for (const slot of this.#slots) switchOff(slot);
    this.context.changed();
  }

  protected obey(command: Command): Outcome {
    const slot = this.#slots[command.slot]!;
    switch (command.type) {
      case COMMAND.powerOn:
        return this.#powerOn(command, slot);
      case COMMAND.powerOff:
        this.#challenge = undefined;
        switchOff(slot);
        this.context.changed();
        return { type: ANSWER.status, card: this.cardIn(command.slot), last: 1 };
      case COMMAND.slotStatus:
      case COMMAND.abort:
      case COMMAND.clock:
        return { type: ANSWER.status, card: this.cardIn(command.slot) };
      case COMMAND.transfer:
        return this.#transfer(command, slot);
      case COMMAND.secure:
        return this.#sealedPin(command, slot);
      case COMMAND.setParameters:
      case COMMAND.getParameters:
      case COMMAND.resetParameters:
        return this.#parameters(command, slot);
      case COMMAND.dataRate:
        return { type: ANSWER.rate, card: this.cardIn(command.slot), data: command.data };
      default:
        return { type: ANSWER.status, card: this.cardIn(command.slot), error: ERROR.unsupported };
    }
  }

  #powerOn({ slot: number, own }: Command, slot: Slot): Outcome {
    const [volts = 0] = own;
    if (volts > 3) return { type: ANSWER.data, card: this.cardIn(number), error: ERROR.protocol };
    const { face } = slot;
    this.#challenge = undefined;
    if (face === undefined) return { type: ANSWER.data, card: 2, error: ERROR.mute };
    const reply: CardReply = this.has("mute") ? { kind: "mute" } : face.reset(slot.active ? "warm" : "cold");
    if (reply.kind === "mute" || this.spend("parity"))
      return this.#fail(number, slot, reply.kind === "mute" ? ERROR.mute : ERROR.parity);
    slot.active = true;
    slot.protocol = face.protocol === "T=1" ? 1 : 0;
    slot.parameters = new Uint8Array(T0_DEFAULTS);
    this.context.changed();
    return { type: ANSWER.data, card: 0, data: reply.bytes, workMs: RESET_MS + reply.workMs + reply.bytes.length * BYTE_MS };
  }

  /** Its own kind of the CCID's secure operation: a PIN the paired pad sealed goes into the command's hole. */
  #sealedPin(command: Command, slot: Slot): Outcome {
    const card = this.cardIn(command.slot);
    const [kind, ...rest] = command.data;
    const [pairing, challenge] = [this.#pairing, this.#challenge];
    if (kind !== SEALED_PIN || pairing === undefined || challenge === undefined || !slot.active)
      return { type: ANSWER.data, card, error: ERROR.data };
    const filled = fillVerify({ pairing, challenge, protocol: slot.protocol }, Uint8Array.from(rest));
    if (filled === undefined) return { type: ANSWER.data, card, error: ERROR.data };
    const outcome = this.#transfer({ ...command, data: filled }, slot);
    filled.fill(0);
    return outcome;
  }

  #transfer({ slot: number, own, data }: Command, slot: Slot): Outcome {
    if (!slot.active || slot.face === undefined) return { type: ANSWER.data, card: this.cardIn(number), error: ERROR.mute };
    if (this.has("pull-at") && number === 0 && ++this.#commands >= this.valueOf("pull-at", 1)) {
      this.clearFault("pull-at");
      this.context.clock.after(MUTE_MS / 2, "busy", () => {
        if (this.#card !== undefined) this.remove();
      });
      return { type: ANSWER.data, card: 0, error: ERROR.mute, workMs: MUTE_MS };
    }
    const reply: CardReply = this.has("mute") ? { kind: "mute" } : slot.face.exchange(data);
    if (reply.kind === "mute") return this.#fail(number, slot, ERROR.mute);
    if (this.spend("parity")) return { type: ANSWER.data, card: 0, error: ERROR.parity, workMs: reply.workMs };
    const bytes = reply.bytes.slice();
    if (this.spend("corrupt") && bytes.length > 0) bytes[bytes.length >> 1]! ^= 0x10;
    const slowMs = this.valueOf("slow", 0);
    const workMs = reply.workMs + slowMs + (data.length + bytes.length) * BYTE_MS;
    const extensions = reply.extensions + (slowMs > 0 && slot.protocol === 0 ? Math.ceil(slowMs / this.#patienceMs(slot, 1)) : 0);
    const patienceMs = this.#patienceMs(slot, own[0] || 1);
    // A card that works longer than it has been given, and has not asked for more, is mute to the reader.
    if ((reply.workMs + slowMs) / (extensions + 1) > patienceMs) return this.#fail(number, slot, ERROR.mute, patienceMs);
    return { type: ANSWER.data, card: 0, data: bytes, workMs, extensions, ask: "byte" };
  }

  /** How long the card may be silent: work waiting time of T=0, block waiting time of T=1 so often as it was granted. */
  #patienceMs({ protocol, parameters }: Slot, waits: number): number {
    const unitMs = (960 * 372) / CLOCK_KHZ;
    if (protocol === 0) return unitMs * (parameters[3] ?? 10);
    return unitMs * 2 ** ((parameters[3] ?? 0x4d) >> 4) * waits;
  }

  /** T=0 and T=1 leave it to the terminal what becomes of a card that fell silent: it keeps its power until it is taken away. */
  #fail(number: number, slot: Slot, error: number, workMs = MUTE_MS): Outcome {
    if (!slot.active) slot.face?.powerOff();
    return { type: ANSWER.data, card: this.cardIn(number), error, workMs };
  }

  protected override escape(data: Uint8Array): Uint8Array | undefined {
    if (data.length !== 1 || data[0] !== SAY_CHALLENGE || this.#pairing === undefined) return undefined;
    this.#challenge = Uint8Array.from({ length: 8 }, () => Math.floor(this.context.random() * 256));
    return this.#challenge.slice();
  }

  /** The key it shares with the PIN pad it is built together with, 32 hex digits. */
  pair(keyHex: string): void {
    this.#pairing = new Uint8Array(Buffer.from(keyHex, "hex"));
  }

  #parameters({ type, slot: number, own, data }: Command, slot: Slot): Outcome {
    const card = this.cardIn(number);
    if (slot.face === undefined) return { type: ANSWER.parameters, card, error: ERROR.mute };
    if (type === COMMAND.resetParameters) slot.parameters = new Uint8Array(T0_DEFAULTS);
    if (type === COMMAND.setParameters) {
      const [protocol = 0] = own;
      if (protocol > 1) return { type: ANSWER.parameters, card, error: ERROR.protocol };
      if (data.length !== PARAMETER_BYTES[protocol]) return { type: ANSWER.parameters, card, error: ERROR.data };
      slot.parameters = data.slice();
    }
    return { type: ANSWER.parameters, card, data: slot.parameters, last: slot.parameters.length === 7 ? 1 : 0 };
  }
}

function emptySlot(): Slot {
  return { face: undefined, active: false, protocol: 0, parameters: new Uint8Array(T0_DEFAULTS) };
}

function switchOff(slot: Slot): void {
  if (slot.active) slot.face?.powerOff();
  slot.active = false;
}

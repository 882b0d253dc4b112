/** The contactless reader: a field with whatever is held into it, at APDU level (hal/picc/README.md). */
import type { CardReply, DeviceContext, FaultSpec, FieldFace, SimPiccControls } from "../contract.ts";
import { ANSWER, CcidDevice, COMMAND, ERROR, LINE_FAULTS, type Outcome } from "./ccid.ts";
import type { Command } from "./ccid-frame.ts";

/** Anti-collision and RATS. */
const ACTIVATE_MS = 25;
const APDU_MS = 5;
/** A frame waiting time and what is tried again in it. */
const MUTE_MS = 80;
/** A hand holds a card so long after anything has happened last. */
const HOLD_MS = 1_500;
const LIGHTS = ["blue", "yellow", "green", "red"] as const;
const FIELD = 0x25;
const LED = 0x29;

export class SimPicc extends CcidDevice implements SimPiccControls {
  readonly wire = "picc";
  readonly faultSpecs: readonly FaultSpec[] = [
    ...LINE_FAULTS,
    { fault: "no-lights", takes: "switch", words: { zh: "没有指示灯", en: "A model without lights" } },
    { fault: "tear-at", takes: "value", words: { zh: "第N条命令时移开卡片", en: "The card is taken away at the Nth command" } },
  ];
  protected readonly firmware = "TaelSim-PICC-V1.00";
  protected readonly slots = 1;
  #card: string | undefined;
  #faces: readonly FieldFace[] = [];
  #field = false;
  #active = false;
  #lights = 0;
  #hand: { stop(): void } | undefined;
  #commands = 0;

  constructor(context: DeviceContext) {
    super(context);
  }

  get card(): string | undefined {
    return this.#card;
  }
  get field(): boolean {
    return this.#field;
  }
  get lit(): readonly (typeof LIGHTS)[number][] {
    return LIGHTS.filter((_, bit) => (this.#lights & (1 << bit)) !== 0);
  }

  tap(id: string, faces: readonly FieldFace[]): void {
    if (this.#card !== undefined) throw new Error(`there is a card at the reader: ${this.#card}`);
    this.#card = id;
    this.#faces = faces;
    this.#hold();
    if (this.#field && faces.length > 0) this.moved(true);
    this.context.changed();
  }

  takeAway(): void {
    if (this.#card === undefined) return;
    const felt = this.#field && this.#faces.length > 0;
    this.#hand?.stop();
    this.#hand = undefined;
    for (const face of this.#faces) face.fieldOff();
    this.#faces = [];
    this.#card = undefined;
    this.#active = false;
    if (felt) this.moved(false);
    this.cutShort(0, ERROR.mute);
    this.context.changed();
  }

  describe(): Record<string, unknown> {
    return { card: this.#card ?? null, field: this.#field, active: this.#active, lights: this.lit, plugged: this.plugged };
  }

  protected override faultSet({ fault }: { fault: string }): void {
    if (fault === "tear-at") this.#commands = 0;
  }

  protected powerLost(): void {
    this.#lights = 0;
    this.#switchField(false);
  }

  protected cardIn(_slot: number): number {
    if (!this.#field || this.#faces.length === 0) return 2;
    return this.#active ? 0 : 1;
  }

  /** E0 00 00 <what> 01 <value> → E1 00 00 00 01 <value>. */
  protected override escape(data: Uint8Array): Uint8Array | undefined {
    const [e0, zero, none, what, one, value = 0] = data;
    if (data.length !== 6 || e0 !== 0xe0 || zero !== 0 || none !== 0 || one !== 1) return undefined;
    if (what === FIELD && value <= 1) this.#switchField(value === 1);
    else if (what === LED && value <= 0x0f && !this.has("no-lights")) this.#lights = value;
    else return undefined;
    this.context.changed();
    return Uint8Array.of(0xe1, 0, 0, 0, 1, value);
  }

  protected obey(command: Command): Outcome {
    const card = this.cardIn(0);
    switch (command.type) {
      case COMMAND.powerOn:
        return this.#powerOn(card);
      case COMMAND.powerOff:
        this.#deselect();
        return { type: ANSWER.status, card: this.cardIn(0), last: 1 };
      case COMMAND.slotStatus:
      case COMMAND.abort:
      case COMMAND.clock:
        return { type: ANSWER.status, card };
      case COMMAND.transfer:
        return this.#transfer(command.data);
      case COMMAND.getParameters:
      case COMMAND.setParameters:
      case COMMAND.resetParameters:
        // As of a card with T=1: there is nothing to set.
        return { type: ANSWER.parameters, card, data: Uint8Array.of(0x11, 0x10, 0, 0x4d, 0, 0xfe, 0), last: 1 };
      default:
        return { type: ANSWER.status, card, error: ERROR.unsupported };
    }
  }

  #powerOn(card: number): Outcome {
    if (card === 2) return { type: ANSWER.data, card, error: ERROR.mute };
    this.#hold();
    if (this.#faces.length > 1) return { type: ANSWER.data, card, error: ERROR.collision, workMs: ACTIVATE_MS };
    const [face] = this.#faces as [FieldFace];
    if (this.has("mute")) return { type: ANSWER.data, card, error: ERROR.mute, workMs: MUTE_MS };
    if (this.#active) face.fieldOff();
    face.activate();
    this.#active = true;
    this.context.changed();
    return { type: ANSWER.data, card: 0, data: atrOf(face.ats), workMs: ACTIVATE_MS };
  }

  #transfer(data: Uint8Array): Outcome {
    const [face] = this.#faces;
    if (!this.#active || face === undefined) return { type: ANSWER.data, card: this.cardIn(0), error: ERROR.mute };
    if (this.has("tear-at") && ++this.#commands >= this.valueOf("tear-at", 1)) {
      // What it was sent, the card has done: only the answer is lost.
      face.transmit(data);
      this.clearFault("tear-at");
      this.context.clock.after(MUTE_MS / 2, "busy", () => this.takeAway());
      return { type: ANSWER.data, card: 0, error: ERROR.mute, workMs: MUTE_MS };
    }
    const reply: CardReply = this.has("mute") ? { kind: "mute" } : face.transmit(data);
    this.#hold(reply.kind === "mute" ? MUTE_MS : reply.workMs);
    if (reply.kind === "mute") return { type: ANSWER.data, card: 0, error: ERROR.mute, workMs: MUTE_MS };
    if (this.spend("parity")) return { type: ANSWER.data, card: 0, error: ERROR.parity, workMs: reply.workMs };
    const { bytes, workMs, extensions } = reply;
    return { type: ANSWER.data, card: 0, data: bytes, workMs: APDU_MS + workMs, extensions, ask: "answer" };
  }

  #switchField(on: boolean): void {
    if (this.#field === on) return;
    const there = this.#faces.length > 0;
    if (!on) this.#deselect();
    this.#field = on;
    if (there && this.plugged) this.moved(on);
    this.context.changed();
  }

  #deselect(): void {
    if (!this.#active) return;
    for (const face of this.#faces) face.fieldOff();
    this.#active = false;
    this.context.changed();
  }

  /** The hand that holds the card stays a while longer than the card works. */
  #hold(workMs = 0): void {
    this.#hand?.stop();
    this.#hand = this.context.clock.after(workMs + HOLD_MS, "busy", () => this.takeAway());
  }
}

/** PC/SC part 3 §3.1.3.2.3.1: historical bytes of the ATS behind a head that says T=0 and T=1. */
function atrOf(ats: Uint8Array): Uint8Array {
  const format = ats[1] ?? 0;
  let at = ats.length > 1 ? 2 : 1;
  for (const bit of [0x10, 0x20, 0x40]) if ((format & bit) !== 0) at++;
  const historical = [...ats.subarray(at, at + 15)];
  const bytes = [0x80 | historical.length, 0x80, 0x01, ...historical];
  return Uint8Array.of(
    0x3b,
    ...bytes,
    bytes.reduce((sum, byte) => sum ^ byte, 0),
  );
}

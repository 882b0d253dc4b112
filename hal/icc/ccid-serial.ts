/** Driver of serial CCID contact readers ("GemPC Twin" framing, §13): the cardholder's slot is slot 0, a security module's slot 1. */
import type { System } from "../../platform/guest/system.ts";
import { DeviceError } from "../errors.ts";
import { CcidReader } from "./ccid-reader.ts";
import type { CcidSlot } from "./ccid-slot.ts";
import type { CardSlot, Icc, PinChannel } from "./icc.ts";

export interface CcidSerialSettings {
  /** The reader has a second slot, for a security module. */
  sam?: boolean;
  /** It shares a key with the PIN pad and takes PINs from it (README.md, "PINs"). */
  pairedPad?: boolean;
}

/** A reader's challenge for a sealed PIN: of this kind of reader's own. */
const SAY_CHALLENGE = Uint8Array.of(0x70);
const CHALLENGE_BYTES = 8;

/** Throws PortError when the port cannot be opened. */
export function openCcidSerial(system: System, portName: string, settings: CcidSerialSettings = {}): Icc {
  const { sam = false, pairedPad = false } = settings;
  const slots = [{ level: "tpdu", emv: true }, ...(sam ? [{ level: "tpdu", emv: false } as const] : [])] as const;
  const reader = new CcidReader(system, portName, "icc", slots);
  const [slot, second] = reader.slots as [CcidSlot, CcidSlot | undefined];
  const icc: Icc = {
    get present() {
      return slot.present;
    },
    get onPresence() {
      return slot.onPresence;
    },
    set onPresence(callback) {
      slot.onPresence = callback;
    },
    waitPresent: (cancel) => slot.waitPresent(cancel),
    waitAbsent: (cancel) => slot.waitAbsent(cancel),
    powerOn: () => slot.powerOn(),
    transmit: (command) => slot.transmit(command),
    powerOff: () => slot.powerOff(),
    sam: second as CardSlot | undefined,
    pinChannel: pairedPad ? pinChannelOf(reader, slot) : undefined,
    info: () => reader.info(),
    onError: undefined,
    close: () => reader.close(),
  };
  reader.onGone = (why) => icc.onError?.(new DeviceError("icc", "unplugged", why));
  return icc;
}

function pinChannelOf(reader: CcidReader, slot: CcidSlot): PinChannel {
  return {
    async challenge() {
      const said = await reader.command(SAY_CHALLENGE);
      if (said?.length === CHALLENGE_BYTES) return said;
      throw new DeviceError("icc", "rejected", "the reader knows no sealed PINs, or is paired with no pad");
    },
    verify: (sealed) => slot.verify(sealed),
  };
}

/** Driver of serial CCID contact readers ("GemPC Twin" framing, §13): the cardholder's slot is slot 0, a security module's slot 1. */
import type { System } from "../../platform/guest/system.ts";
import { DeviceError } from "../errors.ts";
import { CcidReader } from "./ccid-reader.ts";
import type { CcidSlot } from "./ccid-slot.ts";
import type { CardSlot, Icc } from "./icc.ts";

/** Throws PortError when the port cannot be opened. `sam`: the reader has a second slot, for a security module. */
export function openCcidSerial(system: System, portName: string, { sam = false }: { sam?: boolean } = {}): Icc {
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
    info: () => reader.info(),
    onError: undefined,
    close: () => reader.close(),
  };
  reader.onGone = (why) => icc.onError?.(new DeviceError("icc", "unplugged", why));
  return icc;
}

/** The terminal as a card in its field meets it (§9.1 of the chip): what may be tapped for, and what the reader says of itself (9F66). */
import { type ApplicationInput, preProcess, type RunTerminal } from "../emv/index.ts";
import { accountsAlone, blacklistLacks, chipPeople, chipTerminal } from "./chip-terminal.ts";
import type { Terminal } from "./terminal.ts";

/**
 * B1: qPBOC, contacts too, PIN to the host, signature; neither stripe data nor the full flow in the field · B4: the newer fDDA. A device's own
 * verification (B3 40) is offered where it counts.
 */
const TTQ = [0x36, 0x00, 0x00, 0x80] as const;
const DEVICE_VERIFICATION = 0x40;
/** B1 of a reader that cannot go online, and 9F35 of such a terminal: for a payment that only a purse will do for. */
const TTQ_OFFLINE_ONLY = 0x08;
const OFFLINE_ONLY = "23";

/** purse: only a purse will do, whatever the merchant's preference. */
export function tapTerminal(t: Terminal, amountFen: number, { purse = false } = {}): RunTerminal {
  const type = purse ? { type: OFFLINE_ONLY } : {};
  return { ...chipTerminal(t), ...type, applications: tapApplications(t, amountFen, purse), people: chipPeople(t) };
}

/** Whether a card may be held near for this amount at all. */
export function tapAllowed(t: Terminal, amountFen: number): boolean {
  if (!t.readers.contactless) return false;
  const terminal = { applications: tapApplications(t, amountFen) };
  return preProcess(terminal, { amountFen, interface: "contactless" }).some(({ allowed }) => allowed);
}

function tapApplications(t: Terminal, amountFen: number, only = false): ApplicationInput[] {
  const value = t.parameters.value.bind(t.parameters);
  const device = value("quick.cdcvm") === true ? DEVICE_VERIFICATION : 0;
  const ttq = Uint8Array.of(TTQ[0] | (only ? TTQ_OFFLINE_ONLY : 0), TTQ[1], TTQ[2] | device, TTQ[3]);
  const preferred = value("quick.channel") === "1" && accountsAlone(t);
  const waiverFen = value("quick.on") === true ? Number(value("quick.no-pin")) : -1;
  return t.cardData.applications.map((application) => {
    const contactless = { ...application.contactless, ttq, waiverFen };
    // §5.7: a purse pays where the merchant prefers it and the amount is one it may pay; everything else goes to the host.
    // A card does not know that somebody practises.
    const purse =
      t.training === undefined && (only ? !blacklistLacks(t) : preferred) && amountFen <= (application.ecashLimitFen ?? -1);
    return { ...application, contactless: purse ? contactless : { ...contactless, floorLimitFen: 0 } };
  });
}

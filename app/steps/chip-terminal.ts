/** The terminal as its kernel knows it, and the people who answer it whatever is paid. */
import { KERNEL, type People, type RunTerminal } from "../emv/index.ts";
import { pick } from "./ask.ts";
import { capabilitiesOf } from "./capabilities.ts";
import { Left, now, type Terminal } from "./terminal.ts";

/** Of a merchant, attended, online and offline. */
const TYPE = "22";
const SERIAL_DIGITS = 8;

export function chipTerminal(t: Terminal): RunTerminal {
  const { profile, cardData } = t;
  const { date, time } = now(t);
  return {
    applications: cardData.applications,
    caKeys: cardData.keys,
    capabilities: capabilitiesOf(t.devices.board),
    type: TYPE,
    merchantId: profile.merchant.id,
    terminalId: profile.terminal.id,
    serial: t.system.facts().serial.slice(-SERIAL_DIGITS).padStart(SERIAL_DIGITS, "0"),
    pinBypass: true,
    date: date.slice(2),
    time,
  };
}

/** §7.4: a merchant may want the host's blacklist here before any card is believed by itself. */
export const blacklistLacks = ({ parameters, blacklist }: Pick<Terminal, "parameters" | "blacklist">): boolean =>
  parameters.value("chip.blacklist") === true && !blacklist.taken;

/** §7.4: whether a chip's account may be charged without the host. Purses have a switch of their own. */
export const accountsAlone = (t: Pick<Terminal, "parameters" | "blacklist">): boolean =>
  t.parameters.value("chip.online") !== true && !blacklistLacks(t);

/** Chance from the platform, the choice from the cardholder. */
export function chipPeople(t: Terminal): People {
  return {
    chooseApplication: async (candidates, why) => {
      const rows = candidates.map(({ name }, n) => ({ key: String(n + 1), name }));
      try {
        const names = rows.map(({ name }) => name);
        const row = await pick(t, rows, (selected) => t.ui.show("application", { names, selected, again: why === "again" }));
        return rows.indexOf(row);
      } catch (error) {
        if (error instanceof Left && error.why === "cancelled") return undefined;
        throw error;
      }
    },
    random: (count) => t.system.entropy(count),
    percent: () => (t.system.entropy(2).reduce((sum, byte) => sum * 256 + byte, 0) % 99) + 1,
  };
}

/** Version and checksum of the chip kernel, for whoever asks which one it is. */
export const kernelShown = (): string => `${KERNEL.version} ${KERNEL.checksum}`;

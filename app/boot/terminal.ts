/** Everything a terminal is, put together from what the board and the store have. */
import type { Devices } from "../../hal/index.ts";
import type { GuestSystem } from "../../platform/guest/index.ts";
import { PARAMETERS } from "../admin/parameters.table.ts";
import { refuseNewerForm } from "../journal/format.ts";
import { openJournal } from "../journal/open.ts";
import { loadFonts } from "../screens/fonts.ts";
import { createRenderer } from "../screens/render.ts";
import { openAudit } from "../steps/audit.ts";
import { openBlacklist } from "../steps/blacklist.ts";
import { openCardData } from "../steps/card-data.ts";
import { openHostRequests } from "../steps/host-requests.ts";
import { openKeeping } from "../steps/keeping.ts";
import { MemoryStore } from "../steps/memory-store.ts";
import { openOperators } from "../steps/operators.ts";
import { openParameters } from "../steps/parameters.ts";
import { readProfile } from "../steps/profile.ts";
import { openSettings } from "../steps/settings.ts";
import { now, type Readers, type Terminal } from "../steps/terminal.ts";
import { createUi } from "../steps/ui.ts";
import { fault } from "./faults.ts";
import { openLine } from "./line.ts";
import { debugState, statusBar, trainingMark } from "./status.ts";

/** A reader of chips is worth nothing before the terminal knows which applications it may take. */
function readersOf({ devices, cardData, parameters }: Pick<Terminal, "devices" | "cardData" | "parameters">): Readers {
  const known = cardData.applications.length > 0;
  return {
    contact: devices.icc !== undefined && known && parameters.value("chip.contact") === true,
    contactless: devices.picc !== undefined && known && parameters.value("chip.contactless") === true,
  };
}

/**
 * Undefined, with a fault on the screen, when there is nothing to work with. Where the store cannot be read at all it is opened over one that forgets:
 * damaged, so that it stands still, but with the parameters and operators of its first day, so that somebody may put it right.
 */
export function openTerminal(real: GuestSystem, devices: Devices): Terminal | undefined {
  const lost = real.storeReport.failure?.code === "damaged" ? real.storeReport.failure : undefined;
  const system = lost === undefined ? real : { ...real, store: Object.assign(new MemoryStore(), { damage: [] }) };
  let t: Terminal | undefined;
  const renderer = devices.display && createRenderer(devices.display, loadFonts(system));
  const ui = createUi({
    system,
    devices,
    renderer,
    language: "zh-CN",
    status: () => statusBar(t),
    state: () => debugState(t),
    mark: () => trainingMark(t),
  });
  try {
    const defaults = readProfile(system.asset("profile.json"));
    const settings = openSettings(system, defaults.language);
    ui.setLanguage(settings.language);
    const audit = openAudit(system, { now: () => now({ system, settings, profile: defaults }) });
    const parameters = openParameters(system, defaults, PARAMETERS, audit);
    const { copies } = parameters.profile.receipt;
    refuseNewerForm(system);
    const journal = openJournal(system, {
      copies,
      maxRecords: Number(parameters.value("count.records")),
      bookDays: Number(parameters.value("count.book-days")),
    });
    const hostRequests = openHostRequests(system);
    const line = openLine(system, devices, parameters, hostRequests, () => {
      if (t !== undefined) t.keyed = false;
    });
    t = {
      system,
      devices,
      get profile() {
        return parameters.profile;
      },
      parameters,
      settings,
      get journal() {
        return this.training?.journal ?? journal;
      },
      operators: openOperators(system, defaults, audit),
      audit,
      blacklist: openBlacklist(system, audit),
      hostRequests,
      keeping: openKeeping(system),
      get link() {
        return line.link;
      },
      get host() {
        return this.training?.host ?? line.host;
      },
      ui,
      cardData: openCardData(system, audit),
      get readers() {
        return readersOf(this);
      },
      damage: [
        ...(lost === undefined ? [] : [lost.message]),
        ...[...system.storeReport.damage, ...journal.damage].map(({ words }) => words),
      ],
      operator: undefined,
      locked: false,
      keyed: false,
      signedOffByHand: false,
      training: undefined,
    };
    return t;
  } catch (error) {
    system.log.error("cannot start", error);
    fault(ui, "check.store", error instanceof Error ? error.message : String(error));
    return undefined;
  }
}

/** Boot order, run levels, and the idle loop (M1–M5). Everything else is a row of a table or a file with a business word. */
import { type Devices, openDevices } from "../hal/index.ts";
import { readBoard } from "../hal/boards/validate.ts";
import type { Link } from "../hal/link/link.ts";
import { AssertionError } from "../platform/guest/assert.ts";
import { createSystem, type GuestSystem } from "../platform/guest/index.ts";
import { StoreError } from "../platform/guest/system.ts";
import type { Host } from "./acquirer/host.ts";
import { createHost } from "./acquirer/session.ts";
import { restoreBackup } from "./admin/backup.ts";
import { PARAMETERS } from "./admin/parameters.table.ts";
import { logIn, unlock } from "./admin/login.ts";
import { offerUnprinted } from "./admin/reprint.ts";
import { checkKeys, selfCheck } from "./admin/self-check.ts";
import { signOnAfterLogIn } from "./admin/sign-on.ts";
import { serveDebug } from "./debug.ts";
import { openMenu } from "./menu.ts";
import { JournalError } from "./journal/journal.ts";
import { openJournal } from "./journal/open.ts";
import { maskPan } from "./model/card.ts";
import type { Profile } from "./model/profile.ts";
import { clocked, dashed } from "./model/time.ts";
import type { StatusBar } from "./screens/tree.ts";
import { loadFonts } from "./screens/fonts.ts";
import { createRenderer } from "./screens/render.ts";
import { advicesDue, deliverAdvices } from "./steps/advise.ts";
import { pick } from "./steps/ask.ts";
import { note, openAudit } from "./steps/audit.ts";
import { openBlacklist } from "./steps/blacklist.ts";
import { readSwipe } from "./steps/card.ts";
import { batch6, trace6 } from "./steps/numbers.ts";
import { type HostRequests, hostWaits, openHostRequests, serveHost } from "./steps/host-requests.ts";
import { choreDue, doChore, lockIfDeserted, openKeeping } from "./steps/keeping.ts";
import { openOperators } from "./steps/operators.ts";
import { openParameters, type Parameters } from "./steps/parameters.ts";
import { settleDebt } from "./steps/outcome.ts";
import { reopenDevices } from "./steps/reopen.ts";
import { deliverOwed } from "./steps/reverse.ts";
import { isEnabled } from "./steps/rules.ts";
import { readProfile } from "./steps/profile.ts";
import { finishSettlement } from "./steps/settle.ts";
import { openSettings } from "./steps/settings.ts";
import { tell } from "./steps/tell.ts";
import { isoNow, Left, levelOf, now, type Readers, type Terminal, wallMs } from "./steps/terminal.ts";
import { createUi, type Input, type Ui } from "./steps/ui.ts";
import type { Prompt } from "./text/words.ts";
import { balance } from "./transactions/balance.ts";
import { preauth } from "./transactions/preauth.ts";
import { sale } from "./transactions/sale.ts";

/** An owed reversal, and what the host has still to be told, is tried again this often while nobody sells. */
const DEBT_RETRY_MS = 5 * 60_000;
const MINUTE_MS = 60_000;
/** No board has a chip reader yet. */
const NO_CHIPS: Readers = { contact: false, contactless: false };

async function boot(system: GuestSystem): Promise<void> {
  const devices = openBoard(system);
  if (devices === undefined) return;
  const t = openTerminal(system, devices);
  if (t === undefined) return;
  serveDebug(t);
  try {
    await work(t, system);
  } catch (error) {
    if (!(error instanceof AssertionError)) throw error;
    contradicted(t, error);
  }
}

/** From the start to the end of power. */
async function work(t: Terminal, system: GuestSystem): Promise<void> {
  if (t.damage.length === 0) note(t, "start", "ok", system.facts().app);
  await selfCheck(t);
  if (t.damage.length > 0) return standStill(t, () => system.acceptStoreDamage());
  // Before anybody logs in, and without a word to dismiss: the status bar shows what is still owed.
  if (t.journal.signedOn) await perform(t, () => deliverOwed(t, 1));
  for (;;) await turn(t);
}

/** A board that is wrong cannot even show a screen: it is refused in the log, naming the field. */
function openBoard(system: GuestSystem): Devices | undefined {
  try {
    const devices = openDevices(system, readBoard(system.asset("board.json") ?? new Uint8Array()));
    for (const { device, words } of devices.failures) system.log.warn(`${device}: ${words}`);
    return devices;
  } catch (error) {
    system.log.error("this board is refused", error);
    system.power("halt");
    return undefined;
  }
}

function openTerminal(system: GuestSystem, devices: Devices): Terminal | undefined {
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
    const journal = openJournal(system, {
      copies,
      maxRecords: Number(parameters.value("count.records")),
      bookDays: Number(parameters.value("count.book-days")),
    });
    const hostRequests = openHostRequests(system);
    const line = openLine(system, devices, parameters, hostRequests);
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
      readers: NO_CHIPS,
      damage: [...system.storeReport.damage, ...journal.damage].map(({ words }) => words),
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

/** The way to the host; a new one when its address has changed, the first when what it needs has come. */
function openLine(
  system: GuestSystem,
  devices: Devices,
  parameters: Parameters,
  requests: HostRequests,
): { readonly link: Link | undefined; readonly host: Host | undefined } {
  let link: Link | undefined;
  let host: Host | undefined;
  parameters.onChange = () => {
    link = undefined;
  };
  const line = (): Link | undefined => (link ??= devices.link?.(linkSettings(parameters.profile)));
  const settings = {
    system,
    get pinpad() {
      return devices.pinpad;
    },
    get link() {
      return line() as Link;
    },
    get profile() {
      return parameters.profile;
    },
  };
  return {
    get link() {
      return line();
    },
    get host() {
      if (host === undefined && line() !== undefined && devices.pinpad !== undefined) host = requests.heard(createHost(settings));
      return host;
    },
  };
}

const linkSettings = ({ host, connectTimeoutMs }: Profile) => ({ ...host, connectTimeoutMs });

function fault(ui: Ui, part: "check.store", why: string, restore = false): void {
  ui.light("error", true);
  ui.show("fault", { what: ui.say(part), why, todo: ui.say("fault.call"), restore });
}

/**
 * What should be true is not, so nothing this program would do next can be trusted: it does nothing more until the power was off. What is on the disk
 * was written before and is true; the next start begins with it.
 */
function contradicted(t: Terminal, error: AssertionError): void {
  t.system.log.error("stopped", error);
  t.damage = [error.message];
  t.ui.light("error", true);
  t.ui.show("fault", { what: t.ui.say("check.program"), why: error.message, todo: t.ui.say("fault.restart") });
}

/** Nothing is done with records that cannot be trusted; but a backup may put them right. */
async function standStill(t: Terminal, acceptDamage: () => void): Promise<void> {
  for (;;) {
    fault(t.ui, "check.store", t.damage[0] ?? "", t.devices.files !== undefined);
    const input = await t.ui.wait();
    if (t.devices.files === undefined || input.input !== "key" || input.key !== "menu") continue;
    await perform(t, () => restoreBackup(t, acceptDamage));
  }
}

/** One thing at a time: unlock, log in, or whatever somebody does at idle. */
async function turn(t: Terminal): Promise<void> {
  const back = reopenDevices(t);
  if (back.length > 0) await perform(t, () => welcomeBack(t, back));
  const chore = choreDue(t);
  if (chore !== undefined) return perform(t, () => doChore(t, chore));
  if (t.locked) return perform(t, () => unlock(t));
  if (t.operator === undefined) return startSession(t);
  await perform(t, await atIdle(t));
  // A line that is down is tried again from time to time, not after every customer.
  if (t.link?.state !== "down") await perform(t, () => serveHost(t));
}

async function startSession(t: Terminal): Promise<void> {
  await perform(t, () => logIn(t));
  if (t.operator === undefined) return;
  await perform(t, () => signOnAfterLogIn(t));
  await perform(t, () => settleDebt(t));
  await perform(t, () => finishSettlement(t));
  // What a settlement has told the host must not change before it has ended.
  if (t.journal.settlement === undefined) await perform(t, () => deliverAdvices(t));
  await perform(t, () => offerUnprinted(t));
  await perform(t, () => serveHost(t));
}

/** What a refusal of the journal or the store is to the cashier; nothing was begun that is not kept. */
const REFUSALS: Record<string, Prompt> = {
  "disk-full": "problem.disk-full",
  "batch-full": "problem.batch-full",
  settling: "problem.settle-first",
  "settle-first": "problem.settle-first",
  owed: "problem.reversal-first",
  "not-found": "problem.no-transaction",
};

/** A flow that was left ends here; so does a store that refused. Anything else is a fault of ours and restarts the terminal. */
async function perform(t: Terminal, flow: () => Promise<unknown>): Promise<void> {
  try {
    await flow();
  } catch (error) {
    if (error instanceof Left) {
      if (error.words !== undefined) await tell(t, t.ui.say("notice.timeout-title"), [error.words], "warn");
    } else if (error instanceof JournalError || error instanceof StoreError) {
      t.system.log.error("the journal refused", error);
      await tell(t, t.ui.say("check.store"), [t.ui.say(REFUSALS[error.code] ?? "problem.not-kept")], "bad");
    } else throw error;
  }
}

/** Shows idle until somebody does something, and says what that starts. */
async function atIdle(t: Terminal): Promise<() => Promise<unknown>> {
  const retryAt = t.system.scheduler.now() + DEBT_RETRY_MS;
  for (;;) {
    const { date, time } = now(t);
    t.ui.show("idle", {
      merchant: t.profile.merchant.name,
      date: dashed(date),
      time: clocked(time, false),
      training: t.training !== undefined,
      ...t.readers,
    });
    const input = await t.ui.wait({ card: true, timeoutMs: MINUTE_MS - (wallMs(t) % MINUTE_MS) });
    if (input.input === "timeout") {
      const back = reopenDevices(t);
      if (back.length > 0) return () => welcomeBack(t, back);
      if (choreDue(t) !== undefined || lockIfDeserted(t)) return () => Promise.resolve();
      if (t.system.scheduler.now() < retryAt) continue;
      if (t.journal.owed !== undefined) return () => settleDebt(t);
      if (advicesDue(t)) return () => deliverAdvices(t, { all: false });
      if (t.journal.settlement !== undefined) return () => finishSettlement(t);
      if (hostWaits(t)) return () => serveHost(t);
      continue;
    }
    const flow = flowOf(t, input);
    if (flow !== undefined) return flow;
    t.ui.bad();
  }
}

/** Who was away and is there again; the PIN pad's keys may be others than when it went. */
async function welcomeBack(t: Terminal, back: readonly string[]): Promise<void> {
  await checkKeys(t);
  await tell(t, t.ui.say("notice.devices-back"), [back.join(t.ui.say("notice.and"))], "good");
}

function flowOf(t: Terminal, input: Exclude<Input, { input: "timeout" }>): (() => Promise<unknown>) | undefined {
  if (input.input === "swipe") return () => cardFirst(t, input.swipe);
  if (input.key === "menu") return () => openMenu(t);
  if (/^[1-9]$/.test(input.key)) return () => sale(t, { firstKey: input.key });
  return undefined;
}

/** What can begin with a card in hand. */
const CARD_FIRST = [
  { key: "1", text: "menu.sale", kind: "sale", run: sale },
  { key: "2", text: "menu.preauth-hold", kind: "preauth", run: preauth },
  { key: "3", text: "menu.balance", kind: "balance", run: balance },
] as const;

/** A card at idle: its number to compare, and what to do with it; 消费 first. */
async function cardFirst(t: Terminal, swipe: Extract<Input, { input: "swipe" }>["swipe"]): Promise<void> {
  const read = readSwipe(t, swipe);
  if ("problem" in read) return tell(t, t.ui.say("check.msr"), [read.problem], "warn");
  const { card } = read;
  const rows = CARD_FIRST.filter(({ kind }) => isEnabled(t, kind));
  const { run } = await pick(t, rows, (selected) =>
    t.ui.show("card", {
      masked: maskPan(card.pan),
      expiry: card.expiry,
      rows: rows.map(({ key, text }) => ({ key, text })),
      selected,
    }),
  );
  await run(t, { card });
}

/** Stands before every title, so that nobody takes practice for the real thing. */
const trainingMark = (t: Terminal | undefined): string | undefined =>
  t?.training === undefined ? undefined : t.ui.say("training.mark");

function paperOf({ printer }: Devices): StatusBar["paper"] {
  if (printer === undefined) return "none";
  if (printer.lastStatus?.problem === "paper-out") return "out";
  return printer.lastStatus?.nearEnd === true ? "near-end" : "ok";
}

function statusBar(t: Terminal | undefined): StatusBar {
  const idle = { sending: false, receiving: false };
  // A damaged journal says nothing about its batch or its debt.
  if (t === undefined || t.damage.length > 0)
    return { time: "", link: "unknown", paper: "none", batch: "", operator: "", debt: 0, ...idle };
  return {
    time: clocked(now(t).time, false),
    link: t.link?.state ?? "down",
    paper: paperOf(t.devices),
    batch: batch6(t.journal.batch),
    operator: t.operator ?? "",
    debt: (t.journal.owed === undefined ? 0 : 1) + t.journal.pendingAdvices().length,
    ...idle,
  };
}

/** The debug channel's state line. */
function debugState(t: Terminal | undefined): Record<string, unknown> {
  const { link, paper, batch, operator } = statusBar(t);
  const works = t !== undefined && t.damage.length === 0;
  return {
    level: works ? levelOf(t) : "faulted",
    batch,
    trace: works ? trace6(t.journal.nextTrace) : "",
    time: works ? isoNow(t) : "",
    indicators: { link, paper, batch, operator },
    debt: { reversals: works && t.journal.owed !== undefined ? 1 : 0, offline: works ? t.journal.pendingAdvices().length : 0 },
    language: t?.settings.language ?? "zh-CN",
  };
}

const system = createSystem(door);
// A fault of ours: the journal holds what matters, a fresh start begins with recovery.
system.onTaskFailed = () => system.power("restart");
system.scheduler.run("terminal", () => boot(system));

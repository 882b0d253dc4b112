/** 固件升级 (M33, M36): a package that was flashed, lies on a stick, or comes over the file line; looked at, agreed to, installed. */
import type { FirmwareState, FirmwareSummary, FirmwareWaiting } from "../../platform/guest/system.ts";
import { confirm, pick } from "../steps/ask.ts";
import { progress, withFiles } from "../steps/file-line.ts";
import { installFirmware, isRefused, openMoney, refusedWords } from "../steps/firmware.ts";
import { administrator } from "../steps/supervisor.ts";
import { tell } from "../steps/tell.ts";
import type { Terminal } from "../steps/terminal.ts";

/** A package is about 4 MB; more than this would not go through the engine's memory. */
const MOST_BYTES = 12 * 1024 * 1024;
const MOST_ROWS = 8;
const SIGNER_CHARS = 16;

export async function updateFirmware(t: Terminal): Promise<void> {
  const title = t.ui.say("firmware.title");
  if (t.training !== undefined) return tell(t, title, [t.ui.say("restore.training")], "warn");
  const state = t.system.firmware.state();
  if (state === undefined) return tell(t, title, [t.ui.say("firmware.no-slots")], "warn");
  const by = await administrator(t);
  const name = await source(t, state.waiting.slice(0, MOST_ROWS));
  if (name === undefined) return;
  const judged = t.system.firmware.check(name);
  if (isRefused(judged)) {
    t.audit.note({ who: by, what: "firmware", result: "refused", object: judged.refused });
    return tell(t, title, [t.ui.say("firmware.refused", { words: refusedWords(t, judged) })], "bad");
  }
  const open = openMoney(t, judged.package);
  if (open.length > 0) return tell(t, title, [...open, t.ui.say("firmware.money-todo")], "warn");
  await agree(t, state, judged.package);
  await installFirmware(t, name, by);
}

/** The name under which the loader knows it; undefined when none came. Leaves on Cancel. */
async function source(t: Terminal, waiting: readonly FirmwareWaiting[]): Promise<string | undefined> {
  const listed = waiting.map(({ name, version, board }, at) => ({
    key: String(at + 1),
    name,
    words: version === undefined ? t.ui.say("firmware.not-package") : `${version} ${board ?? ""}`,
    note: name === "flashed" ? t.ui.say("firmware.flashed") : name,
  }));
  const cable = { key: String(listed.length + 1), name: "", words: t.ui.say("firmware.cable"), note: undefined };
  const rows = [...listed, cable];
  const { name } =
    rows.length === 1
      ? cable
      : await pick(t, rows, (selected) =>
          t.ui.show("menu", {
            title: "firmware.title",
            rows: rows.map(({ key, words, note }) => ({ key, text: "firmware.new" as const, words, note })),
            selected,
          }),
        );
  return name === "" ? await overCable(t) : name;
}

async function overCable(t: Terminal): Promise<string | undefined> {
  const title = t.ui.say("firmware.title");
  t.ui.show("notice", { title, rows: [{ value: t.ui.say("firmware.receive") }] });
  const file = await withFiles(t, "firmware.title", (files) =>
    files.receive({
      maxBytes: MOST_BYTES,
      timeoutMs: t.profile.promptTimeoutMs,
      onProgress: (at, bytes) => progress(t, "firmware.title", bytes)(at),
    }),
  );
  return file && t.system.firmware.stage(file.bytes);
}

/** Leaves on Cancel. */
async function agree(t: Terminal, state: FirmwareState, { version, securityCounter, signer }: FirmwareSummary): Promise<void> {
  const counter =
    securityCounter > state.securityCounter ? `${state.securityCounter} → ${securityCounter}` : String(securityCounter);
  t.ui.show("report", {
    title: t.ui.say("firmware.title"),
    rows: [
      { label: t.ui.say("firmware.now"), value: state.version },
      { label: t.ui.say("firmware.new"), value: version },
      { label: t.ui.say("firmware.signer"), value: signer.slice(0, SIGNER_CHARS) },
      { label: t.ui.say("firmware.counter"), value: counter },
      { value: t.ui.say("firmware.ask") },
    ],
    page: 1,
    pages: 1,
    print: false,
    tone: "warn",
  });
  await confirm(t);
}

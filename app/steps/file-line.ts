/** What everything over the file line shares: its words when the line does not work, and how far a file has come. */
import type { Files, FilesErrorCode } from "../../hal/files/files.ts";
import type { Prompt } from "../text/words.ts";
import { tell } from "./tell.ts";
import type { Terminal } from "./terminal.ts";

/** "12 / 340 kB" while it goes. */
export function progress(t: Terminal, title: Prompt, bytes: number): (sent: number) => void {
  const kilo = (count: number): string => String(Math.ceil(count / 1024));
  return (sent) => t.ui.show("notice", { title: t.ui.say(title), rows: [{ value: `${kilo(sent)} / ${kilo(bytes)} kB` }] });
}

const WORDS: Record<FilesErrorCode, Prompt> = {
  unplugged: "export.no-port",
  "no-answer": "export.no-answer",
  refused: "export.refused",
  damaged: "export.damaged",
};

const isFilesError = (error: unknown): error is { code: FilesErrorCode } =>
  error instanceof Error && (error as { device?: string }).device === "files";

/** What the line does wrong is told to the person, and nothing else happens. */
export async function withFiles<T>(t: Terminal, title: Prompt, work: (files: Files) => Promise<T>): Promise<T | undefined> {
  const { files } = t.devices;
  try {
    if (files !== undefined) return await work(files);
    await tell(t, t.ui.say(title), [t.ui.say("export.no-port")], "warn");
  } catch (error) {
    if (!isFilesError(error)) throw error;
    t.system.log.warn(`files: ${String(error)}`);
    await tell(t, t.ui.say(title), [t.ui.say(WORDS[error.code])], "warn");
  }
  return undefined;
}

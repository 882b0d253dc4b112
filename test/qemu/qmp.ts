/** QEMU's own control: as much of QMP as pictures of the screen and hands on plugs need. */
import { readFileSync } from "node:fs";
import { connect } from "node:net";

interface Said {
  id?: number;
  return?: unknown;
  error?: { desc: string };
  event?: string;
}

/** Sends one command and gives its answer; with `event`, when that has happened too. */
export function command(socket: string, execute: string, args: Record<string, unknown>, event?: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const line = connect(socket);
    let text = "";
    line.on("error", reject);
    line.on("connect", () =>
      line.write(`{"execute":"qmp_capabilities"}\n${JSON.stringify({ execute, arguments: args, id: 1 })}\n`),
    );
    line.on("data", (chunk) => {
      text += String(chunk);
      const said = text
        .split("\n")
        .slice(0, -1)
        .map((each) => JSON.parse(each) as Said);
      const answer = said.find(({ id }) => id === 1);
      if (answer === undefined) return;
      if (answer.error !== undefined) reject(new Error(answer.error.desc));
      else if (event !== undefined && !said.some((each) => each.event === event)) return;
      else resolve(answer.return);
      line.end();
    });
  });
}

export interface Picture {
  width: number;
  height: number;
  /** Three bytes a pixel. */
  rgb: Uint8Array;
}

/** The screen as it is now. `file`: where QEMU may write. */
export async function screen(socket: string, file: string): Promise<Picture> {
  await command(socket, "screendump", { filename: file });
  const bytes = readFileSync(file);
  const [, width = "", height = ""] = /^P6\s+(\d+)\s+(\d+)\s+255\s/.exec(bytes.toString("latin1", 0, 40)) ?? [];
  const size = Number(width) * Number(height) * 3;
  return { width: Number(width), height: Number(height), rgb: Uint8Array.from(bytes.subarray(bytes.length - size)) };
}

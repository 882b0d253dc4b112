/** QEMU's own control: as much of QMP as pictures of the screen and hands on plugs need. */
import { readFileSync } from "node:fs";
import { connect } from "node:net";

/** Sends one command and gives its answer. */
export function command(socket: string, execute: string, args: Record<string, unknown>): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const line = connect(socket);
    let text = "";
    line.on("error", reject);
    line.on("connect", () =>
      line.write(`{"execute":"qmp_capabilities"}\n${JSON.stringify({ execute, arguments: args, id: 1 })}\n`),
    );
    line.on("data", (chunk) => {
      text += String(chunk);
      for (const each of text.split("\n").slice(0, -1)) {
        const answer = JSON.parse(each) as { id?: number; return?: unknown; error?: { desc: string } };
        if (answer.id !== 1) continue;
        line.end();
        if (answer.error === undefined) resolve(answer.return);
        else reject(new Error(answer.error.desc));
      }
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

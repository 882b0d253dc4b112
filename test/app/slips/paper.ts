/** Lays a slip on paper of so many columns, as plain text; a Chinese character takes two. */
import type { Slip, SlipLine } from "../../../app/slips/slip.ts";

export const columnsOf = (text: string): number =>
  [...text].reduce((sum, c) => sum + ((c.codePointAt(0) as number) < 0x80 ? 1 : 2), 0);

export interface Paper {
  text: string;
  /** Lines that had to be broken. */
  broken: string[];
}

export function layOut(slip: Slip, columns: number): Paper {
  const broken: string[] = [];
  const lines = slip.lines.flatMap((line) => {
    const laid = lay(line, columns);
    if ("text" in line && laid.length > 1) broken.push(line.text);
    return laid;
  });
  return { text: `${lines.map((line) => line.trimEnd()).join("\n")}\n`, broken };
}

function lay(line: SlipLine, columns: number): string[] {
  if ("rule" in line) return [line.rule.repeat(columns)];
  if ("feed" in line) return Array<string>(line.feed).fill("");
  if ("qr" in line) return [`[QR ${line.qr}]`];
  if ("left" in line) {
    const room = columns - columnsOf(line.left) - columnsOf(line.right);
    if (room >= 1) return [line.left + " ".repeat(room) + line.right];
    return [
      ...wrap(line.left, columns),
      ...wrap(line.right, columns).map((part) => " ".repeat(columns - columnsOf(part)) + part),
    ];
  }
  const scale = line.size === "large" ? 2 : 1;
  return wrap(line.text, Math.floor(columns / scale)).map((part) => {
    const room = columns - columnsOf(part) * scale;
    const before = line.align === "center" ? Math.floor(room / 2) : line.align === "right" ? room : 0;
    const mark = line.size === "large" ? "«»" : line.size === "tall" ? "<>" : undefined;
    return " ".repeat(before) + (mark === undefined ? part : `${mark[0]}${part}${mark[1]}`);
  });
}

function wrap(text: string, columns: number): string[] {
  const lines = [""];
  for (const c of text) {
    const last = lines.at(-1) as string;
    if (columnsOf(last) + columnsOf(c) > columns) lines.push(c);
    else lines[lines.length - 1] = last + c;
  }
  return lines;
}

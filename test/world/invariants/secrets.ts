/** I7: no card number and no track where people, the disk or the log could show it. The leak scanner (test/leak) looks at far more. */
import type { Books, Complain } from "../books.ts";

/** Where a number is typed in by hand it stands on the screen. */
const TYPED: ReadonlySet<string> = new Set(["pan"]);

export function secrets({ world, screens, paper, slips }: Books, complain: Complain): void {
  const numbers = new Set(world.desk.tray.map(({ pan }) => pan));
  const scan = (where: string, text: string): void => {
    for (const found of text.match(/\d{13,19}/g) ?? [])
      if (numbers.has(found)) complain(`${where} shows the card number ${found}`);
  };
  for (const { id, lines } of screens) if (!TYPED.has(id)) scan(`screen ${id}`, lines.join("\n"));
  for (const { n, text } of paper) scan(`slip ${n}`, text.join("\n"));
  for (const { words } of world.desk.log) scan("the log", words);
  for (const { n, pan } of slips) if (pan !== undefined && !pan.includes("*")) complain(`slip ${n} has a card number in clear`);
  for (const [name, bytes] of Object.entries(world.disk.image())) {
    scan(`file ${name}`, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1"));
  }
}

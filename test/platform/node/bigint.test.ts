/** Big integers on every engine (native qjs: ../native/native.test.ts), against Node's own: SM2, RSA and every hex helper stand on their printing, reading and arithmetic. */
import { expect, test } from "vitest";
import { ENGINE_NAMES } from "../../../platform/node/engine.ts";
import { bench } from "./bench.ts";
import { sums } from "./sums.ts";

/** Over a wire: the log masks long numbers. */
const SCRIPT = `const wire = door.open("wire", "{}");
const tell = (line) => { const out = new Uint8Array(line.length); for (let i = 0; i < line.length; i++) out[i] = line.charCodeAt(i); door.write(wire, out.buffer); };
(${sums.toString()})().forEach(tell);
tell(attempt(() => BigInt.prototype.toString.call("7"))); tell(attempt(() => (7n).toString(1)));`;

test.each(ENGINE_NAMES)("%s counts, prints and reads as Node does", async (engine) => {
  const { machine, wires } = bench(SCRIPT, { engine });
  await machine.start();
  const lines = wires.written.map(([, bytes]) => Buffer.from(bytes).toString("latin1"));
  expect(lines.slice(0, -2)).toEqual(sums());
  expect(lines.at(-2)).toMatch(/^TypeError/);
  expect(lines.at(-1)).toMatch(/^RangeError/);
});

/**
 * The real firmware with a bomb in it: it goes off when the host's answer to a sale has just come in, where a stop costs most. Each goes off once; a file
 * on the terminal's disk remembers which was the last.
 */
import { firmware } from "../flow/in-process.ts";

export interface Bomb {
  name: string;
  /** JavaScript, run inside the firmware's event; `bytes`: the host's answer. */
  code: string;
  /** What the crash report says. */
  says: RegExp;
  /** Nothing inside the engine can stop it: the watchdog must. */
  deaf?: boolean;
  /** Only with TAEL_BOMBS=all: one much like it goes off in each run. */
  seldom?: boolean;
}

const RUNAWAY = /runaway: the event data took more than/;

export const BOMBS: readonly Bomb[] = [
  {
    name: "an endless loop that catches everything",
    code: "for (;;) { try { for (;;); } catch {} finally { continue; } }",
    says: RUNAWAY,
  },
  { name: "a pattern that backtracks for ever", code: "/^(a+)+$/.test('a'.repeat(60) + 'b')", says: RUNAWAY },
  { name: "jobs that make jobs", code: "(function again() { Promise.resolve().then(again); })()", says: RUNAWAY, seldom: true },
  { name: "recursion without end", code: "(function down() { return 1 + down(); })()", says: /stack/i },
  { name: "a hundred thousand brackets", code: "JSON.parse('['.repeat(100000))", says: /stack|SyntaxError/i, seldom: true },
  {
    name: "all of the memory",
    code: "const kept = []; for (;;) kept.push(new Uint8Array(1000000).fill(1))",
    says: /out of memory/,
  },
  {
    name: "an error that runs for ever when it is read",
    code: "throw { get message() { for (;;); } }",
    says: /runaway|engine|Error/,
    seldom: true,
  },
  { name: "something that is no error", code: "throw Symbol('x')", says: /threw a symbol/, seldom: true },
  {
    name: "a loop inside the engine, deaf to any interrupt",
    code: "Array.prototype.includes.call({ length: 2 ** 53 - 1 }, 1)",
    says: /no sign of life/,
    deaf: true,
  },
];

const MTI_AT = 13;

/** The package as built, with the bombs behind it. */
export function armed(bombs: readonly Bomb[]): ReturnType<typeof firmware>["bundle"] {
  const { bundle } = firmware();
  const list = bombs.map(({ code }) => `(bytes) => { ${code} }`).join(",\n");
  const code = `${bundle.code}
;(() => {
  const bombs = [${list}];
  const real = globalThis.onDoorEvent;
  globalThis.onDoorEvent = (name, ...args) => {
    if (name === "data") {
      const bytes = new Uint8Array(args[1]);
      const gone = door.fileRead("bombs")?.byteLength ?? 0;
      if (bytes[2] === 0x60 && bytes[${MTI_AT}] === 0x02 && bytes[${MTI_AT + 1}] === 0x10 && gone < bombs.length) {
        door.fileAppend("bombs", gone, new Uint8Array(1).buffer);
        bombs[gone](bytes);
      }
    }
    return real(name, ...args);
  };
})();`;
  return { ...bundle, code };
}

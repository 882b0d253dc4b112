/** Whoever sits at the bench: asked in words, answers at the keyboard. While a question stands, bytes from the device wait in the line. */
import { closeSync, openSync, readSync, writeSync } from "node:fs";
import { NotPossible } from "./runner.ts";

export interface Person {
  /** Asks for something to be done; comes back when it is. */
  please(words: string): void;
  /** A line of text. */
  ask(words: string): string;
}

/** At /dev/tty. `s` to anything: cannot be done here. */
export function personAtTerminal(): Person {
  const ask = (words: string): string => {
    const fd = openTerminal();
    try {
      writeSync(fd, `    → ${words} `);
      const answer = readLine(fd);
      if (answer === "s") throw new NotPossible(`could not be done here: ${words}`);
      return answer;
    } finally {
      closeSync(fd);
    }
  };
  return { ask, please: (words) => void ask(`${words}; then Enter (s: cannot be done)`) };
}

/** Nobody: only what a device does by itself is tried. */
export const nobody: Person = {
  ask: (words) => {
    throw new NotPossible(`needs a person: ${words}`);
  },
  please: (words) => {
    throw new NotPossible(`needs a person: ${words}`);
  },
};

function openTerminal(): number {
  try {
    return openSync("/dev/tty", "r+");
  } catch {
    throw new Error("there is no terminal to ask at; --hands none tries what needs nobody");
  }
}

function readLine(fd: number): string {
  const bytes: number[] = [];
  const one = Buffer.alloc(1);
  while (readSync(fd, one, 0, 1, null) === 1 && one[0] !== 10) bytes.push(one[0] as number);
  return Buffer.from(bytes).toString("utf8").trim();
}

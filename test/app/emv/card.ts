/** A card by its script: each command it expects and what it says. It must be heard to the end (`done`). */
import { bytesOf, byte, hexOf, size } from "./authority.ts";

export interface Exchange {
  /** Begins so; `.` is any digit. */
  command: string;
  answer: string | ((command: string) => string) | undefined;
}

export class ScriptedCard {
  readonly commands: string[] = [];
  private at = 0;

  constructor(readonly script: readonly Exchange[]) {}

  readonly transmit = (bytes: Uint8Array): Uint8Array | undefined => {
    const command = hexOf(bytes);
    this.commands.push(command);
    const expected = this.script[this.at++];
    if (expected === undefined) throw new Error(`the script ends before ${command}`);
    const pattern = expected.command.replace(/\s/g, "").toUpperCase();
    if (!new RegExp(`^${pattern}`).test(command)) throw new Error(`exchange ${this.at}: expected ${pattern}, came ${command}`);
    const answer = typeof expected.answer === "function" ? expected.answer(command) : expected.answer;
    return answer === undefined ? undefined : bytesOf(answer);
  };

  /** Throws when something of the script was not asked for. */
  done(): void {
    if (this.at < this.script.length) throw new Error(`the card still expects ${this.script[this.at]?.command}`);
  }
}

/** An object, its value in hex digits or as objects. */
export function tlv(tag: string, value: string | Record<string, string>): string {
  const content = typeof value === "string" ? value.replace(/\s/g, "") : objects(value);
  const length = size(content);
  const prefix =
    length < 0x80 ? byte(length) : length < 0x100 ? `81${byte(length)}` : `82${byte(length >> 8)}${byte(length & 0xff)}`;
  return `${tag}${prefix}${content}`;
}

export function objects(values: Record<string, string>): string {
  return Object.entries(values)
    .map(([tag, value]) => tlv(tag, value))
    .join("");
}

export const text = (words: string): string => hexOf(new TextEncoder().encode(words));

/** Numbers of the command lines. */
import { InvalidArgumentError } from "commander";

/** An option's number. Throws commander's InvalidArgumentError, which names the option and says what it takes. */
export function whole(text: string, least: number, most: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new InvalidArgumentError(`a whole number from ${least} to ${most}`);
  }
  return value;
}

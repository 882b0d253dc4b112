/** Thrown when the program contradicts itself. Never caught to go on: the terminal stops, and its next start begins with what is on the disk. */
export class AssertionError extends Error {
  override readonly name = "AssertionError";
}

/** Stays on in shipped code. `words` say what should have been true, in words that a person who is sent a picture of the screen can look for. */
export function assert(condition: boolean, words: string): asserts condition {
  if (!condition) throw new AssertionError(`should be true: ${words}`);
}

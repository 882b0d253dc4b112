/** Thrown when the program contradicts itself. Never caught to go on: the machine restarts from what is on the disk. */
export class AssertionError extends Error {
  override readonly name = "AssertionError";
}

/** Stays on in shipped code. `words` say what should have been true. */
export function assert(condition: boolean, words: string): asserts condition {
  if (!condition) throw new AssertionError(`should be true: ${words}`);
}

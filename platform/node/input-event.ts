/** Linux's `struct input_event` as it is read from /dev/input/event*, and what of it is handed to the firmware; the same on every outside. */

/** The time before it: two longs, of the program's own width. */
export const eventBytes = (is64Bit: boolean): number => (is64Bit ? 24 : 16);
const HANDED_BYTES = 8;
const EV_SYN = 0;
const SYN_DROPPED = 3;
const EV_KEY = 1;
const REPEATED = 2;

/**
 * Keys that go down and up, and the word that some were lost, each as its last 8 bytes: type, code, value. What the kernel repeats while a key is
 * down is left out, as are scan codes. Reads of an input device are whole events; `bytes` is one such read.
 */
export function keyEvents(bytes: Uint8Array, size: number): Uint8Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const handed: number[] = [];
  for (let end = size; end <= bytes.length; end += size) {
    const at = end - HANDED_BYTES;
    const [type, code, value] = [view.getUint16(at, true), view.getUint16(at + 2, true), view.getInt32(at + 4, true)];
    const wanted = type === EV_KEY ? value !== REPEATED : type === EV_SYN && code === SYN_DROPPED;
    if (wanted) handed.push(...bytes.subarray(at, end));
  }
  return Uint8Array.from(handed);
}

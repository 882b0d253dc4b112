/** Values as they cross from and to the guest, on every outside. */

/** Stands for a guest value that has no kind in the table (object, function, symbol …); no check accepts it. */
export const FOREIGN = Symbol("foreign value");
export type FromGuest = undefined | number | string | Uint8Array | typeof FOREIGN;
export type ToGuest = undefined | number | string | Uint8Array;

/** The name the bundle has in stack traces. */
export const BUNDLE_FILE = "firmware.js";

/** Which kernel this is, as a laboratory asks (§12, documents): shown in the terminal. */

/** Of the sources of this room, put in by the build; a program that runs them otherwise has none. */
declare const EMV_CHECKSUM: string | undefined;

/** version: changed with what the kernel decides. checksum: eight hex digits, "" outside a built firmware. */
export const KERNEL: { readonly version: string; readonly checksum: string } = {
  version: "1.0",
  checksum: typeof EMV_CHECKSUM === "string" ? EMV_CHECKSUM : "",
};

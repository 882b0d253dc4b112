/** Base of every device error: which device, which of its closed set of codes, and words for the log. */
export class DeviceError<Code extends string> extends Error {
  override readonly name: string = "DeviceError";
  constructor(
    readonly device: string,
    readonly code: Code,
    words?: string,
  ) {
    super(`${device}: ${code}${words === undefined ? "" : `: ${words}`}`);
  }
}

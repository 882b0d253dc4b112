/** A device that is one file, opened in a turn of its own and read until it goes. */
import * as os from "os";
import { DoorError, wordsOf } from "../../node/errors.ts";
import { ClosingPort } from "../../node/ports/closing-port.ts";
import type { PortRequest } from "../../node/ports/port.ts";

export abstract class DeviceFile extends ClosingPort {
  protected fd: number | undefined;

  constructor(request: PortRequest) {
    super(request);
    // As everywhere a port that connects tells of it afterwards.
    os.setTimeout(() => this.#open(), 0);
  }

  /** Its descriptor. Throws DoorError. */
  protected abstract openFile(): number;
  protected abstract begin(fd: number): void;

  #open(): void {
    if (this.gone) return;
    try {
      this.fd = this.openFile();
      this.begin(this.fd);
      if (!this.gone) this.request.events.opened();
    } catch (error) {
      this.request.warn(error instanceof DoorError ? error.words : wordsOf(error));
      this.leave(error instanceof DoorError ? error.code : "io");
    }
  }

  protected override shut(): void {
    if (this.fd === undefined) return;
    os.setReadHandler(this.fd, null);
    os.close(this.fd);
    this.fd = undefined;
  }
}

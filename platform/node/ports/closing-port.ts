/** A port that ends once: closed from inside, or by itself, which is told. */
import type { ClosedWhy, OutPort, PortRequest } from "./port.ts";

export abstract class ClosingPort implements OutPort {
  protected readonly request: PortRequest;
  /** After it nothing is told any more. */
  protected gone = false;

  constructor(request: PortRequest) {
    this.request = request;
  }

  abstract write(bytes: Uint8Array): void;
  abstract control(asked: Record<string, unknown>): unknown;
  /** Gives back what it holds; harmless a second time. */
  protected abstract shut(): void;

  close(): void {
    this.cut();
  }

  cut(): void {
    this.gone = true;
    this.shut();
  }

  /** By itself, in the middle of a write too: who opened it hears of it afterwards. */
  protected leave(why: ClosedWhy): void {
    if (this.gone) return;
    this.cut();
    this.request.events.closed(why);
  }
}

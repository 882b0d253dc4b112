/** The independent host's end of the line: frames out of TCP (§1.1). */
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";

export class Wire {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  /** `frame`: a whole one came, without its length. What it throws is told to `wrong`, and the line is cut. */
  constructor(frame: (socket: Socket, body: Buffer) => void, wrong: (words: string) => void) {
    this.#server = createServer((socket) => this.#serve(socket, frame, wrong));
  }

  /** Resolves the address as the desk takes it. */
  async listen(port: number): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(port, "127.0.0.1", resolve));
    return `tcp:127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #serve(socket: Socket, frame: (socket: Socket, body: Buffer) => void, wrong: (words: string) => void): void {
    this.#sockets.add(socket);
    let buffer = Buffer.alloc(0);
    socket.on("error", () => {});
    socket.on("close", () => this.#sockets.delete(socket));
    socket.on("data", (chunk) => {
      buffer = Buffer.concat([buffer, chunk]);
      while (buffer.length >= 2 && buffer.length >= 2 + buffer.readUInt16BE(0)) {
        const length = buffer.readUInt16BE(0);
        const body = Buffer.from(buffer.subarray(2, 2 + length));
        buffer = buffer.subarray(2 + length);
        try {
          frame(socket, body);
        } catch (error) {
          wrong(String(error));
          socket.destroy();
        }
      }
    });
  }
}

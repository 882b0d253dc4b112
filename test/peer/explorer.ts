/** Debian's opensc-explorer as a hand at the card: one command at a time in one session, over pcscd. */
import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";

const PROMPT = /OpenSC \[[^\]]*\]> $/;

export class Explorer {
  #said = "";
  #heard: () => void = () => {};

  private constructor(private readonly child: ChildProcessWithoutNullStreams) {
    const hear = (part: Buffer): void => {
      this.#said += part.toString("latin1");
      this.#heard();
    };
    child.stdout.on("data", hear);
    child.stderr.on("data", hear);
    child.on("exit", () => this.#heard());
  }

  static async open(): Promise<Explorer> {
    const explorer = new Explorer(spawn("opensc-explorer", ["--card-driver", "default", "--mf", ""], { stdio: "pipe" }));
    await explorer.#prompt();
    return explorer;
  }

  /** Hex → data ‖ status in hex. */
  readonly send = async (command: string): Promise<string> => {
    this.#said = "";
    this.child.stdin.write(`apdu ${command}\n`);
    const said = await this.#prompt();
    const status = /SW1=0x(\w\w), SW2=0x(\w\w)/.exec(said);
    if (status === null) throw new Error(`opensc-explorer: ${said}`);
    // Behind the bytes stand the same as characters.
    const rows = [...said.matchAll(/^((?:[0-9A-F]{2} )+)/gm)].map(([row]) => row);
    return `${rows.join("").replaceAll(" ", "")}${status[1]}${status[2]}`;
  };

  async close(): Promise<void> {
    const over = new Promise((resolve) => this.child.once("exit", resolve));
    this.child.stdin.end("quit\n");
    await over;
  }

  async #prompt(): Promise<string> {
    while (!PROMPT.test(this.#said)) {
      if (this.child.exitCode !== null) throw new Error(`opensc-explorer ended: ${this.#said}`);
      await new Promise<void>((resolve) => {
        this.#heard = resolve;
      });
    }
    return this.#said;
  }
}

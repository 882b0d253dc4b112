/**
 * Drives the simulator as an outside program does: a process of its own, and nothing but its automation API.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface State {
  power: "on" | "off";
  level: string;
  settled: boolean;
  screen: { id: string; title: string; lines: string[]; hints: string[] };
  indicators: Record<string, string>;
  batch: string;
  trace: string;
  time: string;
  debt: { reversals: number; offline: number };
}

export interface Paper {
  n: number;
  text: string[];
  torn: boolean;
}

export interface WireMessage {
  n: number;
  dir: "out" | "in";
  mti: string;
  tpdu: string;
  header: string;
  fields: Record<string, string>;
  mac: "ok" | "bad" | "none";
}

const root = process.env.TAEL_ROOT ?? process.cwd();

export class Desk {
  private constructor(
    private readonly child: ChildProcess,
    readonly base: string,
    readonly acquirer: string,
    readonly data: string,
    private readonly ownsData: boolean,
  ) {}

  /** Starts the simulator headless on a free clock with an empty store unless told otherwise. */
  static async start(args: string[] = [], options: { data?: string; fresh?: boolean } = {}): Promise<Desk> {
    const data = options.data ?? mkdtempSync(join(tmpdir(), "tael-"));
    const fresh = options.fresh === false ? [] : ["--fresh"];
    const { TAEL_ENGINE } = process.env;
    const engine = TAEL_ENGINE === undefined || args.includes("--engine") ? [] : ["--engine", TAEL_ENGINE];
    const child = spawn(
      process.execPath,
      [
        "build/run.mjs",
        "tools/sim/main.ts",
        "--headless",
        "--port",
        "0",
        "--clock",
        "free",
        "--data",
        data,
        ...fresh,
        ...engine,
        ...args,
      ],
      { cwd: root, stdio: ["ignore", "pipe", "pipe"], env: { ...process.env, TAEL_ROOT: root } },
    );
    let errors = "";
    child.stderr?.on("data", (chunk) => {
      errors += chunk;
    });
    const line = await new Promise<string>((resolve, reject) => {
      let text = "";
      child.stdout?.on("data", (chunk) => {
        text += chunk;
        const end = text.indexOf("\n");
        if (end >= 0) resolve(text.slice(0, end));
      });
      child.on("exit", (code) => reject(new Error(`the simulator ended with ${code}: ${errors}`)));
    });
    const { http, acquirer } = JSON.parse(line) as { http: string; acquirer: string };
    return new Desk(child, `${http}/api/v1`, acquirer, data, options.data === undefined);
  }

  /** Ends the process in order; removes its data when it made it. */
  async stop(): Promise<void> {
    await this.end("SIGTERM");
    if (this.ownsData) rmSync(this.data, { recursive: true, force: true });
  }

  async end(signal: NodeJS.Signals): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = new Promise((resolve) => this.child.once("exit", resolve));
    this.child.kill(signal);
    await ended;
  }

  async call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const response = await fetch(`${this.base}${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path} → ${response.status} ${text}`);
    return (text === "" ? undefined : JSON.parse(text)) as T;
  }

  get<T>(path: string): Promise<T> {
    return this.call<T>("GET", path);
  }
  post<T = State>(path: string, body: unknown): Promise<T> {
    return this.call<T>("POST", path, body);
  }

  state = (): Promise<State> => this.get<State>("/state");
  paper = (): Promise<Paper[]> => this.get<Paper[]>("/paper");
  messages = (clear = false): Promise<WireMessage[]> => this.get<WireMessage[]>(`/messages${clear ? "?clear=1" : ""}`);
  check = (): Promise<{ ok: boolean; differences: unknown[] }> => this.get("/check");
  keys = (...keys: string[]): Promise<State> => this.post("/keys", { keys });
  pin = (pin: string): Promise<State> => this.post("/pinpad", { pin });
  swipe = (card: string | Record<string, string>): Promise<State> =>
    this.post("/card", { action: "swipe", ...(typeof card === "string" ? { card } : card) });
  power = (action: "cut" | "on" | "cycle"): Promise<State> => this.post("/power", { action });
  fault = (device: string, fault: string, more: Record<string, unknown> = {}): Promise<unknown> =>
    this.post("/faults", { device, fault, ...more });

  async expect(id: string, state: Promise<State> | State): Promise<State> {
    const now = await state;
    if (now.screen.id !== id) throw new Error(`expected screen ${id}, got ${now.screen.id}: ${now.screen.lines.join(" | ")}`);
    return now;
  }

  /** Operator 01 / 0000, through sign-on to idle. */
  async logIn(operator = "01", password = "0000"): Promise<State> {
    await this.expect("password", this.keys(...operator, "enter"));
    return this.finish(await this.keys(...password, "enter"));
  }

  /** From a swipe at idle up to the PIN pad asking. */
  async saleToPin(card: string | Record<string, string>, fen: number): Promise<State> {
    await this.expect("card", this.swipe(card));
    await this.expect("amount", this.keys("enter"));
    await this.expect("confirm", this.keys(...String(fen), "enter"));
    return this.expect("pin", this.keys("enter"));
  }

  /** A whole sale; the state right after the PIN. */
  async sale(card: string | Record<string, string>, fen: number, pin = "123456"): Promise<State> {
    await this.saleToPin(card, fen);
    return pin === "" ? this.post("/pinpad", { keys: ["enter"] }) : this.pin(pin);
  }

  /** Presses Enter through whatever stands there until idle, as a cashier in a hurry would. */
  async finish(state?: State): Promise<State> {
    let now = state ?? (await this.state());
    for (let presses = 0; now.screen.id !== "idle"; presses++) {
      if (presses > 30) throw new Error(`never came back to idle: ${now.screen.id} ${now.screen.lines.join(" | ")}`);
      now = await this.keys("enter");
    }
    return now;
  }
}

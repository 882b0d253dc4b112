import { describe, expect, test } from "vitest";
import { bench, bundle, type Kind, quiet, until } from "./bench.ts";

const ECHO = `
  const handle = door.open("wire", "{}");
  on.data = (from, data) => { say("heard " + data.byteLength); door.write(from, data); };
  on.closed = (from, why) => say("closed " + why);
  on.wake = () => say("woke at " + door.monotonic());
  say("up");
`;

describe.each<Kind>(["local", "worker"])("a %s machine", (kind) => {
  test("carries bytes both ways and counts them", async () => {
    const { machine, wires, said } = bench(ECHO, {}, kind);
    await machine.start();
    await until(machine, () => machine.status.quiet && said.length === 1);
    machine.toTerminal("wire", Uint8Array.of(1, 2, 3));
    await until(machine, () => machine.status.quiet && said.length === 2);
    expect(said).toEqual(["up", "heard 3"]);
    expect(wires.written).toEqual([["wire", [1, 2, 3]]]);
    expect(machine.status.ports).toEqual({ wire: { fromTerminal: 3, toTerminal: 3, open: true, connecting: false } });
  });

  test("is not quiet while bytes are under way", async () => {
    const { machine } = bench(ECHO, {}, kind);
    await machine.start();
    await quiet(machine);
    machine.toTerminal("wire", Uint8Array.of(1));
    if (kind === "worker") expect(machine.status.quiet).toBe(false);
    await quiet(machine);
    expect(machine.status.ports.wire).toMatchObject({ fromTerminal: 1, toTerminal: 1 });
  });

  test("is cut, and starts again with its wires closed in between", async () => {
    const { machine, wires, said } = bench(ECHO, {}, kind);
    await machine.start();
    await quiet(machine);
    expect([...wires.open]).toEqual(["wire"]);
    await machine.cut();
    expect(machine.status.running).toBe(false);
    expect([...wires.open]).toEqual([]);
    machine.toTerminal("wire", Uint8Array.of(1));
    await machine.start();
    await until(machine, () => machine.status.quiet && said.length === 2);
    expect(said).toEqual(["up", "up"]);
    expect(machine.status.running).toBe(true);
  });

  test("tells of an unplugged device, and refuses what is written to it afterwards", async () => {
    const script = `${ECHO} on.closed = (from, why) => say(why + " " + attempt(() => door.write(from, bytes(1))));`;
    const { machine, said } = bench(script, {}, kind);
    await machine.start();
    machine.closeWire("wire", "unplugged");
    await until(machine, () => machine.status.quiet && said.length === 2);
    expect(said[1]).toBe("unplugged DoorError unplugged: wire is gone (unplugged)");
  });

  test("wakes on a driven clock when, and only when, it is due", async () => {
    const { machine, clock, said } = bench(`${ECHO} door.wake(door.monotonic() + 1000, 1);`, {}, kind);
    await machine.start();
    await quiet(machine);
    expect(machine.status.wake).toEqual({ atMs: 1000, patience: "dwell" });
    machine.wake();
    await quiet(machine);
    expect(said).toEqual(["up"]);
    clock.setNow(1000);
    machine.wake();
    await until(machine, () => machine.status.quiet && said.length === 2);
    expect(said[1]).toBe("woke at 1000");
    expect(machine.status.wake).toBeUndefined();
  });

  test("wakes by itself on the system clock", async () => {
    const script = `const from = door.monotonic(); door.wake(from + 20, 0); on.wake = () => say(door.monotonic() - from >= 20);`;
    const { machine, said } = bench(script, { clock: { kind: "system" } }, kind);
    await machine.start();
    await until(machine, () => said.length === 1);
    expect(said).toEqual(["true"]);
  });

  test("refuses a wire that the desk does not have", async () => {
    const { machine, said } = bench(`say(attempt(() => door.open("absent", "{}")));`, {}, kind);
    await machine.start();
    await until(machine, () => said.length === 1);
    expect(said[0]).toBe("DoorError no-such-port: absent: the desk has no wire absent");
  });

  test("restarts when the firmware asks, and stays off when it asks for that", async () => {
    const script = `
      const boots = door.fileRead("boots")?.byteLength ?? 0;
      door.fileAppend("boots", boots, bytes(1));
      say("boot " + boots);
      on.data = () => door.power(boots === 0 ? "restart" : "halt");
      door.open("wire", "{}");`;
    const { machine, said } = bench(script, {}, kind);
    const actions: string[] = [];
    machine.on("power", (action) => actions.push(action));
    await machine.start();
    machine.toTerminal("wire", Uint8Array.of(1));
    await until(machine, () => machine.status.quiet && said.includes("boot 1"));
    machine.toTerminal("wire", Uint8Array.of(1));
    await until(machine, () => !machine.status.running);
    expect(actions).toEqual(["restart", "halt"]);
    expect(said).toEqual(["boot 0", "boot 1"]);
  });

  test("tells memory and CPU time", async () => {
    const { machine } = bench(`globalThis.kept = new Uint8Array(1e6).fill(0xa7); for (let i = 0; i < 3e5; i++);`, {}, kind);
    await machine.start();
    const { usedBytes, image } = await machine.memory(true);
    expect(usedBytes).toBeGreaterThan(1e6);
    expect(Buffer.from(image ?? []).includes(Buffer.alloc(1000, 0xa7))).toBe(true);
    expect(await machine.cpuMs()).toBeGreaterThan(1);
  });

  test("refuses a bundle for another door, a bundle without banner and a wrong board, before anything runs", async () => {
    const start = (options: object) => bench(`say("ran")`, options, kind);
    const foreign = start({ bundle: { code: bundle(`say("ran")`).code.replace(/abi \d+/, "abi 99") } });
    await expect(foreign.machine.start()).rejects.toThrow(/built for door 99\.\d+, and this terminal has 1\.\d+/);
    expect(foreign.said).toEqual([]);
    await expect(start({ bundle: { code: "1" } }).machine.start()).rejects.toThrow(/first line/);
    await expect(start({ board: { ports: { lcd: { kind: "telepathy" } } } }).machine.start()).rejects.toThrow(/ports\.lcd/);
  });

  test("refuses to start a bundle that throws at once, and says where", async () => {
    const { machine } = bench(`function boot() { throw new Error("no board"); } boot();`, {}, kind);
    await expect(machine.start()).rejects.toThrow(/failed to start: Error: no board[\s\S]*at boot/);
    expect(machine.status.running).toBe(false);
  });
});

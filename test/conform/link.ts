/** What every link driver does: frames of the acquirer over whatever line there is. */
import { expect, test } from "vitest";
import type { Connection, Link, LinkErrorCode, LinkSettings } from "../../hal/link/link.ts";
import { CancelSource } from "../../platform/guest/cancel.ts";

/** The far end, as seen from the host. */
export interface HostEnd {
  /** What the host does when the terminal calls this address. */
  answer(host: string, how: "accept" | "refuse" | "silent" | "nobody"): void;
  /** Bytes received since the line came up. */
  received(): Uint8Array;
  send(bytes: Uint8Array): void;
  hangUp(): void;
  breakLine(): void;
  /** Whether the line is up. */
  up(): boolean;
}

export interface LinkUnderTest {
  open(settings: LinkSettings): Link;
  ended<T>(promise: Promise<T>): Promise<T>;
  failure(promise: Promise<unknown>): Promise<unknown>;
  pass(ms: number): Promise<void>;
  host: HostEnd;
}

const SETTINGS: LinkSettings = { host: "primary", port: 7401, connectTimeoutMs: 10_000 };
const WITH_BACKUP: LinkSettings = { ...SETTINGS, backup: { host: "backup", port: 7402 } };
const framed = (bytes: readonly number[]): Uint8Array => Uint8Array.from([bytes.length >> 8, bytes.length & 0xff, ...bytes]);

export function linkConformance(name: string, make: () => LinkUnderTest): void {
  const connected = async (): Promise<{ it: LinkUnderTest; link: Link; connection: Connection }> => {
    const it = make();
    it.host.answer("primary", "accept");
    const link = it.open(SETTINGS);
    return { it, link, connection: await it.ended(link.connect()) };
  };
  const waiting = <T>(promise: Promise<T>): Promise<T> => {
    promise.catch(() => {});
    return promise;
  };

  test(`${name}: sends one frame with its length, takes one`, async () => {
    const { it, link, connection } = await connected();
    expect(link.state).toBe("up");
    connection.send(Uint8Array.of(1, 2, 3));
    await it.pass(10);
    expect([...it.host.received()]).toEqual([0, 3, 1, 2, 3]);
    const answer = connection.receive();
    it.host.send(framed([9, 8, 7]));
    expect([...(await it.ended(answer))]).toEqual([9, 8, 7]);
  });

  test(`${name}: frames byte by byte, several at once, empty ones between`, async () => {
    const { it, connection } = await connected();
    const answer = connection.receive();
    for (const byte of framed([1, 2, 3, 4])) {
      it.host.send(Uint8Array.of(byte));
      await it.pass(50);
    }
    expect([...(await it.ended(answer))]).toEqual([1, 2, 3, 4]);
    it.host.send(Uint8Array.from([0, 0, ...framed([5]), 0, 0, ...framed([6, 6])]));
    expect([...(await it.ended(connection.receive()))]).toEqual([5]);
    expect([...(await it.ended(connection.receive()))]).toEqual([6, 6]);
  });

  for (const [how, code] of [
    ["refuse", "refused"],
    ["silent", "no-answer"],
    ["nobody", "unreachable"],
  ] as const satisfies readonly (readonly [string, LinkErrorCode])[]) {
    test(`${name}: ${how} is ${code}; the backup is tried`, async () => {
      const it = make();
      it.host.answer("primary", how);
      it.host.answer("backup", "accept");
      const alone = it.open(SETTINGS);
      expect(await it.failure(alone.connect())).toMatchObject({ code, nothingSent: true });
      expect(alone.state).toBe("down");
      const both = it.open(WITH_BACKUP);
      const connection = await it.ended(both.connect());
      expect(both.state).toBe("up");
      connection.close();
      await it.pass(10);
      expect(it.host.up()).toBe(false);
    });
  }

  test(`${name}: a host that turns calls down is called again, within the time-out; then it is there`, async () => {
    const it = make();
    it.host.answer("primary", "refuse");
    const link = it.open({ ...SETTINGS, redials: 3 });
    const connecting = waiting(link.connect());
    await it.pass(1_500);
    it.host.answer("primary", "accept");
    (await it.ended(connecting)).close();
    expect(link.state).toBe("up");
    it.host.answer("primary", "refuse");
    const never = it.open({ ...SETTINGS, redials: 0 });
    expect(await it.failure(never.connect())).toMatchObject({ code: "refused" });
  });

  test(`${name}: the backup stays until the time to go back; then the first again`, async () => {
    const it = make();
    it.host.answer("primary", "silent");
    it.host.answer("backup", "accept");
    const link = it.open({ ...WITH_BACKUP, redials: 0, backAfterMinutes: 2 });
    (await it.ended(link.connect())).close();
    it.host.answer("primary", "accept");
    it.host.answer("backup", "nobody");
    // The backup is called first now, so that nobody waits for the other; when it is gone too, the first will do.
    (await it.ended(link.connect())).close();
    it.host.answer("primary", "silent");
    it.host.answer("backup", "accept");
    (await it.ended(link.connect())).close();
    const begun = waiting(link.connect());
    await it.pass(10);
    expect(it.host.up()).toBe(true);
    (await it.ended(begun)).close();
    await it.pass(2 * 60_000);
    it.host.answer("backup", "nobody");
    it.host.answer("primary", "accept");
    (await it.ended(link.connect())).close();
    expect(link.state).toBe("up");
  });

  test(`${name}: cancelled while connecting leaves no line behind`, async () => {
    const it = make();
    it.host.answer("primary", "silent");
    const source = new CancelSource();
    const connecting = waiting(it.open(WITH_BACKUP).connect(source.token));
    await it.pass(1_000);
    source.cancel(new Error("enough"));
    expect(await it.failure(connecting)).toMatchObject({ message: "enough" });
    await it.pass(10);
    expect(it.host.up()).toBe(false);
  });

  test(`${name}: cancelled while receiving keeps the line; the answer can still be taken`, async () => {
    const { it, connection } = await connected();
    const source = new CancelSource();
    const first = waiting(connection.receive(source.token));
    source.cancel(new Error("enough"));
    expect(await it.failure(first)).toMatchObject({ message: "enough" });
    it.host.send(framed([4, 2]));
    expect([...(await it.ended(connection.receive()))]).toEqual([4, 2]);
  });

  test(`${name}: a line that ends or breaks is dropped, after what came whole; nothing can be sent any more`, async () => {
    for (const end of ["hangUp", "breakLine"] as const) {
      const { it, connection } = await connected();
      it.host.send(Uint8Array.from([...framed([1]), 0, 9, 1, 2]));
      await it.pass(10);
      it.host[end]();
      await it.pass(10);
      expect([...(await it.ended(connection.receive()))]).toEqual([1]);
      expect(await it.failure(connection.receive())).toMatchObject({ code: "line-dropped" });
      expect(() => connection.send(Uint8Array.of(1))).toThrow(
        expect.objectContaining({ code: "line-dropped", nothingSent: true }),
      );
    }
  });

  test(`${name}: a length that lies drops the line or waits, and never crashes`, async () => {
    const huge = await connected();
    const answer = waiting(huge.connection.receive());
    huge.it.host.send(Uint8Array.of(0xff, 0xff, 1, 2, 3));
    expect(await huge.it.failure(answer)).toMatchObject({ code: "line-dropped", message: expect.stringContaining("65535") });
    const { it, connection } = await connected();
    const late = waiting(connection.receive());
    it.host.send(Uint8Array.of(0, 200, 1, 2, 3));
    await it.pass(60_000);
    it.host.hangUp();
    expect(await it.failure(late)).toMatchObject({ code: "line-dropped", message: expect.stringContaining("into a frame") });
  });

  test(`${name}: frames that no frame may be are refused before a byte leaves`, async () => {
    const { it, connection } = await connected();
    for (const size of [0, 70_000]) {
      expect(() => connection.send(new Uint8Array(size))).toThrow(expect.objectContaining({ nothingSent: true }));
    }
    await it.pass(10);
    expect(it.host.received().length).toBe(0);
  });

  test(`${name}: a host that talks without end does not fill the memory`, async () => {
    const { it, connection } = await connected();
    for (let n = 0; n < 100; n++) it.host.send(framed([n]));
    await it.pass(10);
    const first = await it.ended(connection.receive());
    expect([...first]).toEqual([0]);
    expect(it.host.up()).toBe(false);
  });
}

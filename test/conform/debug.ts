/** What every debug channel does. */
import { expect, test } from "vitest";
import type { Debug } from "../../hal/index.ts";

export interface DebugUnderTest {
  debug: Debug;
  pass(ms: number): Promise<void>;
  desk: { received(): Uint8Array; send(bytes: Uint8Array): void; unplug(): void };
}

export function debugConformance(name: string, make: () => DebugUnderTest): void {
  const listening = () => {
    const it = make();
    const asked: unknown[] = [];
    it.debug.onRequest = (request) => asked.push(request);
    return { it, asked };
  };
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

  test(`${name}: one line a message, in UTF-8, also a long one`, async () => {
    const it = make();
    it.debug.send({ kind: "screen", title: "请刷卡 😀" });
    it.debug.send({ kind: "journal", text: "示".repeat(100_000) });
    await it.pass(10);
    const lines = new TextDecoder().decode(it.desk.received()).split("\n");
    expect(JSON.parse(lines[0] as string)).toEqual({ kind: "screen", title: "请刷卡 😀" });
    expect(JSON.parse(lines[1] as string).text.length).toBe(100_000);
    expect(lines.slice(2)).toEqual([""]);
  });

  test(`${name}: requests in any pieces; garbage and endless lines are passed over`, async () => {
    const { it, asked } = listening();
    const stream = bytes(
      `{"ask":"journal","id":1}\nnot json\n[1]\n\n"x"\n${"y".repeat(10_000)}\n{"ask":"余额","id":2}\n{"ask":"half`,
    );
    for (let at = 0; at < stream.length; at += 7) it.desk.send(stream.subarray(at, at + 7));
    await it.pass(10);
    expect(asked).toEqual([
      { ask: "journal", id: 1 },
      { ask: "余额", id: 2 },
    ]);
  });

  test(`${name}: never throws when nobody is there`, async () => {
    const { it } = listening();
    it.desk.unplug();
    await it.pass(10);
    it.debug.send({ kind: "state" });
  });
}

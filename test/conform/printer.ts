/** What every printer driver does, whatever printer is at the far end. */
import { expect, test } from "vitest";
import type { PrintItem, Printer, PrinterStatus } from "../../hal/printer/printer.ts";
import { CancelSource } from "../../platform/guest/cancel.ts";

export interface PrinterUnderTest {
  printer: Printer;
  ended<T>(promise: Promise<T>): Promise<T>;
  failure(promise: Promise<unknown>): Promise<unknown>;
  pass(ms: number): Promise<void>;
  hands: {
    /** Lines of words on paper since the last `tear`, blank ones left out. */
    paper(): string[];
    tear(): void;
    set(fault: "paper-out" | "cover-open" | "jam" | "near-end" | "slow" | "stray-status", on: boolean): void;
    paperOutAfterMm(mm: number): void;
    newRoll(): void;
    overheat(ms: number): void;
    powerCycle(): void;
    unplug(): void;
    plug(): void;
  };
}

const line = (n: number): PrintItem => ({ text: `line ${n}` });
const slip = (lines: number): PrintItem[] => [...Array.from({ length: lines }, (_, n) => line(n + 1)), { cut: "partial" }];
const wanted = (lines: number): string[] => Array.from({ length: lines }, (_, n) => `line ${n + 1}`);

/** Under way; whoever waits for it later sees its failure. */
function started<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => {});
  return promise;
}

export function printerConformance(name: string, make: () => PrinterUnderTest): void {
  test(`${name}: everything is on paper when print resolves`, async () => {
    const it = make();
    await it.ended(it.printer.print(slip(100)));
    expect(it.hands.paper()).toEqual(wanted(100));
  });

  test(`${name}: text, Chinese, two columns, sizes, rules, QR, pictures`, async () => {
    const it = make();
    const { columns, widthDots } = it.printer;
    await it.ended(
      it.printer.print([
        { text: "示例商户", align: "center", bold: true, tall: true, wide: true },
        { left: "金额", right: "RMB 100.00", tall: true },
        { rule: "-" },
        { text: "国".repeat(columns / 2 + 1) },
        { qr: "https://example.com/1" },
        { raster: new Uint8Array((widthDots / 8) * 100).fill(0xaa), widthDots },
        { feed: 2 },
        { cut: "full" },
      ]),
    );
    const paper = it.hands.paper();
    expect(paper[0]?.trim()).toBe("示例商户");
    expect(paper[1]).toMatch(/^金额 +RMB 100\.00$/);
    expect(paper[2]).toBe("-".repeat(columns));
    expect(paper[3]).toBe("国".repeat(columns / 2));
    expect(paper[4]?.trim()).toBe("国");
  });

  test(`${name}: says how it is`, async () => {
    const it = make();
    expect(await it.ended(it.printer.status())).toEqual({ online: true, problem: undefined, nearEnd: false });
    it.hands.set("near-end", true);
    expect(await it.ended(it.printer.status())).toMatchObject({ problem: undefined, nearEnd: true });
    await it.ended(it.printer.print(slip(2)));
    it.hands.set("cover-open", true);
    expect(await it.ended(it.printer.status())).toMatchObject({ online: false, problem: "cover-open" });
    expect(it.printer.lastStatus).toMatchObject({ problem: "cover-open" });
  });

  test(`${name}: tells changes by itself`, async () => {
    const it = make();
    await it.pass(1_000);
    const seen: PrinterStatus[] = [];
    it.printer.onStatus = (status) => seen.push(status);
    it.hands.set("cover-open", true);
    await it.pass(100);
    it.hands.set("cover-open", false);
    await it.pass(100);
    expect(seen.map((status) => status.problem)).toEqual(["cover-open", undefined]);
  });

  for (const problem of ["paper-out", "cover-open", "jam"] as const) {
    test(`${name}: ${problem} before and in the middle of a slip; the next slip starts clean`, async () => {
      const it = make();
      it.hands.set(problem, true);
      expect(await it.failure(it.printer.print(slip(3)))).toMatchObject({ code: problem, untouched: true });
      expect(it.hands.paper()).toEqual([]);
      it.hands.set(problem, false);
      const printing = started(it.printer.print(slip(200)));
      await it.pass(3_000);
      it.hands.set(problem, true);
      expect(await it.failure(printing)).toMatchObject({ code: problem, untouched: false });
      expect(it.hands.paper().length).toBeLessThan(200);
      it.hands.set(problem, false);
      await it.pass(5_000);
      it.hands.tear();
      await it.pass(5_000);
      expect(it.hands.paper()).toEqual([]);
      await it.ended(it.printer.print(slip(5)));
      expect(it.hands.paper()).toEqual(wanted(5));
    });
  }

  test(`${name}: the roll ends in the middle of a slip`, async () => {
    const it = make();
    it.hands.paperOutAfterMm(60);
    expect(await it.failure(it.printer.print(slip(60)))).toMatchObject({ code: "paper-out" });
    it.hands.newRoll();
    await it.pass(5_000);
    it.hands.tear();
    await it.ended(it.printer.print(slip(60)));
    expect(it.hands.paper()).toEqual(wanted(60));
  });

  test(`${name}: overheated, and cool again by itself`, async () => {
    const it = make();
    const printing = started(it.printer.print(slip(200)));
    await it.pass(2_000);
    it.hands.overheat(8_000);
    expect(await it.failure(printing)).toMatchObject({ code: "overheat" });
    await it.pass(9_000);
    it.hands.tear();
    await it.ended(it.printer.print(slip(5)));
    expect(it.hands.paper()).toEqual(wanted(5));
  });

  test(`${name}: a slow printer is waited for`, async () => {
    const it = make();
    it.hands.set("slow", true);
    await it.ended(it.printer.print(slip(60)));
    expect(it.hands.paper()).toEqual(wanted(60));
  });

  test(`${name}: status bytes that nobody asked for`, async () => {
    const it = make();
    it.hands.set("stray-status", true);
    await it.ended(it.printer.print(slip(20)));
    expect(it.hands.paper()).toEqual(wanted(20));
  });

  test(`${name}: power lost in the middle of a slip is never taken for printed`, async () => {
    const it = make();
    const printing = started(it.printer.print(slip(200)));
    await it.pass(2_000);
    it.hands.powerCycle();
    expect(["timeout", "fault", "unplugged"]).toContain(((await it.failure(printing)) as { code: string }).code);
    await it.pass(5_000);
    it.hands.tear();
    await it.ended(it.printer.print(slip(5)));
    expect(it.hands.paper()).toEqual(wanted(5));
  });

  test(`${name}: unplugged in the middle of a slip, and back again`, async () => {
    const it = make();
    const printing = started(it.printer.print(slip(200)));
    await it.pass(1_000);
    it.hands.unplug();
    expect(await it.failure(printing)).toMatchObject({ code: "unplugged" });
    expect(await it.failure(it.printer.status())).toMatchObject({ code: "unplugged" });
    it.hands.plug();
    await it.pass(60_000);
    it.hands.tear();
    await it.ended(it.printer.print(slip(5)));
    expect(it.hands.paper()).toEqual(wanted(5));
  });

  test(`${name}: cancelled; what was not printed never comes out`, async () => {
    const it = make();
    const source = new CancelSource();
    const printing = started(it.printer.print(slip(200), source.token));
    await it.pass(2_000);
    source.cancel(new Error("changed my mind"));
    expect(await it.failure(printing)).toMatchObject({ message: "changed my mind" });
    await it.pass(3_000);
    const printed = it.hands.paper().length;
    expect(printed).toBeLessThan(200);
    await it.pass(10_000);
    expect(it.hands.paper().length).toBe(printed);
  });

  test(`${name}: two slips at once come one after the other`, async () => {
    const it = make();
    await it.ended(Promise.all([it.printer.print(slip(30)), it.printer.print(slip(2))]));
    expect(it.hands.paper()).toEqual([...wanted(30), ...wanted(2)]);
  });
}

/** The sale stands whatever the printer does (M22). */
import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import { Desk } from "./desk-client.ts";

let desk: Desk;
/** Sheets that were there when the test began. */
let sheets: number;
beforeAll(async () => {
  desk = await Desk.start();
  await desk.logIn();
});
beforeEach(async () => {
  sheets = (await desk.paper()).length;
});
afterAll(() => desk.stop());

const paper = async () => (await desk.paper()).slice(sheets);

const whole = (slip: { text: string[] } | undefined) => {
  const text = slip?.text.join("\n") ?? "";
  return text.includes("898110154110001") && text.includes("100.00") && /存根/.test(text);
};

for (const [when, fault] of [
  ["before the slip", { fault: "paper-out" }],
  ["in the slip", { fault: "paper-out-after", value: 25 }],
] as const) {
  test(`paper out ${when}: the screen helps, and the slip prints whole after new paper`, async () => {
    await desk.fault("printer", fault.fault, "value" in fault ? { value: fault.value } : {});
    let state = await desk.sale("debit-1", 10_000);
    expect(state.screen.id).toBe("printer");
    expect(state.screen.lines.join(" ")).toContain("纸");
    await desk.call("DELETE", "/faults");
    state = await desk.keys("enter");
    await desk.finish(state);
    const slips = await paper();
    expect(slips.filter(whole).length).toBeGreaterThanOrEqual(2);
    // What had begun may be all but cut off: then the next one is not the first.
    expect(slips.some(({ text }) => text.join().includes("重打印"))).toBe(fault.fault === "paper-out-after");
    expect(await desk.check()).toMatchObject({ ok: true });
  });
}

test("paper out after the slip: the second copy waits for new paper", async () => {
  const state = await desk.sale("debit-1", 10_000);
  await desk.expect("approved", state);
  await desk.fault("printer", "paper-out");
  let now = await desk.keys("enter");
  while (now.screen.id === "tear") now = await desk.keys("enter");
  await desk.expect("printer", now);
  await desk.call("DELETE", "/faults");
  await desk.finish(await desk.keys("enter"));
  expect((await paper()).filter(whole)).toHaveLength(2);
  expect(await desk.check()).toMatchObject({ ok: true });
});

test("left for later, the slip is printed from the menu and says so", async () => {
  await desk.fault("printer", "cover-open");
  await desk.expect("printer", desk.sale("debit-1", 10_000));
  await desk.keys("cancel");
  await desk.finish();
  await desk.call("DELETE", "/faults");
  await desk.finish(await desk.keys("menu", "8", "1"));
  const slips = (await paper()).filter(whole);
  expect(slips).toHaveLength(2);
  expect(slips[0]?.text.join()).toContain("重打印");
  expect(await desk.check()).toMatchObject({ ok: true });
});

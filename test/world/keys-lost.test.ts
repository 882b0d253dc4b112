/** The PIN pad forgets its keys while money waits to be told: nothing can be signed until new ones are in, and then all of it goes. */
import { expect, test } from "vitest";
import { readProfile } from "../../tools/sim/profile.ts";
import { Cashier } from "./cashier.ts";
import { root } from "./firmware.ts";
import { keys, typed } from "./visit.ts";
import { World } from "./world.ts";

const MASTER_SLOT = 1;

test("tampered with during an offline sale: told why nothing goes; with new keys the settlement takes it along", async () => {
  const world = await World.create({ seed: 1 });
  try {
    const cashier = new Cashier(world);
    await cashier.home();
    for (const line of [keys("menu", "7", "2"), "key enter", typed("6229991000000010"), typed("1230")]) await cashier.act(line);
    await cashier.act("fault pinpad tamper");
    for (const line of [typed("14023"), "keys 1", typed("522535"), "key enter"]) await cashier.act(line);
    await cashier.home();
    expect(world.desk.state.debt.offline).toBe(1);
    await world.press("menu", "9", "3", "enter");
    expect(world.screens.map(({ lines }) => lines.join(" ")).join("\n")).toContain("密码键盘");
    await cashier.home();
    const { pinpad } = world.desk.devices;
    pinpad.clearFault();
    pinpad.injectMasterKey(MASTER_SLOT, readProfile("demo", root).testKeys.masterKeys[MASTER_SLOT] ?? "", "3des");
    const { batch } = world.desk.state;
    await world.press("menu", "9", "3", "enter");
    await cashier.home();
    expect(world.desk.state).toMatchObject({ debt: { offline: 0, reversals: 0 } });
    expect(Number(world.desk.state.batch)).toBe(Number(batch) + 1);
    expect(await world.desk.check()).toMatchObject({ ok: true });
  } finally {
    await world.close();
  }
});

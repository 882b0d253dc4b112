/**
 * An assertion that fails at the worst moment: the host has approved, money has moved, and the firmware finds that it contradicts itself. It stops with
 * a screen that says so before anything is shown, printed or sent; the next start begins with what is on the disk, and the books agree.
 */
import { rmSync } from "node:fs";
import { expect, test } from "vitest";
import { finish, firmware, logIn, sale, startInProcess } from "./in-process.ts";

const CARD = { pan: "6222021234567890128", track2: "6222021234567890128=30121010000012300", pin: "123456" };
const WORDS = "what the host approved is approved";

/** The firmware as built, but for one condition. */
function withFailing(words: string): ReturnType<typeof firmware> {
  const { bundle, assets } = firmware();
  const condition = new RegExp(`\\(([\\w$]+\\.state===?"approved"),"${words}"\\)`);
  expect(bundle.code).toMatch(condition);
  return { bundle: { ...bundle, code: bundle.code.replace(condition, `(!($1),"${words}")`) }, assets };
}

test("a failed assertion stops the terminal with a fault, and nothing is lost", async () => {
  const world = await startInProcess(withFailing(WORDS));
  const { desk } = world;
  try {
    desk.addAccount({ pan: CARD.pan, pin: CARD.pin, balanceFen: 100_000, expiry: "3012" });
    await logIn(world);
    await sale(world, CARD.track2, 10_000, CARD.pin);
    expect(desk.screen.id).toBe("fault");
    expect(desk.screen.lines.join(" ")).toContain(WORDS);
    expect(desk.state).toMatchObject({ level: "faulted", leds: { error: true } });
    expect(desk.devices.printer.paper).toEqual([]);
    expect((await desk.journal()).owed).toMatchObject({ amountFen: 10_000 });

    const sent = desk.messages().length;
    await desk.keys(["enter", "cancel", "menu", "1", "enter"], 30_000);
    await desk.swipe({ track2: CARD.track2 }, 30_000);
    await desk.advance(600_000, 30_000);
    expect(desk.screen.id).toBe("fault");
    expect(desk.messages().length).toBe(sent);

    await desk.cut();
    await desk.start();
    await desk.settle(30_000);
    await logIn(world);
    await finish(desk);
    expect(desk.state.debt).toEqual({ reversals: 0, offline: 0 });
    expect((await desk.journal()).reversals).toHaveLength(1);
    expect(await desk.check()).toMatchObject({ ok: true });
  } finally {
    await desk.close();
    rmSync(world.dataDir, { recursive: true, force: true });
  }
});

/** Devices that stand at another speed than the line: nothing but rubbish goes both ways. The self-check names each; set right, each works by itself. */
import { rmSync } from "node:fs";
import { expect, test } from "vitest";
import { finish, logIn, sale, startInProcess } from "./in-process.ts";

const CARD = { pan: "6222021234567890128", track2: "6222021234567890128=30121010000012300", pin: "246810" };
const LONG_MS = 60_000;
/** And the speed they stand at; the line's is 115200. */
const SERIAL = { pinpad: 9_600, printer: 19_200, icc: 38_400, picc: 230_400 };

test("at the wrong speed each serial device is named at the self-check, and works when it is set right", async () => {
  const at = await startInProcess({ seed: 3 });
  const { desk } = at;
  try {
    desk.addAccount({ pan: CARD.pan, pin: CARD.pin, balanceFen: 100_000, expiry: "3012" });
    for (const [device, value] of Object.entries(SERIAL)) desk.setFault(device, { fault: "baud", value });
    await desk.cut();
    await desk.start();
    await desk.settle(LONG_MS);
    expect(desk.screen.id).toBe("selfcheck");
    expect(desk.screen.lines.filter((line) => line.includes(" bad "))).toEqual([
      expect.stringMatching(/^IC 卡读卡器 bad/),
      expect.stringMatching(/^非接读卡器 bad/),
      "打印机 bad 打印机没有连上",
      expect.stringMatching(/^密码键盘 bad/),
      expect.stringMatching(/^密钥 bad/),
    ]);
    for (const device of Object.keys(SERIAL)) desk.clearFault(device, "baud");
    await desk.keys(["enter"], LONG_MS);
    await logIn(at);
    await desk.advance(120_000, LONG_MS);
    await sale(at, CARD.track2, 1_000, CARD.pin);
    expect(desk.screen.id).toBe("approved");
    await finish(desk);
    expect(desk.devices.printer.paper.map(({ text }) => text.join("\n")).filter((text) => text.includes("10.00"))).toHaveLength(
      2,
    );
    // The first sign-on brought what the readers need.
    expect(desk.screen.lines.join(" ")).toContain("刷卡 插卡 挥卡");
    expect(await desk.check()).toMatchObject({ ok: true });
  } finally {
    await desk.close();
    rmSync(at.dataDir, { recursive: true, force: true });
  }
});

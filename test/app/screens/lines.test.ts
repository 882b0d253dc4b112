import { expect, test } from "vitest";
import { screens } from "../../../app/screens/index.ts";
import { hintLines, screenLines } from "../../../app/screens/lines.ts";
import { SCREEN_IDS } from "../../../app/screens/tree.ts";
import { wordsIn } from "../../../app/text/index.ts";
import { samples } from "../../golden/screens/samples.ts";

const zh = wordsIn("zh-CN");
const en = wordsIn("en");

test("every screen carries an id that outside programs steer by; functions named by one answer with it", () => {
  for (const { name, screen } of samples("zh-CN")) {
    expect(SCREEN_IDS, name).toContain(screen.id);
    const named = Object.keys(screens).find((id) => id === name);
    if (named !== undefined && (SCREEN_IDS as readonly string[]).includes(named)) expect(screen.id).toBe(named);
  }
});

test("an amount is one line, without signs or groups", () => {
  const screen = screens.amount({ transaction: "transaction.sale", amountFen: 123456789 }, zh);
  expect(screen.title).toBe("消费");
  expect(screenLines(screen)).toContain("1234567.89");
});

test("a menu's lines are its rows, keys first", () => {
  const screen = screens.menu(
    {
      title: "menu.main",
      rows: [
        { key: "1", text: "menu.sale" },
        { key: "2", text: "menu.void" },
      ],
      selected: 1,
    },
    zh,
  );
  expect(screen.title).toBe("主菜单");
  expect(screenLines(screen)).toEqual(["1 消费", "2 消费撤销"]);
  expect(hintLines(screen)).toEqual(["Cancel 返回", "Down 选择", "Enter 选定"]);
});

test("idle invites to what the terminal can read, and says the date as people do", () => {
  const state = { merchant: "示例商户", date: "2026-11-21", time: "09:41", contact: false, contactless: false };
  expect(screenLines(screens.idle(state, zh))).toEqual(["09:41", "2026年11月21日 星期六", "请刷卡"]);
  expect(screenLines(screens.idle({ ...state, contact: true, contactless: true }, zh)).at(-1)).toBe("刷卡 插卡 挥卡");
  expect(screenLines(screens.idle(state, en))).toContain("Saturday, 21 November 2026");
});

test.each([
  ["2000-02-29", "星期二"],
  ["2024-03-01", "星期五"],
  ["1999-12-31", "星期五"],
  ["2100-01-01", "星期五"],
])("%s is a %s", (date, weekday) => {
  const screen = screens.idle({ merchant: "", date, time: "", contact: false, contactless: false }, zh);
  expect(screenLines(screen)[1]).toContain(weekday);
});

test("secrets come as stars, as many as were typed", () => {
  expect(screenLines(screens.password({ operator: "01", count: 4 }, zh))[0]).toBe("01 号密码 ****");
  expect(screenLines(screens.pin({ digits: 6, masked: "622999*********0019" }, zh))[0]).toBe("密码 ******");
});

test("Correct is offered only when there is something to correct", () => {
  const amount = (amountFen: number) => hintLines(screens.amount({ transaction: "transaction.sale", amountFen }, zh));
  expect(amount(0)).toEqual(["Cancel 取消", "Enter 确认"]);
  expect(amount(1)).toEqual(["Cancel 取消", "Clear 更正", "Enter 确认"]);
});

test("cancel is offered online only while nothing was sent", () => {
  const online = (cancellable: boolean) =>
    hintLines(screens.online({ transaction: "transaction.sale", phase: "waiting", secondsLeft: 9, of: 60, cancellable }, zh));
  expect(online(true)).toEqual(["Cancel 取消"]);
  expect(online(false)).toEqual([]);
});

test.each([zh, en])("unknown is not declined: it says that money may have moved and that it is being taken back", (words) => {
  const why = words.say("unknown.silent");
  const unknown = screens.unknown({ transaction: "transaction.sale", amountFen: 10000, why }, words);
  const declined = screens.declined({ transaction: "transaction.sale", words: "" }, words);
  expect(unknown.tone).toBe("warn");
  expect(declined.tone).toBe("bad");
  const text = [unknown.title, ...screenLines(unknown)].join(" ");
  expect(text).not.toMatch(/未成功|失败|拒绝|declined|failed|refused/i);
  expect(text).toMatch(/可能已经扣|money may have moved/);
  expect(text).toMatch(/撤回|taken back/);
  expect(text).toContain(why);
});

test("a part approved names what was paid and what is still to collect", () => {
  const screen = screens.approved({ transaction: "transaction.sale", amountFen: 10000, approvedFen: 6000 }, zh);
  expect(screenLines(screen)).toEqual(["金额", "60.00", "应收 100.00", "还要另收 40.00"]);
});

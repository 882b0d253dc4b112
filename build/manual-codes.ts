/** The table of answer codes in the cashier's manual, written from the table the terminal itself goes by. */
import { type ResponseCode, RESPONSES } from "../app/acquirer/responses.ts";
import { zhCN } from "../app/text/zh-cn.ts";

const BEGIN = "<!-- 应答码表：由 build/manual.ts 生成，不要手改 -->";
const END = "<!-- 应答码表完 -->";

/** One Markdown row a code; codes that say no more than "failed" share the last one. */
export function codeTable(): string {
  const rows = [...RESPONSES.values()];
  const plain = rows.filter(isPlain);
  const told = rows.filter((row) => !isPlain(row));
  return [
    "| 代码 | 屏幕上的话 | 成功了吗 | 收银员怎么办 | 对顾客说 |",
    "| --- | --- | --- | --- | --- |",
    ...told.map((row) => rowOf(row.code, row)),
    ...plain.slice(0, 1).map((row) => rowOf(`${plain.map(({ code }) => code).join(" ")} 及其他`, row)),
  ].join("\n");
}

/** The manual with a fresh table between its markers. Throws Error when the markers are not there. */
export function withCodeTable(manual: string): string {
  const [begin, end] = [manual.indexOf(BEGIN), manual.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error(`app/MANUAL.zh.md: put ${BEGIN} and ${END} where the table of codes belongs`);
  return `${manual.slice(0, begin + BEGIN.length)}\n\n${codeTable()}\n\n${manual.slice(end)}`;
}

const isPlain = ({ cashier }: ResponseCode): boolean => cashier["zh-CN"] === "交易失败";

function rowOf(codes: string, { class: group, cashier, cardholder, action }: ResponseCode): string {
  const advice = action === "none" ? "照常打小票" : zhCN[`advice.${action}`];
  return `| ${codes} | ${cashier["zh-CN"]} | ${group === "A" ? "**是**" : "否"} | ${advice} | ${cardholder["zh-CN"]} |`;
}

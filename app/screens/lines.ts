/** A screen as words, for the debug channel, the automation API and the tests. */
import { yuan } from "../model/money.ts";
import type { Hint, Row, Screen } from "./tree.ts";

/** The words on a screen below its title, top to bottom: amounts as "100.00", menu rows as "1 消费", label and value as "卡号 6229 99…". */
export function screenLines(screen: Screen): string[] {
  return screen.rows.flatMap(rowLines);
}

/** What the keys do: "Enter 确认". */
export function hintLines(screen: Screen): string[] {
  return screen.hints.filter((hint) => hint.text !== "").map((hint) => `${KEY_NAMES[hint.key]} ${hint.text}`);
}

const KEY_NAMES: Record<Hint["key"], string> = {
  enter: "Enter",
  cancel: "Cancel",
  clear: "Clear",
  menu: "Menu",
  up: "Up",
  down: "Down",
  digits: "0-9",
};

function rowLines(row: Row): string[] {
  switch (row.row) {
    case "text":
      return [row.text];
    case "pair":
      return [`${row.label} ${row.value}`];
    case "amount":
      return [...words(row.label), yuan(row.amountFen)];
    case "field":
      return [row.value === "" ? row.label : `${row.label} ${row.value}`];
    case "choice":
      return [joined(`${row.key} ${row.text}`, row.note)];
    case "check":
      return [joined(`${row.label} ${row.state}`, row.note)];
    case "progress":
      return [...words(row.text), `${Math.round(row.fraction * 100)} %`];
    case "countdown":
      return [`${row.seconds} s`];
    case "icons":
      return [row.items.map((item) => item.text).join(" ")];
    case "icon":
    case "gap":
      return [];
  }
}

function words(text: string | undefined): string[] {
  return text === undefined ? [] : [text];
}

function joined(text: string, note: string | undefined): string {
  return note === undefined ? text : `${text} ${note}`;
}

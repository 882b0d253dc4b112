/** Building blocks of a board's schema. Each schema's message says what is allowed in its place; ./validate.ts adds the rest. */
import * as v from "valibot";

export type Settings = Record<string, string | number | boolean>;

/** Exactly these fields. */
export function fields<const Entries extends v.ObjectEntries>(entries: Entries) {
  const names = Object.keys(entries);
  const allowed = names.length === 0 ? "no field here" : names.join(", ");
  return v.strictObject(entries, (issue) => (issue.expected === "Object" ? `an object with ${allowed}` : allowed));
}

export function wholeNumber(least: number, most: number) {
  const allowed = `a whole number from ${least} to ${most}`;
  return v.pipe(v.number(allowed), v.integer(allowed), v.minValue(least, allowed), v.maxValue(most, allowed));
}

export function oneOf<const Values extends readonly (string | number)[]>(values: Values) {
  return v.picklist(values, values.join(", "));
}

export function text(pattern: RegExp, allowed: string) {
  return v.pipe(v.string(allowed), v.regex(pattern, allowed));
}

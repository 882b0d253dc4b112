/** The examples of app/emv/EXAMPLES.md, run line by line. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import * as emv from "../../../app/emv/index.ts";

const PAGE = readFileSync(join(import.meta.dirname, "../../../app/emv/EXAMPLES.md"), "utf8");
const ARROW = "// →";
const kernel: Readonly<Record<string, unknown>> = { ...emv };
const names = Object.keys(kernel);

const why = (act: () => unknown): string => {
  try {
    act();
    return "nothing";
  } catch (error) {
    if (error instanceof emv.EmvError) return `${error.fault}: ${error.message}`;
    throw error;
  }
};

/** As the page writes values: bytes as hex digits, lists with commas. */
function shown(value: unknown): string {
  if (value instanceof Uint8Array) return emv.toHex(value);
  if (Array.isArray(value)) return value.map(shown).join(", ");
  return String(value);
}

const sections = [...PAGE.matchAll(/^## (.*?)\n[\s\S]*?```js\n([\s\S]*?)```/gm)].map(([, title = "", code = ""]) => ({
  title,
  code,
}));

/** Turns each line with an arrow into a note of what it gives; everything before it stays as it is. */
const program = (code: string): string =>
  code
    .split("\n")
    .map((line) => {
      const at = line.indexOf(ARROW);
      if (at < 0) return line;
      return `note(${line.slice(0, at).trim()}, ${JSON.stringify(line.slice(at + ARROW.length).trim())});`;
    })
    .join("\n");

test("all sections, in order: what one makes the next may use", async () => {
  const noted: [given: string, promised: string][] = [];
  const note = (value: unknown, promised: string) => noted.push([shown(value), promised]);
  const code = sections.map((section) => program(section.code)).join("\n");
  const run = new Function("note", "why", ...names, `return (async () => {${code}})();`) as (...all: unknown[]) => Promise<void>;
  await run(note, why, ...names.map((name) => kernel[name]));
  expect(noted.map(([given]) => given)).toEqual(noted.map(([, promised]) => promised));
  expect(noted.length).toBeGreaterThan(50);
});

test("the page has every function that a transaction is made of", () => {
  const pieces =
    "parseTlv encodeTlv buildDol buildCandidateList readApplicationData recoverIssuerKey recoverIccKey verifyStaticData verifyDynamicSignature verifyCombined checkRestrictions evaluateCvm manageRisk analyseActions runTransaction";
  for (const name of pieces.split(" ")) expect(PAGE.includes(`${name}(`), name).toBe(true);
  expect(sections.length).toBeGreaterThan(8);
});

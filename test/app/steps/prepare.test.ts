/** A batch that is full takes nothing; one that is nearly full says so first (§5.6). */
import { expect, test } from "vitest";
import { batchTakes } from "../../../app/steps/prepare.ts";
import { Left, type Terminal } from "../../../app/steps/terminal.ts";

interface Told {
  t: Terminal;
  shown: string[];
}

function terminal(journal: { full: boolean; nearlyFull: boolean; count: number }): Told {
  const shown: string[] = [];
  const partial = {
    journal: { ...journal, settlement: undefined, settleFirst: undefined },
    ui: {
      say: (key: string) => key,
      show: (_id: string, { title }: { title: string }) => shown.push(title),
      bad: () => undefined,
      wait: async () => ({ input: "key", key: "enter" }),
    },
    system: { scheduler: { now: () => 0 } },
  };
  return { t: partial as unknown as Terminal, shown };
}

test("full: nothing begins before it is settled", async () => {
  const { t } = terminal({ full: true, nearlyFull: true, count: 500 });
  const left = await batchTakes(t).catch((error: unknown) => error);
  expect(left).toBeInstanceOf(Left);
  expect(left).toMatchObject({ why: "problem", words: "problem.batch-full" });
});

test("nearly full: said, and it goes on", async () => {
  const { t, shown } = terminal({ full: false, nearlyFull: true, count: 450 });
  await batchTakes(t);
  expect(shown).toEqual(["notice.nearly-full-title"]);
});

test("with room: not a word", async () => {
  const { t, shown } = terminal({ full: false, nearlyFull: false, count: 3 });
  await batchTakes(t);
  expect(shown).toEqual([]);
});

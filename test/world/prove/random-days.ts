/** The random days of the table: always the same number of them, from the seed on. */
import { day } from "../day.ts";
import { writeDown } from "../failing.ts";
import { randomDays } from "./days.ts";
import { type Section, wayBack } from "./section.ts";

const DAYS = 300;

export const daysSection: Section = {
  name: "random days",
  async run({ seed, ms }) {
    const { days, broken } = await randomDays({ seed, count: DAYS, processes: 1, ms });
    const bad = days.filter(({ violations }) => violations.length > 0);
    const files = await written(bad.map((each) => each.seed));
    return [
      {
        what: "people, line, host, disk, power, devices and clock fail at random; the books are right",
        tried: `${days.length} days, ${days.reduce((sum, { customers }) => sum + customers, 0)} customers`,
        violations: [
          ...bad.flatMap((each) => each.violations.map((words) => `seed ${each.seed}: ${words}`)),
          ...files,
          ...broken,
        ],
      },
      wayBack(days.length, Math.max(0, ...days.map(({ backMs }) => backMs))),
    ];
  },
};

/** The first few are made short and written down; the others say their seed. */
async function written(seeds: readonly number[]): Promise<string[]> {
  const files: string[] = [];
  for (const seed of seeds.slice(0, 3)) files.push(`shortest scenario: ${await writeDown(await day({ seed }), {}, 120)}`);
  return files;
}

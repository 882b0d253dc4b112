/**
 * The money rooms: what is mutated and measured, and the tests that have to notice. Only tests of the rooms themselves: a mutant that none but a whole
 * desk would notice is one that nobody would find the cause of.
 *
 * @type {Record<string, { sources: string[], tests: string[] }>}
 */
export const ROOMS = {
  store: {
    sources: ["platform/guest/store*.ts"],
    // The power cuts of store-power.test.ts take a minute a mutant; every line they pass is passed by the others.
    tests: ["test/platform/guest/store{,-aside,-rot,-format,-clean,-refusals}.test.ts"],
  },
  journal: {
    sources: ["app/journal/*.ts"],
    tests: ["test/app/journal/!(power).test.ts"],
  },
  masking: {
    sources: ["app/model/card.ts", "platform/guest/logger.ts"],
    tests: ["test/app/model/card.test.ts", "test/platform/guest/logger.test.ts"],
  },
  steps: {
    sources: ["app/steps/reverse.ts", "app/steps/authorise.ts", "app/steps/advise.ts", "app/steps/settle.ts"],
    tests: ["test/app/steps/money/*.test.ts"],
  },
};

/** The rooms named, or all of them. @param {string | undefined} names separated by commas */
export function roomsNamed(names) {
  const wanted = names?.split(",") ?? Object.keys(ROOMS);
  return wanted.map((name) => {
    const room = ROOMS[name];
    if (room === undefined) throw new Error(`no room "${name}": ${Object.keys(ROOMS).join(", ")}`);
    return room;
  });
}

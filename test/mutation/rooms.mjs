/** @param {string} folder @param {string[]} names */
const files = (folder, ...names) => names.map((name) => `${folder}/${name}.test.ts`);

/**
 * The money rooms: what is mutated and measured, and the tests that have to notice. Only tests of the rooms themselves: a mutant that none but a whole
 * desk would notice is one that nobody would find the cause of. Quickest first: a mutant is gone with the first test that notices it.
 *
 * @type {Record<string, { sources: string[], tests: string[] }>}
 */
export const ROOMS = {
  store: {
    sources: ["platform/guest/store*.ts"],
    // The power cuts of store-power.test.ts take a minute a mutant; every line they pass is passed by the others.
    tests: files("test/platform/guest", "store-clean", "store-format", "store-refusals", "store-aside", "store", "store-rot"),
  },
  journal: {
    sources: ["app/journal/*.ts"],
    // Likewise power.test.ts, and size.test.ts with its thousands of records.
    tests: files(
      "test/app/journal",
      ...["records", "book-limits", "restore-plan", "limits", "settlement", "refusals", "advices", "holds", "history", "closing"],
      ...["format", "edges", "upload-order", "journal", "day", "book", "restore"],
    ),
  },
  masking: {
    sources: ["app/model/card.ts", "platform/guest/logger.ts"],
    tests: ["test/app/model/card.test.ts", "test/platform/guest/logger.test.ts"],
  },
  steps: {
    sources: ["app/steps/reverse.ts", "app/steps/authorise.ts", "app/steps/advise.ts", "app/steps/settle.ts"],
    tests: files("test/app/steps/money", "declined", "reverse", "advise", "authorise", "settle"),
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

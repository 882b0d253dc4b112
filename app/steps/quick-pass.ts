/** What this terminal knows of payments without PIN and signature (§5.8): the merchant's parameters, and the tables of card numbers. */
import type { QuickPassRules, QuickPassTables } from "../model/quick-pass.ts";
import type { Terminal } from "./terminal.ts";

export function quickPassOf({ parameters, cardData }: Pick<Terminal, "parameters" | "cardData">): {
  rules: QuickPassRules;
  tables: QuickPassTables;
} {
  return {
    rules: {
      on: parameters.value("quick.on") === true,
      noPinFen: Number(parameters.value("quick.no-pin")),
      noSignatureFen: Number(parameters.value("quick.no-signature")),
      withoutSignature: parameters.value("quick.without-signature") === true,
      tableA: parameters.value("quick.table-a") === true,
      tableB: parameters.value("quick.table-b") === true,
      cdcvm: parameters.value("quick.cdcvm") === true,
    },
    // Nobody hands out table A: the pilot it was for is over.
    tables: { a: [], b: cardData.ranges.of("no-pin"), c: cardData.ranges.of("excluded") },
  };
}

/** Whatever people do: no PIN, clear block or key outside the PIN pad, no track and no card number where it is kept, told, shown or printed. */
import { expect, test } from "vitest";
import { cardDataOf, secretsOf } from "./cards.ts";
import { allFlows, cardsOf } from "./flows.ts";
import { rebuild } from "./rebuild.ts";
import { runFlow } from "./run.ts";
import { scannerFor } from "./scanner.ts";

test.each(allFlows().map((flow) => [flow.name, flow] as const))("%s", async (_, flow) => {
  const cards = cardsOf(flow);
  const scans = { passing: scannerFor(secretsOf(cards)), kept: scannerFor([...secretsOf(cards), ...cardDataOf(cards)]) };
  const { artifacts, outputs, failure } = await runFlow(flow);
  expect(failure).toBeUndefined();
  expect(artifacts.length).toBeGreaterThan(20);
  expect(artifacts.find(({ name }) => name === "memory")?.bytes.length).toBeGreaterThan(1_000_000);
  expect(artifacts.flatMap(({ name, rule, bytes }) => scans[rule](name, bytes))).toEqual([]);
  expect(
    rebuild(
      cards.map(({ pan }) => pan),
      outputs,
    ),
  ).toEqual([]);
});

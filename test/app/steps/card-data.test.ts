import { expect, test } from "vitest";
import { openAudit } from "../../../app/steps/audit.ts";
import { entryFault, openCardData } from "../../../app/steps/card-data.ts";
import { publishedApplications, publishedKeys } from "../../../tools/cards/published.ts";
import { createFakeSystem } from "../../fakes/system.ts";

const opened = (system = createFakeSystem()) =>
  openCardData(system, openAudit(system, { now: () => ({ date: "20261121", time: "090000" }) }));

test("nothing of a download counts before it is whole; what is here outlives a restart", () => {
  const system = createFakeSystem();
  const [first, second] = publishedApplications();
  const data = opened(system);
  data.keep("applications", first!.aid, first!.objects);
  expect([data.applications.length, data.complete]).toEqual([0, false]);
  const again = opened(system);
  expect(again.part("applications")).toEqual({ [first!.aid]: first!.objects });
  again.keep("applications", second!.aid, second!.objects);
  again.finish("applications", [first!.aid, second!.aid, "not here"]);
  again.finish("keys", []);
  expect(opened(system).applications.map(({ aid }) => aid)).toEqual([first!.aid, second!.aid]);
  expect([again.complete, again.part("applications")]).toEqual([true, {}]);
});

test("a key counts only when its check value is the hash of it; an application only when it names itself", () => {
  const { objects } = publishedKeys()[0]!;
  expect(entryFault("keys", objects)).toBeUndefined();
  const wrong = objects.slice(0, -1) + (objects.endsWith("0") ? "1" : "0");
  expect(entryFault("keys", wrong)).toContain("DF03");
  expect(entryFault("applications", "DF010100")).toContain("9F06");
  expect(entryFault("applications", "9F0608A0")).toBeDefined();
});

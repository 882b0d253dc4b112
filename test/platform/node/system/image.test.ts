/** Which whole-system images a terminal takes. */
import { expect, test } from "vitest";
import { imageProblem, parseImage } from "../../../../platform/node/system/image.ts";

const running = { board: "kiosk", version: "1.4.0", securityCounter: 3 };

test.each([
  ["a newer one", { version: "1.5.0" }, 3, undefined],
  ["the same version again", {}, 3, undefined],
  ["another board's", { board: "counter" }, 3, /board "counter", and this is "kiosk"/],
  ["an older one", { version: "1.3.9" }, 3, /1\.3\.9, older than 1\.4\.0/],
  ["one below the running image's counter", { version: "2.0.0", securityCounter: 2 }, 0, /counter is 2, .*reached 3/],
  ["one below what the firmware has confirmed", { version: "2.0.0" }, 5, /counter is 3, .*reached 5/],
] as const)("%s", (_what, more, reached, refused) => {
  const problem = imageProblem({ ...running, ...more }, running, reached);
  if (refused === undefined) expect(problem).toBeUndefined();
  else expect(problem).toMatch(refused);
});

test("what is no description of an image is told by its field", () => {
  expect(() => parseImage('{"board":"kiosk","version":"1.0.0"}')).toThrow(/securityCounter/);
  expect(parseImage(JSON.stringify(running))).toEqual(running);
});

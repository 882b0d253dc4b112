import fc from "fast-check";
import { expect, test } from "vitest";
import { createLogger, describeError, mask } from "../../../platform/guest/logger.ts";

test.each([
  ["card 6222021234567890123 read", "card 622202*********0123 read"],
  ["6222 0212 3456 7890 123", "622202*********0123"],
  ["6222-0212-3456-7890", "622202******7890"],
  ["amount 000000000051", "amount 000000**0051"],
  ["trace 000123, 11 digits 12345678901", "trace 000123, 11 digits 12345678901"],
  [";6222021234567890=30121010000012345?", ";622202******7890=…?"],
  ["57 13 6222021234567890D30121010000012345F", "57 13 6222…(35 hex digits)"],
  ["%B6222021234567890^LI/LEI^3012101000?", "%B622202******7890^…"],
  ["%B6222021234567890^LI/LEI^3012101000", "%B622202******7890^…"],
  [`6222021234567890^${"N".repeat(40)}^3012`, "622202******7890^…"],
  ["6222021234567890D3012D99=1F", "622202******7890=…"],
  ["no track 12345678=12", "no track 12345678=12"],
  ["short 12345678=123456", "short 12******=…"],
  ["key 0123456789ABCDEFFEDCBA9876543210 kept", "key 0123…(32 hex digits) kept"],
  ["dump 9F 26 08 11 22 33 44 55 66 77 88 9F 27 01 80 5A 08", "dump 9F 2…(34 hex digits)"],
  ["at 2026-11-21 09:00:00", "at 2026-11-21 09:00:00"],
  ["x6222021234567890y", "x622202******7890y"],
])("%s → %s", (text, masked) => {
  expect(mask(text)).toBe(masked);
});

const digits = (count: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(..."0123456789"), minLength: count, maxLength: count });

test("no card number comes through, however it is grouped and whatever stands around it", () => {
  const around = fc.string({ unit: fc.constantFrom(..." -=DdF^;?%BxyzABC:,\n"), maxLength: 6 });
  fc.assert(
    fc.property(
      fc.integer({ min: 13, max: 19 }).chain(digits),
      fc.constantFrom("", " ", "-"),
      fc.integer({ min: 1, max: 6 }),
      around,
      around,
      (pan, gap, group, before, after) => {
        const grouped = pan.replace(new RegExp(`(\\d{${group}})(?=\\d)`, "g"), `$1${gap}`);
        const out = mask(`${before}${grouped}${after}`).replace(/[ -]/g, "");
        expect(out).not.toContain(pan.slice(5, -3));
        expect(out).not.toContain(pan.slice(0, 7) + pan.slice(7, 10));
        expect(out).not.toContain(pan);
      },
    ),
  );
});

test("no discretionary data and no key comes through", () => {
  fc.assert(
    fc.property(digits(16), fc.constantFrom("=", "D", "d"), digits(17), (pan, separator, rest) => {
      expect(mask(`t2 ${pan}${separator}${rest}`)).not.toContain(rest.slice(7));
    }),
  );
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 16, maxLength: 64 }), fc.constantFrom("", " ", ":"), (key, gap) => {
      const pairs = Array.from(key, (byte) => byte.toString(16).padStart(2, "0"));
      expect(mask(pairs.join(gap)).length).toBeLessThan(pairs.join(gap).length);
    }),
  );
});

test("masking what is masked changes nothing", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(..."0123456789ABF =-^*x"), maxLength: 80 }), (text) => {
      const once = mask(text);
      expect(mask(once)).toBe(once);
    }),
  );
});

test("levels, errors with their cause, control characters and overlong lines", () => {
  const lines: [number, string][] = [];
  const log = createLogger({ log: (level, words) => lines.push([level, words]) });
  log.debug("a");
  log.info("b");
  log.warn("c\u001b[2J");
  log.error("d", new TypeError("6222021234567890", { cause: new Error("root") }));
  log.error("e", "just words");
  log.info("验".repeat(9000));
  expect(lines.slice(0, 3)).toEqual([
    [0, "a"],
    [1, "b"],
    [2, "c\\x1b[2J"],
  ]);
  expect(lines[3]?.[1]).toMatch(/^d: TypeError: 622202\*{6}7890; because of Error: root\n/);
  expect(lines[4]).toEqual([3, "e: just words"]);
  expect(new TextEncoder().encode(lines[5]?.[1]).length).toBeLessThanOrEqual(16_384);
});

test("control characters are told and do nothing; tabs, line ends and all other letters stay", () => {
  const lines: string[] = [];
  createLogger({ log: (_, words) => lines.push(words) }).info("a\tb\nc\u0001\u0008\u001f ~\u007f\u0080\u009f\u00a0验");
  expect(lines).toEqual(["a\tb\nc\\x01\\x08\\x1f ~\\x7f\\x80\\x9f\u00a0验"]);
});

test("a line of five thousand is whole; one more, and it says that it was cut", () => {
  const lines: string[] = [];
  const log = createLogger({ log: (_, words) => lines.push(words) });
  for (const length of [5_000, 5_001]) log.info("验".repeat(length));
  expect(lines).toEqual(["验".repeat(5_000), `${"验".repeat(5_000)}… (cut)`]);
});

test("name and message stand once, then where it was", () => {
  expect(describeError(new Error("what"))).toMatch(/^Error: what\nat /);
});

test("an error of an engine whose stack does not repeat the message is described alike", () => {
  const error = new Error("what");
  error.stack = "    at f (bundle.js:1)\n";
  expect(describeError(error)).toBe("Error: what\nat f (bundle.js:1)");
});

test("a long row of digits is a number, not a dump; an error without a stack, and no error at all", () => {
  expect(mask("1".repeat(32))).toBe(`111111${"*".repeat(22)}1111`);
  const silent = Object.assign(new Error("what"), { stack: undefined });
  expect(describeError(silent)).toBe("Error: what");
  expect(describeError("just words")).toBe("just words");
  const lines: string[] = [];
  createLogger({ log: (_, words) => lines.push(words) }).error("no more than this");
  expect(lines).toEqual(["no more than this"]);
});

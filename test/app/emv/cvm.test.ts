/** Cardholder verification (§6.7, Book 4 table 2). */
import { describe, expect, test } from "vitest";
import { evaluateCvm, methodSupported, parseCvmList, type People, toHex, tvrNames } from "../../../app/emv/index.ts";
import { cardCertificate, issuerCertificate, rsaKey, rsaSign } from "./authority.ts";
import type { Exchange } from "./card.ts";
import { ac, type ImageOptions, makeImage, PAN, start } from "./image.ts";
import { play } from "./play.ts";

const XY = "0000271000004E20";
const evaluate = (
  rules: string,
  transaction: Parameters<typeof evaluateCvm>[2] = 10_000,
  terminal: object = {},
  perform?: Parameters<typeof evaluateCvm>[3],
) => {
  const found = evaluateCvm(
    { "82": "1C00", "8E": XY + rules.replace(/\s/g, ""), "9F42": "0156" },
    terminal,
    transaction,
    perform,
  );
  return [toHex(found.results), toHex(found.tvr), toHex(found.tsi)].join(" ");
};
const ATM = { type: "14" };

test("the list: X, Y and its rules", () => {
  expect(parseCvmList(`${XY}42031F00`)).toEqual({
    x: 10_000,
    y: 20_000,
    rules: [
      { code: 0x42, condition: 3 },
      { code: 0x1f, condition: 0 },
    ],
    wellFormed: true,
  });
});

describe("every method, when it succeeds", () => {
  test.each([
    ["0100", "010002 0000000000 4000"],
    ["0200", "020000 0000040000 4000"],
    ["0300", "030000 0000000000 4000"],
    ["0400", "040002 0000000000 4000"],
    ["0500", "050000 0000000000 4000"],
    ["1E00", "1E0000 0000000000 4000"],
    ["1F00", "1F0002 0000000000 4000"],
    ["2000", "200002 0000000000 4000"],
  ])("%s → %s", (rule, expected) => {
    expect(evaluate(rule, 10_000, { capabilities: "E0F9C8" })).toBe(expected);
  });

  test("00 always fails, at once or after the next has been tried", () => {
    expect(evaluate("0000")).toBe("000001 0000800000 4000");
    expect(evaluate("4000 1F00")).toBe("1F0002 0000000000 4000");
    expect(evaluate("0000 1F00")).toBe("000001 0000800000 4000");
  });
});

describe("every condition", () => {
  const cash = { amountFen: 100, type: "01" };
  const holds = (condition: string, transaction: Parameters<typeof evaluateCvm>[2], terminal = {}) =>
    evaluate(`1F${condition}`, transaction, terminal).startsWith("1F");

  test.each([
    ["00", 100, {}, true],
    ["01", cash, ATM, true],
    ["01", cash, {}, false],
    ["01", 100, ATM, false],
    ["02", 100, {}, true],
    ["02", cash, {}, false],
    ["02", cash, ATM, false],
    ["02", { amountFen: 100, otherFen: 50 }, {}, false],
    ["03", 100, {}, true],
    ["04", cash, {}, true],
    ["04", cash, ATM, false],
    ["04", 100, {}, false],
    ["05", { amountFen: 100, otherFen: 50 }, {}, true],
    ["05", { amountFen: 100, type: "09" }, {}, true],
    ["05", 100, {}, false],
    ["06", 9_999, {}, true],
    ["06", 10_000, {}, false],
    ["07", 10_001, {}, true],
    ["07", 10_000, {}, false],
    ["08", 19_999, {}, true],
    ["08", 20_000, {}, false],
    ["09", 20_001, {}, true],
    ["09", 20_000, {}, false],
    ["0A", 100, {}, false],
    ["7F", 100, {}, false],
    ["80", 100, {}, false],
    ["FF", 100, {}, false],
  ] as [string, Parameters<typeof evaluateCvm>[2], object, boolean][])(
    "%s for %o at %o: %s",
    (condition, transaction, terminal, expected) => {
      expect(holds(condition, transaction, terminal)).toBe(expected);
    },
  );

  test("amounts are compared in the card's own currency only, and not when it does not say which", () => {
    const of = (more: Record<string, string>, terminal = {}) =>
      toHex(evaluateCvm({ "82": "1C00", "8E": `${XY}1F06`, ...more }, terminal, 100).results);
    expect(of({ "9F42": "0156" })).toBe("1F0602");
    expect(of({ "9F42": "0840" })).toBe("3F0001");
    expect(of({})).toBe("3F0001");
    expect(of({ "9F42": "0840" }, { currency: "0840" })).toBe("1F0602");
  });

  test("a rule whose condition does not hold is passed over, whatever its bit 7", () => {
    expect(evaluate("0206 1F00", 20_000)).toBe("1F0002 0000000000 4000");
  });
});

describe("when it does not succeed", () => {
  test("no condition holds", () => {
    expect(evaluate("1F06", 20_000)).toBe("3F0001 0000800000 4000");
  });

  test("a PIN the terminal cannot take: with bit 7 the next rule, else the end", () => {
    const noPin = { capabilities: "E028C8" };
    expect(evaluate("4200 1E00", 100, noPin)).toBe("1E0000 0000100000 4000");
    expect(evaluate("0200 1E00", 100, noPin)).toBe("3F0001 0000900000 4000");
    expect(evaluate("4103 1E00", 100, noPin)).toBe("1E0000 0000000000 4000");
    expect(evaluate("0400", 100, noPin)).toBe("3F0001 0000900000 4000");
  });

  test("a signature, no CVM or document the terminal cannot take", () => {
    expect(evaluate("1E00", 100, { capabilities: "E0D8C8" })).toBe("3F0001 0000800000 4000");
    expect(evaluate("1F00", 100, { capabilities: "E0F0C8" })).toBe("3F0001 0000800000 4000");
    expect(evaluate("6000 1E00", 100)).toBe("1E0000 0000000000 4000");
  });

  test("a method nobody knows", () => {
    expect(evaluate("0600")).toBe("3F0001 0000C00000 4000");
    expect(evaluate("4600 1F00")).toBe("1F0002 0000400000 4000");
    expect(evaluate("3E00")).toBe("3F0001 0000C00000 4000");
  });

  test("tries exceeded, left out, no pad", () => {
    expect(evaluate("4100 1E00", 100, {}, (method) => (method === 1 ? "failed" : "successful"))).toBe("1E0000 0000200000 4000");
    expect(evaluate("0100", 100, {}, () => "failed")).toBe("010001 0000A00000 4000");
    expect(evaluate("4200 1E00", 100, {}, (method) => (method === 2 ? "bypassed" : "successful"))).toBe("1E0000 0000080000 4000");
    expect(evaluate("0200", 100, {}, () => "no-pad")).toBe("020001 0000900000 4000");
  });

  test("the last method that was performed is the one told", () => {
    expect(evaluate("4200 4100 0600", 100, {}, () => "failed")).toBe("410001 0000E00000 4000");
  });

  test("the card wants none, or does not say how", () => {
    const of = (card: Record<string, string>) => {
      const found = evaluateCvm(card, {}, 100);
      return [toHex(found.results), tvrNames(found.tvr), toHex(found.tsi)];
    };
    expect(of({ "82": "0C00", "8E": `${XY}1F00` })).toEqual(["3F0000", [], "0000"]);
    expect(of({ "82": "1C00" })).toEqual(["3F0000", ["icc-data-missing"], "0000"]);
    expect(of({ "82": "1C00", "8E": XY })).toEqual(["3F0000", ["icc-data-missing"], "0000"]);
    expect(of({ "82": "1C00", "8E": `${XY}1F` })).toEqual(["3F0000", ["icc-data-missing"], "0000"]);
  });
});

test("what a method needs of 9F33", () => {
  const needs: [number, string][] = [
    [1, "008000"],
    [2, "004000"],
    [3, "00A000"],
    [4, "001000"],
    [5, "003000"],
    [0x1e, "002000"],
    [0x1f, "000800"],
    [0x20, "000100"],
  ];
  for (const [method, least] of needs) {
    const bytes = Uint8Array.from(Buffer.from(least, "hex"));
    expect(methodSupported(method, bytes)).toBe(true);
    expect(methodSupported(method, Uint8Array.from([0, ~(bytes[1] ?? 0) & 0xff, 0]))).toBe(false);
  }
  expect(methodSupported(2, Uint8Array.from([0, 0x40, 0]), false)).toBe(false);
});

describe("a PIN the card checks", () => {
  const image = (list: string, more: ImageOptions = {}) =>
    makeImage({ oda: "sda", data: { "8E": `${"00".repeat(8)}${list}` }, ...more });
  const COUNTER = (answer: string): Exchange => ({ command: "80CA9F1700", answer });
  const verify = (block: string, answer: string): Exchange => ({ command: `0020008008${block}`, answer });
  const P1234 = "241234FFFFFFFFFF";
  const people = (
    ...pins: (string | "bypassed" | "cancelled" | "no-pad")[]
  ): { people: People; asked: (number | undefined)[]; shown: string[] } => {
    const asked: (number | undefined)[] = [];
    const shown: string[] = [];
    return {
      asked,
      shown,
      people: {
        offlinePin: ({ triesLeft }) => {
          asked.push(triesLeft);
          return pins.shift() ?? "cancelled";
        },
        message: (id) => shown.push(id),
      },
    };
  };

  test("right at once", async () => {
    const who = people("1234");
    const own = image("0100");
    const { hex, tvr } = await play(own, [...start(own), COUNTER("9F1701039000"), verify(P1234, "9000"), ac("TC")], {
      terminal: who,
    });
    expect([hex("9F34"), tvr, who.asked]).toEqual(["010002", "0200000000", [3]]);
  });

  test("wrong twice, then right; the last try is announced", async () => {
    const who = people("1111", "2222", "1234");
    const own = image("0100");
    const tries = [verify("241111", "63C2"), verify("242222", "63C1"), verify(P1234, "9000")];
    const { hex } = await play(own, [...start(own), COUNTER("9F1701039000"), ...tries, ac("TC")], { terminal: who });
    expect(hex("9F34")).toBe("010002");
    expect(who.asked).toEqual([3, 2, 1]);
    expect(who.shown.filter((id) => id.includes("pin"))).toEqual(["incorrect-pin", "incorrect-pin", "last-pin-try"]);
  });

  test.each([
    ["63C0", "63C0"],
    ["6983", "6983"],
    ["6984", "6984"],
  ])("%s: no tries left, the next rule", async (_, status) => {
    const own = image("41001E00");
    const { hex, tvr, outcome } = await play(own, [...start(own), COUNTER("6A88"), verify("24", status), ac("TC")], {
      terminal: people("1111"),
    });
    expect([hex("9F34"), tvr, outcome.signature]).toEqual(["1E0000", "0200200000", true]);
  });

  test("another status fails the method", async () => {
    const own = image("0100");
    const { hex, tvr } = await play(own, [...start(own), COUNTER("6A88"), verify("24", "6A86"), ac("ARQC"), ac("AAC")], {
      terminal: people("1111"),
    });
    expect([hex("9F34"), tvr]).toEqual(["010001", "0200800000"]);
  });

  test("no tries left from the start: nobody is asked", async () => {
    const who = people();
    const own = image("41001F00");
    const { hex, tvr } = await play(own, [...start(own), COUNTER("9F1701009000"), ac("TC")], { terminal: who });
    expect([hex("9F34"), tvr, who.asked]).toEqual(["1F0002", "0200200000", []]);
  });

  test("left out where it may be: all PINs of the list count as left out", async () => {
    const own = image("410042001E00");
    const terminal = { ...people("bypassed"), pinBypass: true };
    const { hex, tvr } = await play(own, [...start(own), COUNTER("6A88"), ac("TC")], { terminal });
    expect([hex("9F34"), tvr]).toEqual(["1E0000", "0200080000"]);
  });

  test("left out where it must not be, and cancelled: the cardholder has left", async () => {
    const own = image("0100");
    for (const said of ["bypassed", "cancelled"]) {
      const { outcome } = await play(own, [...start(own), COUNTER("6A88")], { terminal: people(said) });
      expect(outcome.result).toBe("cancelled");
    }
  });

  test("a pad that does not work", async () => {
    const own = image("41001F00");
    const { hex, tvr } = await play(own, [...start(own), COUNTER("6A88"), ac("TC")], { terminal: people("no-pad") });
    expect([hex("9F34"), tvr]).toEqual(["1F0002", "0200100000"]);
  });

  test("a pad that talks to the card itself tells the status", async () => {
    const own = image("0300");
    const { hex, outcome } = await play(own, [...start(own), COUNTER("6A88"), ac("TC")], {
      terminal: { people: { offlinePin: () => ({ verified: 0x9000 }) } },
    });
    expect([hex("9F34"), outcome.signature]).toEqual(["030000", true]);
  });

  test("enciphered under the card's key: block, challenge and filling inside", async () => {
    const own = image("0400", { oda: "dda", aip: "5C00" });
    const challenge = "C0FFEE0011223344";
    const opened: string[] = [];
    const script: Exchange[] = [
      ...start(own),
      COUNTER("9F1701039000"),
      { command: "0084000000", answer: `${challenge}9000` },
      {
        command: "0020008880",
        answer: (command) => {
          opened.push(decipher(command.slice(10)));
          return "9000";
        },
      },
      ac("ARQC"),
      ac("AAC"),
    ];
    const random = (count: number) => new Uint8Array(count).fill(0xa5);
    const { hex } = await play(own, script, { terminal: { people: { offlinePin: () => "1234", random } } });
    expect(hex("9F34")).toBe("040002");
    expect(opened).toEqual([`7F${P1234}${challenge}${"A5".repeat(128 - 17)}`]);
  });

  test("enciphered under a key of its own", async () => {
    const pinKey = rsaKey("card768");
    const { ca, issuer } = { ca: rsaKey("ca1408"), issuer: rsaKey("issuer1152") };
    const chain = {
      "8F": "08",
      ...issuerCertificate(ca, issuer, PAN.slice(0, 6)),
      ...cardCertificate(issuer, pinKey, PAN, "", { tags: ["9F2D", "9F2E", "9F2F"] }),
    };
    const own = makeImage({ data: { "8E": `${"00".repeat(8)}0400` } });
    const records = Object.entries(chain).map(([tag, value], i) => ({ tag, value, i }));
    const extra = { ...own, afl: `${own.afl}1801${hexByte(records.length)}00`, records: [...own.records] };
    for (const { tag, value, i } of records) {
      const inner = `${tag}${value.length / 2 > 127 ? "81" : ""}${hexByte(value.length / 2)}${value}`;
      const bytes = `70${inner.length / 2 > 127 ? "81" : ""}${hexByte(inner.length / 2)}${inner}`;
      extra.records.push({ command: `00B2${hexByte(i + 1)}1C00`, bytes });
    }
    const script: Exchange[] = [
      ...start(extra),
      COUNTER("6A88"),
      { command: "0084000000", answer: "11223344556677889000" },
      { command: "0020008860", answer: "9000" },
      ac("ARQC"),
      ac("AAC"),
    ];
    const random = (count: number) => new Uint8Array(count);
    expect((await play(extra, script, { terminal: { people: { offlinePin: () => "1234", random } } })).hex("9F34")).toBe(
      "040002",
    );
  });

  test("no challenge, a short one, no key: the method fails", async () => {
    const own = image("44001F00", { oda: "dda", aip: "5C00" });
    for (const answer of ["6985", "112233449000"]) {
      const script = [...start(own), COUNTER("6A88"), { command: "0084", answer }, ac("ARQC"), ac("AAC")];
      expect((await play(own, script)).hex("9F34")).toBe("1F0002");
    }
    const keyless = image("44001F00");
    expect((await play(keyless, [...start(keyless), COUNTER("6A88"), ac("TC")])).hex("9F34")).toBe("1F0002");
  });
});

describe("a PIN the host checks, and a document", () => {
  const own = makeImage({ oda: "sda", data: { "8E": `${"00".repeat(8)}02001F00` } });

  test("entered: it goes to the host", async () => {
    const asked: string[] = [];
    const onlinePin: People["onlinePin"] = ({ pan }) => {
      asked.push(pan);
      return "entered";
    };
    let online: boolean | undefined;
    const host = (request: { onlinePin: boolean }) => {
      online = request.onlinePin;
      return "00";
    };
    const { hex, tvr, outcome } = await play(own, [...start(own), ac("ARQC"), ac("TC")], {
      host,
      terminal: { people: { onlinePin } },
    });
    expect([hex("9F34"), tvr, outcome.onlinePin, asked, online]).toEqual(["020000", "0200040000", true, [PAN], true]);
  });

  test("cancelled", async () => {
    const { outcome } = await play(own, start(own), { terminal: { people: { onlinePin: () => "cancelled" } } });
    expect(outcome.result).toBe("cancelled");
  });

  test("a document is compared by the clerk", async () => {
    const image = makeImage({ oda: "sda", data: { "8E": `${"00".repeat(8)}2000`, "9F61": "313233", "9F62": "00" } });
    const result = async (identity: boolean) => {
      const end = identity ? [ac("TC")] : [ac("ARQC"), ac("AAC")];
      const { hex, tvr } = await play(image, [...start(image), ...end], {
        terminal: { capabilities: "E0F9C8", people: { identity: () => identity } },
      });
      return [hex("9F34"), tvr];
    };
    expect(await result(true)).toEqual(["200002", "0200000000"]);
    expect(await result(false)).toEqual(["200001", "0200800000"]);
  });
});

const hexByte = (value: number) => value.toString(16).padStart(2, "0").toUpperCase();

/** What the card sees of an enciphered block: signing is the same sum. */
const decipher = (cryptogram: string): string => rsaSign(cryptogram, rsaKey("card1024"));

/** Starting the application and reading it (§6.3, §6.4). */
import { describe, expect, test } from "vitest";
import { parseAfl, readApplicationData, toHex } from "../../../app/emv/index.ts";
import { type Exchange, objects, ScriptedCard, tlv } from "./card.ts";
import { ac, initiation, makeImage, reading, selection, start } from "./image.ts";
import { play } from "./play.ts";

const OK = "9000";
const gpo = (answer: string): Exchange => ({ command: "80A80000", answer });

describe("GET PROCESSING OPTIONS", () => {
  const image = makeImage();

  test("template 80 and 77 say the same", async () => {
    for (const format of ["77", "80"] as const) {
      const { hex } = await play(image, [...selection(image), initiation(image, format), ...reading(image), ac("AAC")]);
      expect([hex("82"), hex("94")]).toEqual([image.aip, image.afl]);
    }
  });

  test("a PDOL gets what it asks: amount, currency, electronic cash, SM algorithms", async () => {
    const { commands } = await play(image, [...start(image), ac("AAC")], { amount: 12_345 });
    expect(commands[3]).toBe("80A800000C830A01000000012345015600" + "00");
  });

  test("other objects of 77 are kept", async () => {
    const answer = tlv("77", { "82": image.aip, "94": image.afl, "9F10": "0102" }) + OK;
    const { hex } = await play(image, [
      ...selection(image),
      gpo(answer),
      ...reading(image),
      ac("AAC", { format: "80", cid: "00" }),
    ]);
    expect(hex("82")).toBe(image.aip);
  });

  test.each([
    ["6A81", "6A81", "command-failed"],
    ["6400", "6400", "command-failed"],
    ["neither 80 nor 77", `5A0111${OK}`, "bad-answer"],
    ["80 too short", `8002 1C00${OK}`, "bad-answer"],
    ["80 with a torn AFL", `80071C000801010001${OK}`, "bad-answer"],
    ["77 without AFL", tlv("77", { "82": "1C00" }) + OK, "bad-answer"],
    ["77 without AIP", tlv("77", { "94": "08010100" }) + OK, "bad-answer"],
    ["an AIP of three bytes", tlv("77", { "82": "1C0000", "94": "08010100" }) + OK, "bad-answer"],
    [
      "77 with an object twice",
      tlv("77", objects({ "82": "1C00", "94": "08010100" }) + tlv("82", "1C00")) + OK,
      "duplicate-object",
    ],
    ["what is no TLV", `77058201${OK}`, "bad-answer"],
  ])("%s ends it, and the stripe does not come next", async (_, answer, reason) => {
    const { outcome } = await play(image, [...selection(image), gpo(answer)]);
    expect(outcome).toMatchObject({ result: "terminated", reason, fallback: false });
  });

  test.each(["5F24", "5F25", "5F28", "5F34", "9F07", "9F08", "9F0D", "9F0E", "9F0F", "9F14", "9F23", "9F42"])(
    "%s of another size than its own ends it",
    async (tag) => {
      for (const value of ["01".repeat(6), "010101010101010101010101010101010101"]) {
        const odd = makeImage({ data: { [tag]: value } });
        const { outcome } = await play(odd, start(odd));
        expect(outcome).toMatchObject({ result: "terminated", reason: "bad-record", fallback: false });
      }
    },
  );

  test.each([
    ["5F24", "261331"],
    ["5F24", "260031"],
    ["5F24", "26FF31"],
    ["5F25", "251232"],
  ])("%s = %s is no date and ends it", async (tag, value) => {
    const odd = makeImage({ data: { [tag]: value } });
    expect((await play(odd, start(odd))).outcome).toMatchObject({ result: "terminated", reason: "bad-record" });
  });

  test("lists that ask for more than a command can carry end it before anything is sent", async () => {
    const pdol = makeImage({ fci: { "9F38": "9F02FF" } });
    expect((await play(pdol, selection(pdol))).outcome).toMatchObject({ result: "terminated", reason: "bad-dol" });
    const cdol = makeImage({ data: { "8C": "9F02F09F03F0" } });
    const { outcome } = await play(cdol, start(cdol));
    expect(outcome).toMatchObject({
      result: "terminated",
      reason: "bad-dol",
      words: "GENERATE AC would carry 480 bytes, 255 at most",
    });
  });

  test("a malformed PDOL ends it before anything is sent", async () => {
    const bad = makeImage({ fci: { "9F38": "9F02069F37" } });
    expect((await play(bad, selection(bad))).outcome).toMatchObject({ result: "terminated", reason: "bad-pdol" });
  });
});

describe("AFL", () => {
  test("entries", () => {
    expect(parseAfl("08010100 10010301 F0010202")).toEqual([
      { sfi: 1, first: 1, last: 1, signed: 0 },
      { sfi: 2, first: 1, last: 3, signed: 1 },
      { sfi: 30, first: 1, last: 2, signed: 2 },
    ]);
  });

  test.each([
    ["empty", ""],
    ["not fours", "0801010010"],
    ["file 0", "00010100"],
    ["file 31", "F8010100"],
    ["low bits of the file", "09010100"],
    ["record 0", "08000100"],
    ["last before first", "08020100"],
    ["more signed than read", "08010203"],
    ["more than 255 records", "0801FF00 10010100"],
  ])("%s is refused", async (_, afl) => {
    expect(() => parseAfl(afl)).toThrow("94");
    const image = { ...makeImage(), afl: afl.replace(" ", "") };
    if (afl === "" || afl.length % 8 !== 0) return;
    const { outcome } = await play(image, [...selection(image), initiation(image)]);
    expect(outcome).toMatchObject({ result: "terminated", reason: "bad-afl" });
  });
});

describe("records", () => {
  const read = async (script: Exchange[], afl: string) => {
    const card = new ScriptedCard(script);
    const found = await readApplicationData(card, afl);
    card.done();
    return found;
  };
  const command = (record: string, file: string): string => `00B2${record}${file}00`;

  test("all that the AFL names, in order; signed ones without their template", async () => {
    const { data, staticData, records } = await read(
      [
        { command: command("01", "0C"), answer: `7003 5A0111 ${OK}` },
        { command: command("02", "0C"), answer: `7004 5F340122 ${OK}` },
        { command: command("01", "14"), answer: `7004 5F240133 ${OK}` },
      ],
      "08010201 10010101",
    );
    expect(Object.keys(data)).toEqual(["5A", "5F34", "5F24"]);
    expect(toHex(staticData ?? new Uint8Array(0))).toBe("5A01115F240133");
    expect(records.map(({ sfi, record }) => [sfi, record])).toEqual([
      [1, 1],
      [1, 2],
      [2, 1],
    ]);
  });

  test("files beyond 10 are signed whole and not looked into", async () => {
    const script = [{ command: command("01", "5C"), answer: `70035A0111${OK}` }];
    const { data, staticData } = await read(script, "58010101");
    expect([Object.keys(data), toHex(staticData ?? new Uint8Array(0))]).toEqual([[], "70035A0111"]);
  });

  test("a signed record of theirs that is no template spoils the authentication and nothing else", async () => {
    const { staticData } = await read([{ command: command("01", "5C"), answer: `0102${OK}` }], "58010101");
    expect(staticData).toBeUndefined();
  });

  test("the terminal's objects in a record are passed over", async () => {
    const { data } = await read(
      [{ command: command("01", "0C"), answer: `700B 5A0111 9F1A020840 95 0100 ${OK}`.replace("700B", "700B") }],
      "08010100",
    );
    expect(Object.keys(data)).toEqual(["5A"]);
  });

  test.each([
    ["a status that is not 9000", "6A83", "command-failed"],
    ["a warning", `70035A01116282`, "command-failed"],
    ["no template", `5A0111${OK}`, "bad-record"],
    ["something behind the template", `70035A01115A0122${OK}`, "bad-record"],
    ["zeros behind the template", `70035A011100${OK}`, "bad-record"],
    ["a template that says too much", `70045A0111${OK}`, "bad-record"],
    ["an object twice in one record", `70065A01115A0122${OK}`, "duplicate-object"],
  ])("%s ends it", async (_, answer, reason) => {
    expect(await read([{ command: command("01", "0C"), answer }], "08010100")).toMatchObject({ ok: false, reason });
  });

  test("an object twice in two records ends it", async () => {
    const script = ["01", "02"].map((record) => ({ command: command(record, "0C"), answer: `70035A0111${OK}` }));
    const found = await read(script, "08010200");
    expect(found).toMatchObject({
      ok: false,
      reason: "duplicate-object",
      words: "5A comes twice",
      missing: ["5F24", "8C", "8D"],
    });
    expect(found.records).toHaveLength(2);
  });

  test("records at hand are read the same", () => {
    const { data, staticData } = readApplicationData(["70035A0111", "70045F340122"], "08010201");
    expect([Object.keys(data), toHex(staticData ?? new Uint8Array(0))]).toEqual([["5A", "5F34"], "5A0111"]);
    expect(() => readApplicationData(["70035A0111"], "08010201")).toThrow("record 2");
    expect(readApplicationData(["70035A0111", "70035A0111"], "08010201").reason).toBe("duplicate-object");
    expect(readApplicationData([], "080101").reason).toBe("bad-afl");
  });

  test.each(["5F24", "5A", "8C", "8D"])("without %s there is no transaction", async (tag) => {
    const image = makeImage({ data: { [tag]: "" } });
    const { outcome } = await play(image, start(image));
    expect(outcome).toMatchObject({ result: "terminated", reason: "mandatory-missing", words: tag });
  });
});

describe("lost card and lower layers", () => {
  const image = makeImage();

  test("before GPO is answered the stripe may be tried, afterwards not", async () => {
    const gone = { answer: undefined };
    const early = [{ command: "00A4", ...gone }];
    expect((await play(image, early)).outcome).toMatchObject({ result: "card-error", reason: "card-lost", fallback: true });
    expect((await play(image, [...selection(image), { command: "80A8", ...gone }])).outcome.fallback).toBe(true);
    const late = [...selection(image), initiation(image), { command: "00B2", ...gone }];
    expect((await play(image, late)).outcome).toMatchObject({ result: "card-error", fallback: false });
  });

  test("61xx is fetched, as often as it takes", async () => {
    const [pse, list, final] = selection(image) as [Exchange, Exchange, Exchange];
    const half = image.fci.length / 4;
    const parts = [image.fci.slice(0, half * 2), image.fci.slice(half * 2)];
    const fetched: Exchange[] = [
      { command: list.command, answer: "6110" },
      { command: "00C0000010", answer: `${parts[0]}6120` },
      { command: "00C0000020", answer: `${parts[1]}9000` },
    ];
    await play(image, [pse, ...fetched, final, initiation(image), ...reading(image), ac("AAC")]);
  });

  test("6Cxx is asked again with that length", async () => {
    const [pse, list, final] = selection(image) as [Exchange, Exchange, Exchange];
    const [first, ...others] = reading(image) as [Exchange, ...Exchange[]];
    const again: Exchange[] = [
      { command: list.command, answer: "6C22" },
      { command: `${list.command.slice(0, -2)}22`, answer: list.answer },
    ];
    const record = [
      { command: first.command, answer: "6C40" },
      { command: `${first.command.slice(0, -2)}40`, answer: first.answer },
    ];
    await play(image, [pse, ...again, final, initiation(image), ...record, ...others, ac("AAC")]);
  });

  test("a card that has ever more to give is left", async () => {
    const endless = Array.from({ length: 32 }, () => ({ command: "00C0", answer: "0061FF" }));
    const { outcome } = await play(image, [{ command: "00A4", answer: "61FF" }, ...endless]);
    expect(outcome.reason).toBe("too-many-commands");
  });

  test("T=0: no Le where data goes out; a warning's data is fetched and the warning kept", async () => {
    const noLe = (exchange: Exchange): Exchange => ({ ...exchange, command: `${exchange.command.slice(0, -2)}$` });
    const [pse, list, final] = selection(image) as [Exchange, Exchange, Exchange];
    const warned = [
      { ...noLe(list), answer: "6283" },
      { command: "00C0000000", answer: "6C1A" },
      { command: "00C000001A", answer: list.answer },
    ];
    const blocked = await play(image, [noLe(pse), ...warned], { protocol: "T=0" });
    expect(blocked.outcome.refused).toEqual([{ aid: "A000000333010101", why: "blocked" }]);
    const good = await play(image, [noLe(pse), noLe(list), noLe(final), initiation(image), ...reading(image), ac("AAC")], {
      protocol: "T=0",
    });
    expect(good.commands.filter((bytes) => bytes.startsWith("80AE"))[0]).toHaveLength(2 * (5 + 29));
  });

  test("an answer of one byte is no answer", async () => {
    expect((await play(image, [{ command: "00A4", answer: "90" }])).outcome.reason).toBe("card-lost");
  });

  test("a record of 256 bytes with its status", async () => {
    const filler = tlv("9F7F", "AB".repeat(246));
    const bytes = tlv("70", filler);
    const card = new ScriptedCard([{ command: "00B2010C00", answer: bytes + OK }]);
    expect((await readApplicationData(card, "08010100")).records[0]?.bytes).toHaveLength(bytes.length / 2);
  });
});

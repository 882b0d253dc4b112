/** Finding the application (§6.2). */
import { describe, expect, test } from "vitest";
import { buildCandidateList, type Candidate } from "../../../app/emv/index.ts";
import { type Exchange, objects, ScriptedCard, text, tlv } from "./card.ts";
import { ac, AID, initiation, makeImage, NO_PSE, reading, selection } from "./image.ts";
import { play } from "./play.ts";

const OK = "9000";
const CREDIT = "A000000333010102";
const PSE = (answer: string): Exchange => ({ command: "00A404000E315041592E5359532E444446303100", answer });
const pseFci = (sfi = "01") => tlv("6F", { "84": text("1PAY.SYS.DDF01"), A5: objects({ "88": sfi, "5F2D": text("zh") }) });
const entry = (aid: string, more: Record<string, string> = {}) => tlv("61", { "4F": aid, "50": text("CARD"), ...more });
const record = (number: number, answer: string, sfi = 1): Exchange => ({
  command: `00B2${hex(number)}${hex((sfi << 3) | 4)}00`,
  answer,
});
const hex = (value: number) => value.toString(16).padStart(2, "0").toUpperCase();
const fci = (aid: string, more: Record<string, string> = {}) =>
  tlv("6F", { "84": aid, A5: objects({ "50": text("CARD"), ...more }) });
const select = (aid: string, answer: string, p2 = "00"): Exchange => ({
  command: `00A404${p2}${hex(aid.length / 2)}${aid}00`,
  answer,
});
const END = "6A83";

async function list(script: Exchange[], terminal: Parameters<typeof buildCandidateList>[1] = { applications: [AID, CREDIT] }) {
  const card = new ScriptedCard(script);
  const found = await buildCandidateList(card, terminal);
  card.done();
  return { ...found, aids: found.candidates.map(({ aid }) => aid) };
}

describe("directory", () => {
  test("records until there are no more; ours, in order of priority", async () => {
    const found = await list([
      PSE(pseFci() + OK),
      record(1, tlv("70", entry(AID, { "87": "02" }) + entry("A0000000031010")) + OK),
      record(2, tlv("70", entry(CREDIT, { "87": "01" })) + OK),
      record(3, END),
    ]);
    expect(found).toMatchObject({ method: "directory", aids: [CREDIT, AID] });
    expect(found.refused).toEqual([{ aid: "A0000000031010", why: "not an application of this terminal" }]);
  });

  test.each([
    ["no directory", [PSE("6A82")]],
    ["the directory is blocked", [PSE("6283")]],
    ["SELECT fails otherwise", [PSE("6985")]],
    ["an FCI without SFI", [PSE(tlv("6F", { "84": text("1PAY.SYS.DDF01"), A5: "" }) + OK)]],
    ["an FCI without a name", [PSE(tlv("6F", { A5: objects({ "88": "01" }) }) + OK)]],
    ["a file beyond 10", [PSE(pseFci("0B") + OK)]],
    ["file 0", [PSE(pseFci("00") + OK)]],
    ["an FCI that is no TLV", [PSE(`6F7F84${OK}`)]],
    ["a record that is no template", [PSE(pseFci() + OK), record(1, `5A0111${OK}`)]],
    ["a record that is not there for another reason", [PSE(pseFci() + OK), record(1, "6985")]],
    [
      "a good record and then a bad one: what was collected is dropped",
      [PSE(pseFci() + OK), record(1, tlv("70", entry(CREDIT)) + OK), record(2, `70FF${OK}`)],
    ],
    ["nothing of ours in it", [PSE(pseFci() + OK), record(1, tlv("70", entry("A0000000031010")) + OK), record(2, END)]],
    ["no record at all", [PSE(pseFci() + OK), record(1, END)]],
  ] as [string, Exchange[]][])("%s: the list instead", async (_, script) => {
    const found = await list([...script, select(AID, fci(AID) + OK), select(CREDIT, "6A82")]);
    expect(found).toMatchObject({ method: "list", aids: [AID] });
  });

  test("a blocked card ends it", async () => {
    expect(await list([PSE("6A81")])).toMatchObject({ ok: false, reason: "card-blocked", aids: [] });
  });

  test("an entry without a name, with one too long, and the same name twice", async () => {
    const found = await list([
      PSE(pseFci() + OK),
      record(1, tlv("70", tlv("61", { "50": text("X") }) + entry("A0".repeat(17)) + entry(AID) + entry(AID)) + OK),
      record(2, END),
    ]);
    expect(found.aids).toEqual([AID]);
  });

  test("code table and languages of the directory hold for its entries", async () => {
    const shared = tlv("6F", { "84": text("1PAY.SYS.DDF01"), A5: objects({ "88": "01", "5F2D": text("zh"), "9F11": "01" }) });
    const one = entry(AID, { "9F12": text("Own Name") });
    const { candidates } = await list([PSE(shared + OK), record(1, tlv("70", one) + OK), record(2, END)]);
    expect(candidates[0]).toMatchObject({ name: "Own Name", languages: ["zh"] });
  });

  test("no more than 64 records are read", async () => {
    const empty = Array.from({ length: 64 }, (_, i) => record(i + 1, tlv("70", entry("A0000000031010")) + OK));
    expect(await list([PSE(pseFci() + OK), ...empty, select(AID, "6A82"), select(CREDIT, "6A82")])).toMatchObject({
      method: "list",
      aids: [],
    });
  });
});

describe("list of AIDs", () => {
  const partial = { applications: ["A0000003330101"] };
  const exact = { applications: [{ aid: "A0000003330101", partial: false }] };

  test("names that begin so, one after the other until there is no next", async () => {
    const found = await list(
      [
        NO_PSE,
        select("A0000003330101", fci(AID, { "87": "02" }) + OK),
        select("A0000003330101", `${fci(CREDIT, { "87": "01" })}6283`, "02"),
        select("A0000003330101", fci("A000000333010103", { "87": "01" }) + OK, "02"),
        select("A0000003330101", "6A82", "02"),
      ],
      partial,
    );
    expect(found.aids).toEqual(["A000000333010103", AID]);
    expect(found.refused).toEqual([{ aid: CREDIT, why: "blocked" }]);
  });

  test("a next one with any warning is passed over, and the one behind it asked for", async () => {
    const found = await list(
      [
        NO_PSE,
        select("A0000003330101", fci(AID) + OK),
        select("A0000003330101", `${fci(CREDIT)}6300`, "02"),
        select("A0000003330101", fci("A000000333010103") + OK, "02"),
        select("A0000003330101", "6A82", "02"),
      ],
      partial,
    );
    expect(found.aids).toEqual([AID, "A000000333010103"]);
    // As the first answer it is none.
    expect((await list([NO_PSE, select("A0000003330101", `${fci(AID)}6300`)], partial)).aids).toEqual([]);
  });

  test("where only the whole name will do, a longer one is passed over and no next is asked", async () => {
    expect((await list([NO_PSE, select("A0000003330101", fci(AID) + OK)], exact)).aids).toEqual([]);
  });

  test("a card that gives the same name again has no next one", async () => {
    expect(
      (await list([NO_PSE, select("A0000003330101", fci(AID) + OK), select("A0000003330101", fci(AID) + OK, "02")], partial))
        .aids,
    ).toEqual([AID]);
  });

  test("6A81 at the first AID ends it, at a later one it is as if it were not there", async () => {
    expect(await list([NO_PSE, select(AID, "6A81")])).toMatchObject({
      ok: false,
      reason: "card-blocked",
      words: "SELECT answered 6A81",
    });
    expect(await list([NO_PSE, select(AID, "6A82"), select(CREDIT, "6A81")])).toMatchObject({ ok: true, aids: [] });
  });

  test("another name, a broken FCI, a blocked application", async () => {
    const found = await list([NO_PSE, select(AID, fci("A0000000031010") + OK), select(CREDIT, `${fci(CREDIT)}6283`)]);
    expect(found.aids).toEqual([]);
    expect(found.refused.map(({ aid }) => aid)).toEqual([AID, CREDIT]);
  });

  test("no more than 64 SELECTs", async () => {
    const names = Array.from({ length: 100 }, (_, i) => `A00000033301${hex(i + 16)}`);
    const script = [NO_PSE, ...names.slice(0, 63).map((name) => select(name, "6A82"))];
    expect(await list(script, { applications: names })).toMatchObject({ ok: false, reason: "too-many-commands" });
  });
});

describe("candidates out of records at hand", () => {
  const found = (more: Record<string, string>, terminal = {}): Candidate | undefined =>
    buildCandidateList([tlv("70", entry(AID, more))], { applications: [AID], ...terminal }).candidates[0];

  test("priority, confirmation, languages, name", () => {
    expect(found({ "87": "81", "5F2D": text("zhen") })).toMatchObject({
      priority: 1,
      confirm: true,
      languages: ["zh", "en"],
      name: "CARD",
    });
    expect(found({ "50": "" })?.name).toBe(AID);
    expect(found({ "9F12": text("Own Name"), "9F11": "01" })?.name).toBe("Own Name");
    expect(found({ "9F12": text("Own Name"), "9F11": "05" })?.name).toBe("CARD");
    expect(found({ "9F12": text("Own Name"), "9F11": "05" }, { characterSets: [1, 5] })?.name).toBe("Own Name");
    expect(found({ "9F12": text("Own Name") })?.name).toBe("CARD");
  });

  test("no priority comes last, equal ones stay in the card's order", () => {
    const names = ["01", "02", "03", "04"].map((last) => `A0000003330101${last}`);
    const entries = ["00", "02", "01", "02"].map((priority, i) => entry(names[i] as string, { "87": priority })).join("");
    const { candidates } = buildCandidateList([tlv("70", entries)], { applications: ["A0000003330101"] });
    expect(candidates.map(({ aid }) => aid.slice(-2))).toEqual(["03", "02", "04", "01"]);
  });

  test("a name belongs to the terminal's longest application that fits", () => {
    const applications = [{ aid: "A000000333" }, { aid: "A0000003330101" }, { aid: AID, partial: false }];
    const of = (aid: string) => buildCandidateList([tlv("70", entry(aid))], { applications }).candidates[0]?.application.aid;
    expect([of(AID), of(CREDIT), of("A0000003330201")]).toEqual([AID, "A0000003330101", "A000000333"]);
  });

  test("what is no record is named", () => {
    expect(() => buildCandidateList(["6F00"], { applications: [AID] })).toThrow("record 1");
  });
});

describe("choice and final selection", () => {
  const image = makeImage();
  const after = [initiation(image), ...reading(image), ac("AAC")];
  const both = (first: string, second: string): Exchange[] => [
    PSE(pseFci() + OK),
    record(1, tlv("70", entry(AID, { "87": first }) + entry(CREDIT, { "87": second })) + OK),
    record(2, END),
  ];

  test("the cardholder chooses; the first stays the default without anybody to ask", async () => {
    const asked: string[] = [];
    const chooseApplication = (list: readonly Candidate[], why: string) => {
      asked.push(`${why} ${list.map(({ aid }) => aid.slice(-1)).join("")}`);
      return 1;
    };
    const terminal = { people: { chooseApplication }, applications: [AID, CREDIT] };
    await play(image, [...both("02", "01"), select(AID, image.fci + OK), ...after], { terminal });
    expect(asked).toEqual(["choose 21"]);
    await play(image, [...both("01", "02"), select(AID, image.fci + OK), ...after], {
      terminal: { applications: [AID, CREDIT] },
    });
  });

  test("one that wants confirmation is asked for; without a display it is not taken", async () => {
    const script = [PSE(pseFci() + OK), record(1, tlv("70", entry(AID, { "87": "81" })) + OK), record(2, END)];
    const leave = { people: { chooseApplication: () => undefined } };
    expect((await play(image, script, { terminal: leave })).outcome).toMatchObject({ result: "cancelled", fallback: false });
    const agree = { people: { chooseApplication: () => 0 } };
    await play(image, [...script, select(AID, image.fci + OK), ...after], { terminal: agree });
    expect((await play(image, script)).outcome.result).toBe("not-accepted");
  });

  test("without a display the one of highest priority that needs no confirmation", async () => {
    await play(image, [...both("02", "81"), select(AID, image.fci + OK), ...after], {
      terminal: { applications: [AID, CREDIT] },
    });
  });

  test.each([
    ["6A82", "6A82"],
    ["6283", `${fci(CREDIT)}6283`],
    ["an FCI of another name", fci(AID) + OK],
    ["a broken FCI", `6F03840111${OK}`],
  ])("%s at the final SELECT: taken out, the others offered", async (_, answer) => {
    const asked: string[] = [];
    const chooseApplication = (list: readonly Candidate[], why: string) =>
      asked.push(`${why} ${list.length}`) > 0 ? 0 : undefined;
    const terminal = { people: { chooseApplication }, applications: [AID, CREDIT] };
    const script = [...both("02", "01"), select(CREDIT, answer), select(AID, image.fci + OK), ...after];
    await play(image, script, { terminal });
    expect(asked[0]).toBe("choose 2");
  });

  test("6A81 at the final SELECT: the card is blocked", async () => {
    const { outcome } = await play(image, [...both("01", "02"), select(AID, "6A81")], {
      terminal: { applications: [AID, CREDIT] },
    });
    expect(outcome).toMatchObject({ result: "card-blocked", fallback: false });
  });

  test("none in common, and none left", async () => {
    const none = await play(image, [NO_PSE, select(AID, "6A82")]);
    expect(none.outcome).toMatchObject({ result: "not-accepted", reason: "no-application" });
    const left = await play(image, [...selection(image).slice(0, 2), select(AID, "6A82")]);
    expect(left.outcome).toMatchObject({ result: "not-accepted", reason: "all-refused" });
    expect(left.outcome.refused[0]?.why).toBe("SELECT answered 6A82");
  });

  test("6985 at GET PROCESSING OPTIONS goes back to the list, whose applications are not asked again", async () => {
    const { outcome, commands } = await play(
      image,
      [
        ...both("02", "01"),
        select(CREDIT, fci(CREDIT) + OK),
        { command: "80A80000", answer: "6985" },
        select(AID, image.fci + OK),
        ...after,
      ],
      { terminal: { applications: [AID, CREDIT] } },
    );
    expect(outcome.refused).toContainEqual({ aid: CREDIT, why: "GET PROCESSING OPTIONS answered 6985" });
    // Without a PDOL an empty 83.
    expect(commands[4]).toBe("80A8000002830000");
    const all = await play(image, [...selection(image), { command: "80A80000", answer: "6985" }]);
    expect(all.outcome).toMatchObject({ result: "not-accepted", reason: "all-refused" });
  });
});

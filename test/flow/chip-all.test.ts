/** Every transaction a card is used for, by the chip in the slot: with its cryptogram where the card decides, by its number alone where §3.11 F has it so. */
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { Desk, type State, type WireMessage } from "./desk-client.ts";

let desk: Desk;
const CARD = "chip-debit-1";

beforeAll(async () => {
  desk = await Desk.start(["--seed", "63"]);
  await desk.logIn();
});
afterAll(() => desk.stop());
afterEach(() => home());

const insert = (card = CARD): Promise<State> => desk.post("/card", { action: "insert", card });
const remove = (): Promise<State> => desk.post("/card", { action: "remove" });

/** Back at idle as a cashier would come there; the books agree. */
async function home(): Promise<void> {
  for (let state = await desk.state(); state.screen.id !== "idle"; )
    state = state.screen.id === "remove-card" ? await remove() : await desk.keys("enter");
  expect(await desk.check()).toMatchObject({ ok: true });
}

/** Goes through, from wherever it stands, with these answers to screens. */
async function through(answers: Readonly<Record<string, () => Promise<State>>>): Promise<void> {
  for (let state = await desk.state(); ; ) {
    const answer = answers[state.screen.id];
    if (answer === undefined) throw new Error(`${state.screen.id}: ${state.screen.lines.join(" | ")}`);
    state = await answer();
    if (state.screen.id === "remove-card") return;
  }
}

/** The last request and its answer. */
async function told(): Promise<{ request: WireMessage; answer: WireMessage }> {
  const messages = await desk.messages(true);
  return { request: messages.filter(({ dir }) => dir === "out").at(-1)!, answer: messages.at(-1)! };
}

const digits = (text: string) => desk.keys(...text, "enter");
const field = (message: WireMessage, number: string): string => message.fields[number] ?? "";
const usual = {
  supervisor: () => digits("123456"),
  present: () => insert(),
  confirm: () => desk.keys("enter"),
  original: () => desk.keys("enter"),
  pin: () => desk.pin("123456"),
};

async function sale(fen: string): Promise<{ request: WireMessage; answer: WireMessage }> {
  await desk.keys("menu", "1");
  await desk.expect("amount", insert());
  await digits(fen);
  await through(usual);
  const both = await told();
  await home();
  return both;
}

async function hold(fen: string): Promise<{ code: string; day: string }> {
  await desk.keys("menu", "4", "1");
  await desk.expect("amount", insert());
  await digits(fen);
  await through(usual);
  const { request, answer } = await told();
  await home();
  expect(request).toMatchObject({
    mti: "0100",
    fields: { "22": "051", "23": "001", "55": expect.stringMatching(/9F2701..9F10|^9F26/) },
  });
  return { code: field(answer, "38"), day: field(answer, "13") };
}

/** From the menu with a hold's day and code to the card out. */
async function about(row: string, { code, day }: { code: string; day: string }, fen?: string): Promise<WireMessage> {
  await desk.keys("menu", "4", row);
  await through({
    ...usual,
    date: () => digits(day),
    authcode: () => digits(code),
    amount: () => (fen === undefined ? desk.keys("enter") : desk.keys("clear", ...fen, "enter")),
  });
  const { request, answer } = await told();
  await home();
  expect(answer.fields["39"]).toBe("00");
  return request;
}

/** By the chip's number, sequence and track, without its cryptogram. */
const SIMPLE = { "22": expect.stringMatching(/^05[12]$/), "23": "001", "35": expect.stringMatching(/\*|D/) };

/** An advice is kept until the host has it, and a track is not kept. */
const ADVICE = { "22": "052", "23": "001" };

test("a refund of a chip sale: an advice by the number alone", async () => {
  const { answer } = await sale("8000");
  await desk.keys("menu", "3");
  await through({
    ...usual,
    reference: () => digits(field(answer, "37")),
    date: () => digits(field(answer, "13")),
    amount: () => digits("3000"),
  });
  const { request } = await told();
  await home();
  expect(request).toMatchObject({ mti: "0220", fields: ADVICE });
  expect(request.fields["55"]).toBeUndefined();
});

test("a void", async () => {
  const { request } = await sale("8100");
  await desk.keys("menu", "2");
  await through({ ...usual, trace: () => digits(String(Number(field(request, "11")))) });
  const after = await told();
  await home();
  expect(after.request).toMatchObject({ mti: "0200", fields: { ...SIMPLE, "3": "200000" } });
  // §6.3: of a card whose number alone was read, its application and sequence.
  expect((await desk.paper()).at(-1)?.text.filter((line) => /^(AID|CSN|TVR)/.test(line))).toEqual([
    "AID: A000000333010101",
    "CSN: 01",
  ]);
  expect(after.request.fields["55"]).toBeUndefined();
});

test("a hold, added to with a cryptogram, completed, and the completion taken back", async () => {
  const first = await hold("10000");
  const added = await about("6", first, "5000");
  expect(added).toMatchObject({ mti: "0100", fields: { "25": "60", "55": expect.stringContaining("9C0103") } });
  const completed = await about("3", first, "15000");
  expect(completed).toMatchObject({ mti: "0200", fields: { ...SIMPLE, "25": "06" } });
  expect(completed.fields["55"]).toBeUndefined();
  await desk.keys("menu", "4", "5");
  await through({ ...usual, trace: () => digits(String(Number(field(completed, "11")))) });
  const { request, answer } = await told();
  await home();
  expect([request.mti, request.fields["55"], answer.fields["39"]]).toEqual(["0200", undefined, "00"]);
});

test("a hold completed by an advice, without a PIN", async () => {
  const request = await about("4", await hold("11000"), "11500");
  expect(request).toMatchObject({ mti: "0220", fields: { ...ADVICE, "25": "06" } });
  expect([request.fields["52"], request.fields["55"]]).toEqual([undefined, undefined]);
});

test("a hold taken back", async () => {
  const request = await about("2", await hold("12000"));
  expect(request).toMatchObject({ mti: "0100", fields: { ...SIMPLE, "3": "200000" } });
  expect(request.fields["55"]).toBeUndefined();
});

test("a balance asks with a cryptogram", async () => {
  await desk.keys("menu", "7", "1");
  await through(usual);
  const { request } = await told();
  await home();
  expect(request).toMatchObject({ mti: "0200", fields: { "3": "310000", "55": expect.stringContaining("9C0131") } });
});

test("another chip than the sale's is refused, and nothing is sent", async () => {
  const { request } = await sale("8200");
  const before = (await desk.messages()).length;
  await desk.keys("menu", "2");
  const state = await digits("123456");
  expect(state.screen.id).toBe("trace");
  await digits(String(Number(field(request, "11"))));
  await desk.expect("present", desk.keys("enter"));
  await desk.expect("remove-card", insert("chip-credit-1"));
  await desk.expect("present", remove());
  await desk.keys("cancel");
  expect((await desk.messages()).length).toBe(before);
});

test("cash needs no card, and a card in the slot is no hindrance", async () => {
  await desk.keys("menu", "7", "4");
  const state = await desk.state();
  expect(state.screen.id).toBe("amount");
  await desk.keys("cancel");
});

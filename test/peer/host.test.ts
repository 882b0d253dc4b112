/** An independent host judges the terminal: every message decodes completely, MAC, PIN block and enciphered track verify with other code. */
import { afterEach, beforeEach, expect, test } from "vitest";
import { Desk } from "../flow/desk-client.ts";
import { IndependentHost } from "./host/host.ts";

let host: IndependentHost;
let desk: Desk;
const PAN = "6222021234567890128";
const CARD = { track2: `${PAN}=30121010000012300` };

beforeEach(async () => {
  host = new IndependentHost();
  desk = await Desk.start(["--acquirer", await host.listen()]);
  await desk.logIn();
});
afterEach(async () => {
  await desk.stop();
  await host.close();
});

const sent = (mti: string) => host.received.find((message) => message.mti === mti);

test("sign-on and sale carry the fields of the message reference", async () => {
  const state = await desk.sale(CARD, 10_000, "4321");
  await desk.expect("approved", state);
  await desk.finish(state);
  expect(host.complaints).toEqual([]);

  const [signOn] = host.received;
  const sale = sent("0200");
  expect(signOn?.mti).toBe("0800");
  expect(signOn?.tpdu).toBe("6000030000");
  expect(signOn?.header).toBe("603100310000");
  expect(Object.keys(signOn?.fields ?? {})).toEqual(expect.arrayContaining(["11", "41", "42", "60", "63"]));
  expect(signOn?.fields[60]?.slice(8)).toBe("004");
  expect(signOn?.fields[63]).toBe("01 ");

  expect(sale?.macOk).toBe(true);
  expect(sale?.pin).toBe("4321");
  expect(sale?.track2).toBe(`${PAN}D30121010000012300`);
  expect(sale?.fields).toMatchObject({
    3: "000000",
    4: "000000010000",
    22: "021",
    25: "00",
    26: "12",
    41: "10000001",
    42: "898110154110001",
    49: "156",
    53: "2610000000000000",
  });
  expect(sale?.fields[60]).toMatch(/^22000007000[56]0[01]?$/);
  expect(sale?.fields).not.toHaveProperty("14");
  const slip = (await desk.paper())[0]?.text.join("\n") ?? "";
  expect(slip).toContain("ABC123");
  expect(await desk.check()).toMatchObject({ ok: true });
});

test("a card without a PIN: no 52, no 26, and DE22 says so", async () => {
  await desk.finish(await desk.sale(CARD, 100, ""));
  const sale = sent("0200");
  expect(sale?.fields[22]).toBe("022");
  expect(sale?.fields).not.toHaveProperty("52");
  expect(sale?.fields).not.toHaveProperty("26");
  expect(sale?.fields[53]).toBe("0610000000000000");
});

test("the host takes the sale and never answers; power is cut; the reversal comes before the next sale", async () => {
  host.next = ["silence"];
  await desk.saleToPin(CARD, 10_000);
  const asked = desk.pin("4321").catch(() => undefined);
  await expect.poll(() => host.received.some(({ mti }) => mti === "0200")).toBe(true);
  await desk.power("cut");
  await asked;
  const seen = host.received.length;
  await desk.power("on");
  await desk.logIn();
  await desk.finish(await desk.sale(CARD, 200, "4321"));
  const after = host.received.slice(seen).filter(({ mti }) => mti !== "0800");
  expect(after.map(({ mti }) => mti)).toEqual(["0400", "0200"]);
  expect(after[0]?.fields).toMatchObject({
    39: "98",
    11: host.received.slice(0, seen).find(({ mti }) => mti === "0200")?.fields[11],
  });
  expect(after[0]?.macOk).toBe(true);
  expect(host.ledger.entries.map(({ state }) => state)).toEqual(["reversed", "approved"]);
});

for (const how of ["wrong-mac", "garbage", "wrong-trace", "oversize", "hang-up"] as const) {
  test(`${how}: the sale is taken back, the next goes through, both sides agree`, async () => {
    host.next = [how];
    const state = await desk.sale(CARD, 900, "4321");
    expect(state.screen.id).not.toBe("declined");
    await desk.finish(state);
    await desk.finish(await desk.sale(CARD, 1_000, "4321"));
    expect(host.ledger.entries.map(({ state: fate }) => fate)).toEqual(["reversed", "approved"]);
    expect(await desk.check()).toMatchObject({ ok: true });
    expect(host.complaints).toEqual([]);
  });
}

test("a host that is not there: nothing is sent, no money moved, nothing owed; back again, the sale goes through", async () => {
  const port = Number(desk.acquirer.split(":").at(-1));
  await host.close();
  const state = await desk.sale(CARD, 900, "4321");
  await desk.expect("notice", state);
  expect(state.debt.reversals).toBe(0);
  await desk.finish(state);
  await host.listen(port);
  await desk.expect("approved", desk.sale(CARD, 1_000, "4321"));
  await desk.finish();
  expect(host.ledger.entries.map(({ amountFen }) => amountFen)).toEqual([1_000]);
  expect(await desk.check()).toMatchObject({ ok: true });
});

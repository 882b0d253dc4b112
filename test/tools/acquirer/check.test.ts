/** The field matrix as a terminal's engineer meets it: one wrong field, one line that names it, answer 30, nothing booked. */
import { expect, test } from "vitest";
import { pickRow } from "../../../tools/acquirer/check.ts";
import { matrix, wantedOf } from "../../../tools/acquirer/matrix.ts";
import { fields as specs } from "../../../tools/acquirer/fields.ts";
import { type Changes, profile, ready } from "./bench.ts";

test.each([
  ["DE4 amount is missing: every sale has it", { 4: undefined }],
  ["DE11 trace number is missing", { 11: undefined }],
  ["DE11 trace number must be 000001 to 999999", { 11: "000000" }],
  ["DE14 expiry must not be there: on a swipe the host takes the expiry from track 2", { 14: "3012" }],
  ["DE22 entry mode is missing", { 22: undefined }],
  ["DE22 entry mode must be an entry mode of §3.4", { 22: "041" }],
  ["DE2 PAN is missing: DE22 01 is not a swipe", { 22: "011" }],
  ["DE35 track 2 must not be there: DE22 says keyed", { 22: "011" }],
  ["DE26 PIN capture code is missing: there is a PIN", { 26: undefined }],
  ["DE26 PIN capture code is 06, must be 12", { 26: "06" }],
  ["DE26 PIN capture code must not be there: there is no PIN", { 22: "022", 52: undefined, 53: "0610000000000000" }],
  ["DE52 PIN data is missing: DE22 says that a PIN was entered", { 26: undefined, 52: undefined, 53: "0610000000000000" }],
  ["DE52 PIN data must not be there: DE22 says that no PIN was entered", { 22: "022" }],
  ["DE35 track 2 is missing: DE22 says swiped", { 35: undefined }],
  [
    "DE36 and DE35 name different cards",
    { 36: "996217990000000001087D1561560500", 53: "2600000000000000", 35: "6229990000000000019D30122010000012300" },
  ],
  ["DE37 reference number must not be there: sale does not have it", { 37: "000000000001" }],
  ["DE41 terminal is missing", { 41: undefined }],
  ["DE49 currency is 840, must be 156", { 49: "840" }],
  ["DE53 security control is missing: there is a PIN or a track", { 53: undefined }],
  ["DE53 security control 2610000000000001", { 53: "2610000000000001" }],
  ["DE53.1 is 0 (no PIN), but DE52 is there", { 53: "0610000000000000" }],
  ["DE53.1 is 2 (PIN), but DE52 is not there", { 22: "022", 26: undefined, 52: undefined }],
  ["DE55 IC data must not be there", { 55: "9F3600" }],
  ["DE55 IC data is missing: DE22 says chip", { 2: "6229990000000000019", 22: "051" }],
  ["DE59 custom must not be there", { 59: "x" }],
  ["DE60 custom has 11 digits, sale has 13, 14, 17", { 60: "22000001000" }],
  ["DE60.4 is 9, must be 0, 1, 2, 5 or 6", { 60: "2200000100090" }],
  ["DE60.4 is 1, but DE22 says that a stripe was read", { 60: "2200000100010" }],
  ["DE60.5 is 2 (fallback), but DE60.4 2 reads no chip", { 60: "2200000100022" }],
  ["DE60.6 is 7, must be 0 or 1", { 60: "22000001000607" }],
  ["DE25 is 06, sale has 00", { 25: "06" }],
  ["DE60.1 is 23, sale has 22", { 60: "2300000100060" }],
  ["DE3 is missing", { 3: undefined }],
  ["DE63 custom must not be there: sale does not have it", { 63: "CUP" }],
] as [string, Changes][])("sale: %s", (words, changes) => {
  const bench = ready();
  const answer = bench.sale({}, changes);
  expect(answer?.fields[39], bench.lastWords()).toBe("30");
  expect(bench.lastWords()).toContain(words);
  expect(bench.host.state().log.at(-1)?.level).toBe("refused");
  expect(bench.host.ledger().transactions).toEqual([]);
});

test("a sale without MAC is told so", () => {
  const bench = ready();
  expect(bench.send("0200", bench.saleFields(), false)?.fields[39]).toBe("30");
  expect(bench.lastWords()).toContain("DE64 MAC is missing: every sale has it");
});

test.each([
  ["DE39 answer code must be a reason of §5.1", { 39: "00" }],
  ["DE39 answer code is missing", { 39: undefined }],
  ["DE2 PAN is missing: a reversal comes from a record that has the number", { 2: undefined }],
  ["DE35 track 2 must not be there: sale reversal does not have it", { 35: "6229990000000000019D30122010000012300" }],
  ["DE52 PIN data must not be there", { 52: "676189BB8BF1100B" }],
  ["DE26 PIN capture code must not be there", { 26: "12" }],
  ["DE14 expiry must be YYMM with a month 01 to 12", { 14: "3013" }],
] as [string, Changes][])("reversal: %s", (words, changes) => {
  const bench = ready();
  bench.sale();
  expect(bench.reversal({}, changes)?.fields[39]).toBe("30");
  expect(bench.lastWords()).toContain(words);
  expect(bench.balance()).toBe(999_000);
});

test("a reversal may carry expiry and authorisation code, and leave DE53 out", () => {
  const bench = ready();
  const { fields } = bench.sale()!;
  expect(bench.reversal({}, { 14: "3012", 38: fields[38], 53: undefined, 39: "06" })?.fields[39], bench.lastWords()).toBe("00");
});

test.each([
  ["DE63 custom is missing", "30", { 63: undefined }],
  ["DE63 custom must be the operator", "30", { 63: "1" }],
  ["DE62 custom says 16 characters, 4 follow", "30", { 62: "Sequence No16ABCD" }],
  ["DE64 MAC must not be there", "30", { 64: "3030303030303030" }],
  ["DE60 custom has 13 digits, sign-on 004 has 11", "30", { 60: "0000000100400" }],
  ["DE60.3 is 007, sign-on", "12", { 60: "00000001007" }],
  ["DE41 terminal 99999999 is not registered", "97", { 41: "99999999" }],
  ["is not the one terminal 10000001 belongs to", "03", { 42: "000000000000000" }],
] as [string, string, Changes][])("sign-on: %s", (words, code, changes) => {
  const bench = ready();
  const answer = bench.signOn("004", changes);
  expect(answer.fields[39]).toBe(code);
  expect(answer.fields).not.toHaveProperty("62");
  expect(answer.macState).toBe("none");
  expect(bench.lastWords()).toContain(words);
});

test("messages this host does not serve are 12, with the nearest one named", () => {
  const bench = ready();
  expect(bench.sale({}, { 3: "310000" })?.fields[39]).toBe("12");
  expect(bench.lastWords()).toContain("DE3 is 310000, sale has 000000");
  const other = bench.send("0900", { 11: "000001", 41: bench.terminal, 42: profile.merchant.id, 60: "00000001000" });
  expect(other).toMatchObject({ mti: "0910", fields: { 39: "12", 11: "000001" } });
});

test("several faults are told at once", () => {
  const bench = ready();
  bench.sale({}, { 4: undefined, 49: "840" });
  expect(bench.lastWords()).toMatch(/DE4 amount is missing.*; DE49 currency is 840/);
});

test("a field with wrong bytes is 30 and is not repeated in the answer", () => {
  const bench = ready();
  const hex = Buffer.from(bench.frame("0200", bench.saleFields() as Record<string, string>, true)).toString("hex");
  const answer = bench.line.exchange(new Uint8Array(Buffer.from(hex.replace("000000001000000123", "00000000100000012b"), "hex")));
  expect(answer?.fields[39]).toBe("30");
  expect(answer?.fields[11]).toBeUndefined();
  expect(bench.lastWords()).toContain("DE11 trace number holds something that is not a decimal digit");
});

test("the matrix names only fields that exist, and each row is found by its own names", () => {
  for (const row of matrix) {
    for (const { de } of wantedOf(row)) expect(specs.has(de), `${row.word} DE${de}`).toBe(true);
    const custom = `${row.names["60.1"]}000001${row.names["60.3"]}00`;
    const fields = {
      60: custom,
      ...(row.names[3] === undefined ? {} : { 3: row.names[3] }),
      ...(row.names[25] === undefined ? {} : { 25: row.names[25] }),
    };
    expect(pickRow(row.mti, fields)).toEqual({ row });
  }
});

/** Sign-on, sale, reversal and their refusals, as a terminal meets them. */
import { expect, test } from "vitest";
import { encodeFrame } from "../../../tools/acquirer/codec.ts";
import { fromHex, toHex } from "../../../tools/acquirer/text.ts";
import { Bench, keysFor, PAN, profile, ready, TRACK2 } from "./bench.ts";

const BLOCK_003 = "AB96792B48260E7AD4F6F8EA07892BAF889B0C3B85722AE34E5391130000000000000000BB6573FE";

test.each([
  ["001", "A86D141979B82FB0B02EF026708C01F44109B844BB6573FE"],
  ["003", BLOCK_003],
  ["004", `${BLOCK_003}A6C952048C5CF1185D23ECEF88765116282193C6`],
] as const)("sign-on %s hands out the worked key block", (code, block) => {
  const bench = new Bench();
  const answer = bench.signOn(code);
  expect(answer.fields[62]).toBe(`hex:${block}`);
  expect(answer).toMatchObject({ mti: "0810", tpdu: "6000000003", header: "603100310000", macState: "none", problem: undefined });
  expect(answer.fields).toMatchObject({
    11: "000001",
    12: "093015",
    13: "0706",
    39: "00",
    41: "10000001",
    60: `00000001${code}`,
  });
  expect(answer.fields[37]).toHaveLength(12);
  expect(bench.host.state().terminals).toEqual([
    { terminal: "10000001", merchant: "898110154110001", signedOn: true, batch: "000001" },
  ]);
});

test("a terminal new to the host keeps its batch, a known one is told the host's", () => {
  const bench = new Bench();
  expect(bench.signOn("004", { 60: "00000042004" }).fields[60]).toBe("00000042004");
  expect(bench.signOn("004", { 60: "00000007004" }).fields[60]).toBe("00000042004");
});

test("a terminal whose trace went back behind the open batch gets a new batch: nothing new is taken for something old", () => {
  const bench = ready();
  bench.sale({ trace: "000002" });
  expect(bench.signOn("004", { 11: "000003" }).fields[60]).toBe("00000001004");
  expect(bench.signOn("004", { 11: "000001" }).fields[60]).toBe("00000002004");
  expect(bench.sale({ trace: "000002", batch: "000002" })?.fields).toMatchObject({ 39: "00", 37: "000700000002" });
  expect(bench.reversal({ trace: "000002", batch: "000001" })?.fields[39]).toBe("00");
  expect(bench.balance()).toBe(999_000);
});

test("sign-off and echo", () => {
  const bench = ready();
  const echo = bench.send("0820", { 41: bench.terminal, 42: profile.merchant.id, 60: "00000001301" }, false);
  expect(echo).toMatchObject({ mti: "0830", fields: { 39: "00", 41: bench.terminal, 60: "00000001301" } });
  const off = bench.send("0820", { 11: "000009", 41: bench.terminal, 42: profile.merchant.id, 60: "00000001002" }, false);
  expect(off?.fields).toMatchObject({ 11: "000009", 39: "00" });
  expect(bench.host.state().terminals[0]?.signedOn).toBe(false);
  expect(bench.sale()?.fields[39]).toBe("77");
  expect(bench.lastWords()).toContain("not signed on");
});

test("a sale is approved with the full answer and the money moves", () => {
  const bench = ready();
  const answer = bench.sale();
  expect(answer).toMatchObject({ mti: "0210", macState: "ok", tpdu: "6000000003" });
  expect(answer?.fields).toEqual({
    2: PAN,
    3: "000000",
    4: "000000001000",
    11: "000123",
    12: "093015",
    13: "0706",
    14: "3012",
    15: "0706",
    25: "00",
    32: "48020000",
    37: "000700000001",
    38: expect.stringMatching(/^\d{6}$/),
    39: "00",
    41: "10000001",
    42: "898110154110001",
    44: "01020000   48020000   ",
    49: "156",
    53: "2610000000000000",
    60: "2200000100060",
    63: "CUP",
    64: expect.any(String),
  });
  expect(bench.balance()).toBe(1_000_000 - 1000);
  const view = bench.host.ledger();
  expect(view.byState).toEqual({ approved: 1 });
  expect(view.transactions[0]).toMatchObject({
    kind: "sale",
    pan: "622999*********0019",
    amountFen: 1000,
    state: "approved",
    code: "00",
  });
  expect(view.batches).toEqual([
    { terminal: "10000001", batch: "000001", debitFen: 1000, debitCount: 1, creditFen: 0, creditCount: 0 },
  ]);
  expect(bench.host.ledger({ clear: true }).transactions[0]?.pan).toBe(PAN);
});

test("the worked sale's own frame is approved", () => {
  const worked = {
    ...profile,
    merchant: { id: "123456789012345", name: "" },
    terminal: { id: "12345678" },
  };
  const bench = new Bench({ profile: worked });
  bench.signOn("003", { 42: "123456789012345" });
  const frame = fromHex(
    "007460000300006031003200000200302004C020C0981100000000000000100000012302100012376229990000000000019D6D5EEE207258B7E7003132333435363738313233343536373839303132333435313536676189BB8BF1100B26100000000000000013220000010006003632374634394235",
  );
  expect(bench.line.exchange(frame)?.fields[39]).toBe("30");
  expect(bench.lastWords()).toContain("this sign-on gave no track key");
  bench.signOn("004", { 42: "123456789012345" });
  expect(bench.line.exchange(frame)).toMatchObject({ mti: "0210", header: "603100320000", macState: "ok", fields: { 39: "00" } });
  const reversal = fromHex(
    "005C600003000060310032000004007020048002C080111962299900000000000190000000000000001000000123021000393831323334353637383132333435363738393031323334353135360013220000010006003339343944434538",
  );
  expect(bench.line.exchange(reversal)).toMatchObject({ mti: "0410", macState: "ok", fields: { 39: "00", 2: PAN } });
  expect(bench.balance()).toBe(1_000_000);
});

test.each([
  ["001", "ecb", false],
  ["003", "ecb", false],
  ["003", "x9.9", false],
  ["004", "x9.19", true],
  ["004", "ecb", true],
  ["005", "sm4", true],
  ["006", "sm4", true],
] as const)("a sale after sign-on %s with MAC %s", (code, mac, double) => {
  const workingKeysHex = { ...profile.testKeys.workingKeys, ...(double ? { MAK: "5E5E5E5E6B6B6B6BC7C7C7C7D3D3D3D3" } : {}) };
  const used = { ...profile, keys: { ...profile.keys, mac }, testKeys: { ...profile.testKeys, workingKeys: workingKeysHex } };
  const bench = ready({ profile: used, code });
  expect(bench.keys).toEqual(keysFor(used, code));
  const sm4 = bench.keys.algorithm === "sm4";
  const fields = bench.saleFields();
  // SM4 PIN blocks have 16 bytes, so they go into DE59 and DE52 is zero (§4.3).
  const answer = bench.send("0200", sm4 ? { ...fields, 52: "0".repeat(16), 59: `hex:${fields[52]}` } : fields);
  expect(answer?.fields[39], bench.lastWords()).toBe("00");
  expect(answer?.macState).toBe("ok");
});

test("keys too short for SM4 refuse the sign-on with the reason", () => {
  const bench = new Bench();
  expect(bench.signOn("005").fields).not.toHaveProperty("62");
  expect(bench.lastWords()).toContain("needs keys of another length");
});

test.each([
  ["unknown card", "14", { track2: "6229990000000000068D30121010000012300" }],
  ["lost card", "41", { track2: "6229990000000000043D30121010000012300" }],
  ["expired card", "54", { track2: "6217990000000001012D20011010000012300" }],
  ["low balance", "51", { track2: "6229990000000000035D30121010000012300" }],
  ["other expiry than the issuer's", "59", { track2: "6229990000000000019D31122010000012300" }],
  ["zero amount", "13", { amountFen: 0 }],
  ["over the limit", "61", { amountFen: 5_000_001 }],
  ["swiped chip card", "45", { track2: "6217990000000001020D30122010000012300" }],
  ["wrong PIN", "55", { pin: "654321" }],
  ["PIN card without PIN", "55", { pin: undefined }],
] as const)("%s is answered %s", (_what, code, settings) => {
  const bench = ready();
  const before = bench.host.state({ clear: true }).accounts;
  const answer = bench.sale(settings);
  expect(answer?.fields[39], bench.lastWords()).toBe(code);
  expect(answer?.macState).toBe("ok");
  expect(answer?.fields).not.toHaveProperty("38");
  expect(bench.host.state({ clear: true }).accounts).toEqual(before);
  expect(bench.host.ledger().byState).toEqual({ declined: 1 });
  expect(bench.host.state().log.at(-1)?.level).toBe("refused");
});

test("a chip card's fallback swipe is taken", () => {
  const bench = ready();
  const chip = "6217990000000001020D30122010000012300";
  expect(bench.sale({ track2: chip }, { 60: "2200000100062" })?.fields[39], bench.lastWords()).toBe("00");
  expect(bench.sale({ track2: chip, trace: "000124" }, { 60: "2200000100020" })?.fields[39]).toBe("00");
});

test("cards without a PIN pay without one; an account may have no expiry", () => {
  const bench = ready();
  expect(bench.sale({ track2: "6229991000000028D30121010000012300", pin: undefined })?.fields).toMatchObject({
    39: "00",
    53: "0610000000000000",
  });
  bench.host.setAccount({ pan: "6229990000000000068", balanceFen: 5000 });
  const answer = bench.sale({ trace: "000200", track2: "6229990000000000068D20011010000012300", pin: undefined });
  expect(answer?.fields[39]).toBe("54");
  bench.host.setAccount({ pan: "6229990000000000068", balanceFen: 5000, status: "" });
  expect(bench.sale({ trace: "000201", track2: "6229990000000000068D30121010000012300", pin: undefined })?.fields[39]).toBe("00");
  expect(() => bench.host.setAccount({ pan: "1", balanceFen: 1 })).toThrow("13 to 19 digits");
});

test("three wrong PINs block the card; a right one in between forgives", () => {
  const bench = ready();
  let trace = 200;
  const pay = (pin: string) => bench.sale({ trace: String(++trace).padStart(6, "0"), pin })?.fields[39];
  expect([pay("111111"), pay("222222"), pay("123456")]).toEqual(["55", "55", "00"]);
  expect([pay("111111"), pay("222222"), pay("333333"), pay("123456"), pay("123456")]).toEqual(["55", "55", "75", "38", "38"]);
  bench.host.setAccount(bench.account(PAN));
  expect(pay("123456")).toBe("00");
});

test("a PIN block that is none is 99, also under another cipher", () => {
  const bench = ready();
  expect(bench.sale({}, { 52: "0011223344556677" })?.fields[39]).toBe("99");
  expect(bench.sale({ trace: "000124" }, { 53: "2010000000000000" })?.fields[39]).toBe("99");
  expect(bench.lastWords()).toContain("DE53.2 is 0");
  // Format without card number, told as such.
  expect(bench.sale({ trace: "000125" }, { 52: "FB4CB6667190FCE0", 53: "1610000000000000" })?.fields[39]).toBe("00");
});

test("unknown terminal, other merchant, wrong MAC, wrong batch", () => {
  const bench = ready();
  expect(bench.sale({}, { 41: "10000009" })?.fields[39]).toBe("97");
  expect(bench.sale({}, { 42: "898110154110009" })?.fields[39]).toBe("03");
  const bad = bench.sale({}, { 64: toHex(Buffer.from("00000000")) });
  expect(bad).toMatchObject({ macState: "ok", fields: { 39: "A0" } });
  expect(bench.sale({ batch: "000002" })?.fields[39]).toBe("77");
  expect(bench.lastWords()).toContain("batch 000002 is not the open one, 000001");
  expect(bench.host.ledger().transactions).toEqual([]);
  expect(bench.sale()?.fields[39]).toBe("00");
});

test("tracks: DE2 against DE35, and a track under another key", () => {
  const bench = ready();
  expect(bench.sale({}, { 2: PAN })?.fields[39]).toBe("00");
  expect(bench.sale({ trace: "000124" }, { 2: "6229990000000000027" })?.fields[39]).toBe("30");
  expect(bench.lastWords()).toContain("DE2 and DE35 name different cards");
  expect(bench.sale({ trace: "000125" }, { 35: TRACK2 })?.fields[39]).toBe("30");
  expect(bench.lastWords()).toContain("when deciphered with this terminal's TDK");
  expect(bench.sale({ trace: "000126" }, { 35: TRACK2, 53: "2600000000000000" })?.fields[39]).toBe("00");
});

test("odd and even tracks of all lengths are deciphered", () => {
  const bench = ready();
  const even = "6229990000000000027D3012101000001230";
  const short = "6217990000000032D30121010000001";
  expect(bench.sale({ track2: even })?.fields[39], bench.lastWords()).toBe("00");
  expect(bench.sale({ track2: short, trace: "000124" })?.fields[39], bench.lastWords()).toBe("00");
});

test("the same request again gets the same answer and moves nothing; another one with its trace is 94", () => {
  const bench = ready();
  const first = bench.sale();
  bench.clock.advance(5000);
  const second = bench.sale();
  expect(second?.fields).toEqual(first?.fields);
  expect(bench.balance()).toBe(999_000);
  expect(bench.sale({ amountFen: 2000 })?.fields[39]).toBe("94");
  expect(bench.host.ledger().transactions).toHaveLength(1);
  const declined = bench.sale({ trace: "000124", pin: "000000" });
  expect(bench.sale({ trace: "000124", pin: "000000" })?.fields).toEqual(declined?.fields);
  bench.reversal();
  expect(bench.sale()?.fields[39]).toBe("94");
  expect(bench.balance()).toBe(1_000_000);
});

test("reversal: done, already done, no original", () => {
  const bench = ready();
  bench.sale();
  const done = bench.reversal();
  expect(done).toMatchObject({ mti: "0410", macState: "ok" });
  expect(Object.keys(done?.fields ?? {}).map(Number)).toEqual([
    2, 3, 4, 11, 12, 13, 14, 15, 25, 32, 37, 39, 41, 42, 44, 49, 53, 60, 64,
  ]);
  expect(done?.fields[39]).toBe("00");
  expect(bench.balance()).toBe(1_000_000);
  expect(bench.reversal()?.fields[39]).toBe("12");
  expect(bench.balance()).toBe(1_000_000);
  expect(bench.host.ledger()).toMatchObject({ byState: { reversed: 1 }, batches: [] });
});

test("a reversal before its request: 25, and the late request stays refused", () => {
  const bench = ready();
  expect(bench.reversal()?.fields[39]).toBe("25");
  expect(bench.reversal()?.fields[39]).toBe("25");
  expect(bench.sale()?.fields[39]).toBe("12");
  expect(bench.lastWords()).toContain("reversed before it came");
  expect(bench.sale()?.fields[39]).toBe("12");
  expect(bench.balance()).toBe(1_000_000);
  expect(bench.host.ledger().byState).toEqual({ "reversed-early": 1 });
});

test("a reversal that does not name its original undoes nothing", () => {
  const bench = ready();
  bench.sale();
  expect(bench.reversal({ amountFen: 999 })?.fields[39]).toBe("64");
  expect(bench.reversal({}, { 2: "6229990000000000027" })?.fields[39]).toBe("30");
  expect(bench.reversal({ trace: "000999" })?.fields[39]).toBe("25");
  expect(bench.balance()).toBe(999_000);
  bench.sale({ trace: "000124", amountFen: 2_000_000 });
  expect(bench.reversal({ trace: "000124", amountFen: 2_000_000 })?.fields[39]).toBe("25");
  expect(bench.lastWords()).toContain("declined with 51");
});

test("what is not a message closes the line and says why", () => {
  const bench = ready();
  bench.line.connection.receive(fromHex("0017600003000060310031000002AA0000000000000000AABB00"));
  expect(bench.line.closed).toBe(true);
  expect(bench.lastWords()).toContain("MTI 02AA is not four digits");
  const answer = encodeFrame({ tpdu: "6000030000", header: "603100310000", mti: "0210", fields: {} });
  const other = new Bench();
  other.line.connection.receive(answer);
  expect(other.lastWords()).toContain("MTI 0210 is not a request's");
});

test("logs and views hold no card number", () => {
  const bench = ready();
  bench.rule({ match: { card: PAN }, answer: { "39": "05" }, count: 1 });
  bench.sale();
  bench.sale({ trace: "000124" });
  bench.reversal({ trace: "000124" });
  expect(JSON.stringify([bench.host.state(), bench.host.ledger()])).not.toMatch(/6229990000000000019|123456"/);
});

test("several terminals on several lines do not meet", () => {
  const terminals = ["10000002", "10000003", "10000004"].map((terminal) => ({ terminal, merchant: profile.merchant.id }));
  const bench = new Bench({ terminals });
  const ids = [bench.terminal, ...terminals.map(({ terminal }) => terminal)];
  for (const id of ids) expect(bench.signOn("004", { 41: id }).fields[39]).toBe("00");
  for (const id of ids) expect(bench.sale({}, { 41: id })?.fields).toMatchObject({ 39: "00", 41: id });
  expect(bench.balance()).toBe(1_000_000 - 4000);
  expect(new Set(bench.host.ledger().transactions.map(({ reference }) => reference)).size).toBe(4);
  expect(bench.reversal({}, { 41: "10000003" })?.fields[39]).toBe("00");
  expect(bench.host.ledger().byState).toEqual({ approved: 3, reversed: 1 });
});

test("a master key of its own", () => {
  const masterKey = "11112222333344445555666677778888";
  const bench = new Bench({ terminals: [{ terminal: "10000002", merchant: profile.merchant.id, masterKey }] });
  const own = bench.signOn("003", { 41: "10000002" }).fields[62];
  expect(own).not.toBe(`hex:${BLOCK_003}`);
  // Check values are of the working keys, so they are the same.
  expect(own?.slice(4 + 32, 4 + 40)).toBe("889B0C3B");
});

test("a profile that cannot work says which key", () => {
  expect(() => new Bench({ profile: { ...profile, keys: { ...profile.keys, mac: "x9.19" } } })).toThrow(
    "MAK (for x9.19) has 8 bytes, must have 16",
  );
  expect(() => new Bench({ profile: { ...profile, keys: { ...profile.keys, masterSlot: 9 } } })).toThrow(
    "master key in slot 9 is missing",
  );
  expect(() => new Bench({ profile: { ...profile, keys: { ...profile.keys, mac: "md5" } } })).toThrow("must be one of ecb");
});

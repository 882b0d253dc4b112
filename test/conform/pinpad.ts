/** What every PIN pad driver does, whatever pad is at the far end. Keys and results are the worked vectors of the specification (§4.7). */
import { constants, createDecipheriv, createPrivateKey, generateKeyPairSync, privateDecrypt } from "node:crypto";
import { expect, test } from "vitest";
import { fromHex, toHex } from "../../platform/guest/bytes.ts";
import { CancelSource } from "../../platform/guest/cancel.ts";
import type { CardPinRequest, PinPad, PinRequest, PinWrap } from "../../hal/pinpad/pinpad.ts";

export interface PinPadUnderTest {
  pad: PinPad;
  ended<T>(promise: Promise<T>): Promise<T>;
  failure(promise: Promise<unknown>): Promise<unknown>;
  /** Lets pass what takes no longer than this. */
  pass(ms: number): Promise<void>;
  /** The far end holds TMK 0123456789ABCDEFFEDCBA9876543210 in slot 1, and PAIRING, which it shares with a reader; nothing else. */
  hands: {
    type(keys: string[]): void;
    cancel(): void;
    asking(): boolean;
    digits(): number;
    prompt(): string;
    unplug(): void;
    plug(): void;
    /** Hurts the next answers. */
    fault(fault: "bad-crc" | "nak" | "lost-ack" | "lost-answer", count: number): void;
    silent(on: boolean): void;
    tamper(): void;
  };
}

export const PAIRING = "00112233445566778899AABBCCDDEEFF";
const PAN = "6229990000000000019";
const TRACK = "6229990000000000019D30122010000012300";
const MAB =
  "0200302004C020C0981100000000000000100000012302100012376229990000000000019D6D5EEE207258B7E7003132333435363738313233343536373839303132333435313536676189BB8BF1100B2610000000000000001322000001000600";
const key = (hex: string, kcv: string, algorithm: "des" | "3des" = "3des") => ({
  algorithm,
  key: fromHex(hex),
  kcv: fromHex(kcv),
});
const PIK = key("AB96792B48260E7AD4F6F8EA07892BAF", "889B0C3B");
const MAK = key("85722AE34E5391130000000000000000", "BB6573FE");
const TDK = key("A6C952048C5CF1185D23ECEF88765116", "282193C6");
const DIGITS = [..."123456"];

const request = (more: Partial<PinRequest> = {}): PinRequest => ({
  pan: PAN,
  amountFen: 100_00,
  minDigits: 4,
  maxDigits: 12,
  allowEmpty: false,
  timeoutMs: 30_000,
  ...more,
});

const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 1024, publicExponent: 65537 });
const MODULUS = new Uint8Array(Buffer.from(privateKey.export({ format: "jwk" }).n as string, "base64url"));
const EXPONENT = fromHex("010001");
const CHALLENGE = fromHex("0102030405060708");
const cardRequest = (wrap: PinWrap, more: Partial<CardPinRequest> = {}): CardPinRequest => ({
  amountFen: 100_00,
  minDigits: 4,
  maxDigits: 12,
  allowEmpty: false,
  timeoutMs: 30_000,
  prompt: "enter-pin",
  wrap,
  ...more,
});
const enciphered = (more: Partial<Extract<PinWrap, { kind: "enciphered" }>> = {}): PinWrap => ({
  kind: "enciphered",
  modulus: MODULUS,
  exponent: EXPONENT,
  challenge: CHALLENGE,
  ...more,
});
const SEALED: PinWrap = { kind: "sealed", challenge: CHALLENGE };

function openedByCard(block: Uint8Array): Uint8Array {
  const key = createPrivateKey(privateKey.export({ format: "pem", type: "pkcs8" }));
  return new Uint8Array(privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, block));
}

function openedByReader(block: Uint8Array): string {
  const machine = createDecipheriv("sm4-ecb", Buffer.from(PAIRING, "hex"), null).setAutoPadding(false);
  return Buffer.concat([machine.update(block), machine.final()])
    .toString("hex")
    .toUpperCase();
}

export function pinPadConformance(name: string, make: () => PinPadUnderTest): void {
  const loaded = async (): Promise<PinPadUnderTest> => {
    const it = make();
    await it.ended(it.pad.loadWorkingKey(1, "PIK", PIK));
    await it.ended(it.pad.loadWorkingKey(1, "MAK", MAK));
    await it.ended(it.pad.loadWorkingKey(1, "TDK", TDK));
    return it;
  };
  const asked = async (it: PinPadUnderTest): Promise<void> => {
    for (let turn = 0; turn < 500 && !it.hands.asking(); turn++) await it.pass(10);
    expect(it.hands.asking()).toBe(true);
  };
  const enter = async (it: PinPadUnderTest, more: Partial<PinRequest> = {}, keys = [...DIGITS, "enter"]) => {
    const result = it.pad.enterPin(request(more));
    await asked(it);
    it.hands.type(keys);
    return it.ended(result);
  };

  test(`${name}: says what it is`, async () => {
    const it = make();
    const info = await it.ended(it.pad.info());
    expect(info.tampered).toBe(false);
    expect(info.model.length * info.version.length * info.serial.length).toBeGreaterThan(0);
  });

  test(`${name}: check values of master and working keys`, async () => {
    const it = await loaded();
    expect(toHex((await it.ended(it.pad.masterKeyCheck(1))) as Uint8Array)).toBe("08D7B4FB");
    expect(await it.ended(it.pad.masterKeyCheck(2))).toBeUndefined();
    expect(toHex((await it.ended(it.pad.workingKeyCheck("PIK"))) as Uint8Array)).toBe("889B0C3B");
    expect(toHex((await it.ended(it.pad.workingKeyCheck("MAK"))) as Uint8Array)).toBe("BB6573FE");
    await it.ended(it.pad.eraseWorkingKeys());
    expect(await it.ended(it.pad.workingKeyCheck("PIK"))).toBeUndefined();
    expect(await it.ended(it.pad.masterKeyCheck(1))).toBeDefined();
  });

  test(`${name}: a key with a wrong check value is refused and the old one stays`, async () => {
    const it = await loaded();
    expect(await it.failure(it.pad.loadWorkingKey(1, "PIK", { ...PIK, kcv: fromHex("00000000") }))).toMatchObject({
      code: "kcv-mismatch",
    });
    expect(toHex((await it.ended(it.pad.workingKeyCheck("PIK"))) as Uint8Array)).toBe("889B0C3B");
    expect(await it.failure(it.pad.loadWorkingKey(2, "PIK", PIK))).toMatchObject({ code: "key-missing" });
  });

  test(`${name}: PIN blocks with and without PAN`, async () => {
    const it = await loaded();
    const counts: number[] = [];
    const withPan = await enter(it, { onDigits: (count) => counts.push(count) });
    expect(withPan).toEqual({ outcome: "entered", block: fromHex("676189BB8BF1100B") });
    expect(counts).toContain(1);
    expect(counts).toContain(6);
    expect(await enter(it, { pan: undefined })).toEqual({ outcome: "entered", block: fromHex("FB4CB6667190FCE0") });
  });

  test(`${name}: empty, cancelled by the cardholder, time over`, async () => {
    const it = await loaded();
    expect(await enter(it, { allowEmpty: true }, ["enter"])).toEqual({ outcome: "empty" });
    expect(await enter(it, {}, ["1", "2", "cancel"])).toEqual({ outcome: "cancelled" });
    expect(await it.ended(it.pad.enterPin(request({ timeoutMs: 10_000 })))).toEqual({ outcome: "timeout" });
  });

  test(`${name}: cancelled by the cashier, at once and in the middle; the next PIN is a new one`, async () => {
    const it = await loaded();
    const early = new CancelSource();
    early.cancel();
    expect(await it.ended(it.pad.enterPin(request(), early.token))).toEqual({ outcome: "cancelled" });
    const soon = new CancelSource();
    const before = it.pad.enterPin(request(), soon.token);
    soon.cancel();
    expect(await it.ended(before)).toEqual({ outcome: "cancelled" });
    expect(it.hands.asking()).toBe(false);
    const source = new CancelSource();
    const result = it.pad.enterPin(request(), source.token);
    await asked(it);
    it.hands.type(["1", "2"]);
    await it.pass(200);
    source.cancel();
    expect(await it.ended(result)).toEqual({ outcome: "cancelled" });
    expect(it.hands.asking()).toBe(false);
    expect(await enter(it)).toMatchObject({ outcome: "entered" });
  });

  const enterForCard = async (it: PinPadUnderTest, request: CardPinRequest, keys = [..."1234", "enter"]) => {
    const result = it.pad.enterCardPin(request);
    await asked(it);
    it.hands.type(keys);
    return it.ended(result);
  };

  test(`${name}: a PIN for the card under its key: 7F, the block, its challenge, and chance`, async () => {
    const it = make();
    const counts: number[] = [];
    const opened: Uint8Array[] = [];
    for (const _ of [1, 2]) {
      const result = await enterForCard(it, cardRequest(enciphered(), { onDigits: (count) => counts.push(count) }));
      if (result.outcome !== "entered") throw new Error(result.outcome);
      expect(result.block).toHaveLength(MODULUS.length);
      opened.push(openedByCard(result.block));
    }
    for (const plain of opened) expect(toHex(plain.subarray(0, 17))).toBe("7F241234FFFFFFFFFF0102030405060708");
    expect(toHex(opened[0] as Uint8Array)).not.toBe(toHex(opened[1] as Uint8Array));
    expect(Math.max(...counts)).toBe(4);
  });

  test(`${name}: a PIN sealed for the reader it is paired with; twelve digits; no digit in the clear`, async () => {
    const it = make();
    const result = await enterForCard(it, cardRequest(SEALED, { prompt: "last-try" }), [..."123456789012", "enter"]);
    if (result.outcome !== "entered") throw new Error(result.outcome);
    expect(openedByReader(result.block)).toBe("2C123456789012FF0102030405060708");
    expect(toHex(result.block)).not.toContain("1234");
  });

  test(`${name}: a PIN for the card: what may be shown, empty, cancelled, time over, by the cashier`, async () => {
    const it = make();
    const shown = it.pad.enterCardPin(cardRequest(SEALED, { prompt: "wrong-pin" }));
    await asked(it);
    expect(it.hands.prompt()).toBe("wrong-pin");
    it.hands.type(["cancel"]);
    expect(await it.ended(shown)).toEqual({ outcome: "cancelled" });
    expect(await enterForCard(it, cardRequest(SEALED, { allowEmpty: true }), ["enter"])).toEqual({ outcome: "empty" });
    expect(await it.ended(it.pad.enterCardPin(cardRequest(SEALED, { timeoutMs: 5_000 })))).toEqual({ outcome: "timeout" });
    const source = new CancelSource();
    const result = it.pad.enterCardPin(cardRequest(SEALED), source.token);
    await asked(it);
    source.cancel();
    expect(await it.ended(result)).toEqual({ outcome: "cancelled" });
    expect(it.hands.asking()).toBe(false);
  });

  test(`${name}: no PIN under a key that would give it away`, async () => {
    const it = make();
    const even = Uint8Array.from(MODULUS);
    even[even.length - 1] = 0;
    const short = Uint8Array.from(MODULUS);
    short[0] = 0;
    for (const wrap of [{ exponent: Uint8Array.of(1) }, { exponent: Uint8Array.of(5) }, { modulus: even }, { modulus: short }])
      expect(await it.failure(it.pad.enterCardPin(cardRequest(enciphered(wrap))))).toMatchObject({ code: "not-permitted" });
    expect(it.hands.asking()).toBe(false);
  });

  test(`${name}: no PIN without a key`, async () => {
    const it = make();
    expect(await it.failure(it.pad.enterPin(request()))).toMatchObject({ code: "key-missing" });
  });

  test(`${name}: MACs, also longer than one frame, and their check`, async () => {
    const it = await loaded();
    const mac = await it.ended(it.pad.mac("ecb", fromHex(MAB)));
    expect(String.fromCharCode(...mac)).toBe("627F49B5");
    expect(toHex(await it.ended(it.pad.mac("x9.9", fromHex(MAB))))).toBe("695E6C07870A2AB7");
    expect(await it.ended(it.pad.verifyMac("ecb", fromHex(MAB), mac))).toBe(true);
    expect(await it.ended(it.pad.verifyMac("ecb", fromHex(MAB), fromHex("3030303030303030")))).toBe(false);
    const long = Uint8Array.from({ length: 1500 }, (_, at) => at & 0xff);
    const longMac = await it.ended(it.pad.mac("ecb", long));
    expect(await it.ended(it.pad.verifyMac("ecb", long, longMac))).toBe(true);
    long[1499] = 0;
    expect(await it.ended(it.pad.verifyMac("ecb", long, longMac))).toBe(false);
    expect(await it.failure(it.pad.mac("ecb", new Uint8Array(0)))).toMatchObject({ code: "rejected" });
  });

  test(`${name}: enciphers a track with either separator`, async () => {
    const it = await loaded();
    for (const track of [TRACK, TRACK.replace("D", "=")]) {
      const { packed, digits } = await it.ended(it.pad.encryptTrack(track));
      expect(digits).toBe(37);
      expect(toHex(packed)).toBe("6229990000000000019D6D5EEE207258B7E700");
    }
  });

  test(`${name}: shows its prompts`, async () => {
    const it = make();
    await it.ended(it.pad.show("processing", 12_34));
    expect(it.hands.prompt()).toBe("processing");
  });

  test(`${name}: calls made at once are done one after the other`, async () => {
    const it = await loaded();
    const all = Promise.all([it.pad.mac("ecb", fromHex(MAB)), it.pad.workingKeyCheck("TDK"), it.pad.mac("x9.9", fromHex(MAB))]);
    const [mac, check, other] = await it.ended(all);
    expect([String.fromCharCode(...mac), toHex(check as Uint8Array), toHex(other)]).toEqual([
      "627F49B5",
      "282193C6",
      "695E6C07870A2AB7",
    ]);
  });

  for (const fault of ["bad-crc", "nak", "lost-ack", "lost-answer"] as const) {
    test(`${name}: ${fault} once or twice is mended; nothing is done twice`, async () => {
      const it = await loaded();
      for (const count of [1, 2]) {
        it.hands.fault(fault, count);
        expect(String.fromCharCode(...(await it.ended(it.pad.mac("ecb", fromHex(MAB)))))).toBe("627F49B5");
      }
      it.hands.fault(fault, 1);
      const result = it.pad.enterPin(request());
      await asked(it);
      it.hands.type([...DIGITS, "enter"]);
      expect(await it.ended(result)).toEqual({ outcome: "entered", block: fromHex("676189BB8BF1100B") });
      expect(it.hands.asking()).toBe(false);
    });
  }

  test(`${name}: a silent pad fails with timeout and works again afterwards`, async () => {
    const it = await loaded();
    it.hands.silent(true);
    expect(await it.failure(it.pad.info())).toMatchObject({ code: "timeout" });
    it.hands.silent(false);
    expect(await it.ended(it.pad.workingKeyCheck("PIK"))).toBeDefined();
  });

  test(`${name}: unplugged, also in the middle of a PIN, and back again`, async () => {
    const it = await loaded();
    const result = it.pad.enterPin(request());
    result.catch(() => {});
    await asked(it);
    it.hands.unplug();
    expect(await it.failure(result)).toMatchObject({ code: "unplugged" });
    expect(await it.failure(it.pad.info())).toMatchObject({ code: "unplugged" });
    it.hands.plug();
    await it.pass(2_000);
    expect((await it.ended(it.pad.info())).tampered).toBe(false);
  });

  test(`${name}: tampered`, async () => {
    const it = await loaded();
    it.hands.tamper();
    await it.pass(100);
    expect(await it.failure(it.pad.mac("ecb", fromHex(MAB)))).toMatchObject({ code: "tampered" });
    expect((await it.ended(it.pad.info())).tampered).toBe(true);
  });

  test(`${name}: tampered, it has no partner any more`, async () => {
    const it = make();
    it.hands.tamper();
    await it.pass(100);
    expect(await it.failure(it.pad.enterCardPin(cardRequest(SEALED)))).toMatchObject({ code: "tampered" });
  });

  test(`${name}: a cable pulled while a PIN for the card is asked`, async () => {
    const it = make();
    const result = it.pad.enterCardPin(cardRequest(enciphered()));
    result.catch(() => {});
    await asked(it);
    it.hands.unplug();
    expect(await it.failure(result)).toMatchObject({ code: "unplugged" });
  });

  test(`${name}: too many PINs`, async () => {
    const it = await loaded();
    let refused: unknown;
    for (let entry = 0; entry < 25 && refused === undefined; entry++) {
      const result = it.pad.enterPin(request());
      const outcome = result.then(
        () => undefined,
        (error: unknown) => error,
      );
      for (let turn = 0; turn < 200 && !it.hands.asking(); turn++) await it.pass(10);
      if (it.hands.asking()) it.hands.type([...DIGITS, "enter"]);
      refused = await it.ended(outcome);
    }
    expect(refused).toMatchObject({ code: "rate-limited" });
    expect((refused as { waitSeconds: number }).waitSeconds).toBeGreaterThan(0);
  });

  test(`${name}: what cannot be right never reaches the pad`, async () => {
    const it = make();
    const bad = [
      () => it.pad.masterKeyCheck(50),
      () => it.pad.loadWorkingKey(1, "PIK", { ...PIK, key: fromHex("00") }),
      () => it.pad.enterCardPin(cardRequest(enciphered({ modulus: MODULUS.slice(0, 64) }))),
      () => it.pad.enterCardPin(cardRequest({ kind: "sealed", challenge: new Uint8Array(4) })),
      () => it.pad.enterPin(request({ pan: "62" })),
      () => it.pad.enterPin(request({ minDigits: 3 })),
      () => it.pad.enterPin(request({ amountFen: -1 })),
      () => it.pad.verifyMac("ecb", new Uint8Array(8), new Uint8Array(4)),
      () => it.pad.encryptTrack("not a track"),
    ];
    for (const call of bad) expect(await it.failure(call())).toMatchObject({ code: "rejected" });
  });
}

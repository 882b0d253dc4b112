import { describe, expect, test } from "vitest";
import { createHost } from "../../../app/acquirer/session.ts";
import { createFakeSystem } from "../../fakes/system.ts";
import { CryptoPad } from "./crypto-pad.ts";
import { approvalOf, FakeLink, framed, hex, opened, OWED, PROFILE, REVERSAL_FRAME, SALE, SALE_FRAME } from "./desk.ts";
import type { Profile } from "../../../app/model/profile.ts";
import type { Request } from "../../../app/acquirer/host.ts";

async function sentFor(request: Request, profile: Profile = PROFILE, capability: "2" | "6" = "6"): Promise<Uint8Array> {
  const link = new FakeLink();
  link.onFrame = (frame) => link.reply(framed(approvalOf(opened(frame))));
  const host = createHost({ system: createFakeSystem(), link, pinpad: new CryptoPad(), profile, capability });
  await host.exchange(request);
  return link.sent[0] as Uint8Array;
}

describe("worked frames of §4.7", () => {
  test("the sale comes out byte for byte", async () => {
    expect(hex(await sentFor(SALE))).toBe(SALE_FRAME);
  });

  test("its reversal comes out byte for byte", async () => {
    expect(hex(await sentFor({ about: "reversal", of: OWED }))).toBe(REVERSAL_FRAME);
  });
});

describe("what the fields of a sale follow", () => {
  const fieldsOf = async (over: Partial<typeof SALE.card> & { pin?: boolean }, profile = PROFILE) => {
    const { pin = true, ...card } = over;
    const request: Request = { ...SALE, card: { ...SALE.card, ...card }, pinBlock: pin ? SALE.pinBlock : undefined };
    return opened(await sentFor(request, profile)).fields;
  };

  test("without a PIN: no 26, no 52, DE22 ends in 2, DE53 begins with 0", async () => {
    const fields = await fieldsOf({ pin: false });
    expect([fields.get(22), fields.get(26), fields.get(52), fields.get(53)]).toEqual([
      "022",
      undefined,
      undefined,
      "0610000000000000",
    ]);
  });

  test("a keyed card: number and expiry, no track; DE53 only with a PIN", async () => {
    const keyed = { entry: "manual", track2: undefined } as const;
    const fields = await fieldsOf({ ...keyed, pin: false });
    expect([fields.get(2), fields.get(14), fields.get(22), fields.get(35), fields.get(53)]).toEqual([
      SALE.card.pan,
      "3012",
      "012",
      undefined,
      undefined,
    ]);
    expect((await fieldsOf(keyed)).get(53)).toBe("2600000000000000");
  });

  test("fallback: DE22 02x and 60.5 = 2", async () => {
    const fields = await fieldsOf({ entry: "fallback" });
    expect([fields.get(22), fields.get(60), fields.has(2)]).toEqual(["021", "2200000100062", false]);
  });

  test("a dialect with the number on a swipe, and partial approval", async () => {
    const dialect = { ...PROFILE.dialect, panOnSwipe: true, partialApproval: true };
    const fields = await fieldsOf({}, { ...PROFILE, dialect });
    expect([fields.get(2), fields.get(60)]).toEqual([SALE.card.pan, "22000001000601"]);
  });

  test("clear tracks where the host gives no track key", async () => {
    const fields = await fieldsOf({}, { ...PROFILE, keys: { ...PROFILE.keys, signOnCode: "003" } });
    expect([fields.get(35), fields.get(53)]).toEqual(["6229990000000000019D30122010000012300", "2600000000000000"]);
  });

  test("an SM4 PIN block goes in DE59, zeros in DE52", async () => {
    const request: Request = { ...SALE, pinBlock: new Uint8Array(16).fill(7) };
    const { fields } = opened(await sentFor(request, { ...PROFILE, keys: { ...PROFILE.keys, signOnCode: "005" } }));
    expect([fields.get(52), fields.get(53), fields.get(59)]).toEqual([new Uint8Array(8), "2300000000000000", request.pinBlock]);
  });

  test("track 3 goes with a stripe when it is one, and stays behind when it is not", async () => {
    const track3 = `99${"1".repeat(20)}=${"2".repeat(30)}`;
    const fields = await fieldsOf({ track3 });
    expect((fields.get(36) as string).length).toBe(track3.length);
    expect((await fieldsOf({ track3: "no track at all" })).has(36)).toBe(false);
  });

  test("a stripe whose track 2 cannot be carried is told by its number", async () => {
    const fields = await fieldsOf({ track2: undefined });
    expect([fields.get(2), fields.has(35)]).toEqual([SALE.card.pan, false]);
  });
});

describe("management messages (§2.1)", () => {
  test("sign-on asks for the keys of its profile and brings the operator", async () => {
    const { mti, fields } = opened(await sentFor({ about: "sign-on", trace: 7, batch: 12, operator: "01" }));
    expect([mti, fields.get(11), fields.get(60), hex(fields.get(63) as Uint8Array), fields.has(64)]).toEqual([
      "0800",
      "000007",
      "00000012004",
      "303120",
      false,
    ]);
    expect(Buffer.from(fields.get(62) as Uint8Array).toString()).toBe("Sequence No10TL00000001");
  });

  test("sign-off and echo", async () => {
    const off = opened(await sentFor({ about: "sign-off", trace: 8, batch: 12 }));
    expect([off.mti, [...off.fields.keys()], off.fields.get(60)]).toEqual(["0820", [11, 41, 42, 60], "00000012002"]);
    const echo = opened(await sentFor({ about: "echo", batch: 12 }));
    expect([echo.mti, [...echo.fields.keys()], echo.fields.get(60)]).toEqual(["0820", [41, 42, 60], "00000012301"]);
  });
});

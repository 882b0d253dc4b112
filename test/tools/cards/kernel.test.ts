/** Every chip card of the tray against the terminal's kernel, which shares no code with it, and the outcome that its line promises. */
import { describe, expect, test } from "vitest";
import { decodeCaKey, type Outcome, runTransaction, toHex, tvrNames } from "../../../app/emv/index.ts";
import { encrypt, xor } from "../../../tools/acquirer/crypto.ts";
import { fromHex } from "../../../tools/acquirer/text.ts";
import { issuerMasters } from "../../../tools/cards/authority.ts";
import type { ChipCard } from "../../../tools/cards/contract.ts";
import { chipProfiles, openChip } from "../../../tools/cards/index.ts";
import { publishedKeys } from "../../../tools/cards/published.ts";
import { insert } from "./slot.ts";

const caKeys = publishedKeys().map(({ objects }) => {
  const read = decodeCaKey(objects);
  if (!read.ok) throw new Error(read.words);
  return read.key;
});

const TERMINAL = {
  applications: [
    {
      aid: "A0000003330101",
      ecashLimitFen: 100_000,
      tacDefault: "D84000A800",
      tacOnline: "D84004F800",
      tacDenial: "0010000000",
      floorLimitFen: 5_000,
      contactless: { floorLimitFen: 100_000, cvmLimitFen: 100_000 },
    },
  ],
  caKeys,
  date: "261122",
  unpredictableNumber: "11223344",
};

/** The issuer's answer, worked out here from the formulas of §10 with bare block ciphers: 91 for code 00. */
function issuerAnswer(pan: string, atc: Uint8Array, cryptogram: Uint8Array, sm: boolean): Uint8Array {
  const algorithm = sm ? "sm4" : "3des";
  const master = fromHex(issuerMasters(pan, algorithm).ac);
  const digits = fromHex(`${pan}01`.slice(-16));
  const ones = (bytes: Uint8Array) => bytes.map((value) => value ^ 0xff);
  const derived = encrypt(algorithm, master, Uint8Array.from([...digits, ...ones(digits)]));
  const session = encrypt(algorithm, derived, Uint8Array.from([...Array(6).fill(0), ...atc, ...Array(6).fill(0), ...ones(atc)]));
  const code = fromHex("3030");
  const mixed = xor(cryptogram, Uint8Array.from([...code, ...Array(6).fill(0)]));
  const sealed = encrypt(algorithm, session, sm ? Uint8Array.from([...mixed, ...Array(8).fill(0)]) : mixed);
  return Uint8Array.from([...sealed.slice(0, 8), ...code]);
}

interface Given {
  face?: "contact" | "contactless";
  amountFen?: number;
  /** No line to the host. */
  offline?: boolean;
  /** The host's cryptogram is wrong. */
  wrongAnswer?: boolean;
  pin?: string;
  type?: string;
  scripts?: string;
  choose?: number;
  sm?: boolean;
}

async function pay(card: ChipCard, given: Given = {}): Promise<Outcome> {
  const slot = insert(card, given.face ?? "contact");
  if (slot === undefined) throw new Error(`${card.id} does not answer`);
  const profile = chipProfiles.find(({ id }) => id === card.id)!;
  const people = {
    chooseApplication: () => given.choose ?? 0,
    onlinePin: () => "entered" as const,
    offlinePin: () => given.pin ?? "1234",
    random: (count: number) => new Uint8Array(count).fill(0x5a),
    percent: () => 99,
  };
  return runTransaction(
    slot,
    { ...TERMINAL, people, ...(given.sm === undefined ? {} : { sm: given.sm }) },
    {
      amountFen: given.amountFen ?? 3_000,
      interface: given.face ?? "contact",
      time: "101112",
      ...(given.type === undefined ? {} : { type: given.type }),
    },
    ({ tags }) => {
      if (given.offline === true) return undefined;
      const sm = toHex(tags["9F10"]!).slice(14, 16) === "04";
      const authenticationData = issuerAnswer(profile.pan, tags["9F36"]!, tags["9F26"]!, sm);
      if (given.wrongAnswer === true) authenticationData[0]! ^= 1;
      return { code: "00", authenticationData, ...(given.scripts === undefined ? {} : { scripts: given.scripts }) };
    },
  );
}

const bits = (outcome: Outcome): readonly string[] => tvrNames(outcome.data["95"]!);
const view = (card: ChipCard) => card.view().applications[0]!;

type Ending = readonly [result: string, reason: string, authenticated: boolean];
const ONLINE: Ending = ["approved-online", "approved", true];
const OFFLINE: Ending = ["approved-offline", "approved", true];
/** The cryptogram of one tap that goes online proves the card to its issuer alone. */
const TAP_ONLINE: Ending = ["approved-online", "approved", false];
const UNPROVEN: Ending = ["approved-online", "approved", false];

/** What a purchase of 30.00 comes to: by the contacts, in the field. */
const EXPECTED: Record<string, { contact?: Ending; contactless?: Ending }> = {
  "chip-debit-1": { contact: ONLINE, contactless: TAP_ONLINE },
  "chip-credit-1": { contact: OFFLINE, contactless: TAP_ONLINE },
  "chip-ecash-1": { contact: OFFLINE, contactless: OFFLINE },
  "chip-ecash-low": { contact: ONLINE, contactless: TAP_ONLINE },
  "chip-ecash-only": { contact: OFFLINE, contactless: OFFLINE },
  "chip-sm-1": { contact: OFFLINE, contactless: OFFLINE },
  "chip-sda-1": { contact: ONLINE },
  "chip-pin-1": { contact: OFFLINE },
  "chip-plain-pin-1": { contact: OFFLINE },
  "chip-choice-1": { contact: ONLINE, contactless: TAP_ONLINE },
  "chip-confirm-1": { contact: ONLINE },
  "chip-no-directory": { contact: ONLINE },
  "chip-cdol2-1": { contact: ONLINE },
  "chip-slow": { contact: ONLINE, contactless: TAP_ONLINE },
  "chip-slow-t1": { contact: ONLINE },
  "chip-wrong-atr": { contact: ONLINE },
  "chip-warm-only": { contact: ONLINE },
  "chip-no-application": {
    contact: ["not-accepted", "no-application", false],
    contactless: ["other-interface", "no-application", false],
  },
  "chip-blocked-app": { contact: ["not-accepted", "all-refused", false], contactless: ["other-interface", "all-refused", false] },
  "chip-blocked-card": {
    contact: ["card-blocked", "card-blocked", false],
    contactless: ["other-interface", "no-application", false],
  },
  "chip-expired": { contact: UNPROVEN, contactless: ["declined-offline", "expired", false] },
  "chip-wrong-certificate": { contact: UNPROVEN, contactless: UNPROVEN },
  "chip-wrong-certificate-cda": { contact: UNPROVEN },
  "chip-refuses-second-ac": { contact: ["declined-online", "card-declined", true] },
  "chip-dies-at-second-ac": { contact: ["card-error", "card-lost", true] },
  "chip-lenient": { contact: ONLINE },
  "chip-service-not-allowed": { contact: ["not-accepted", "service-not-allowed", true] },
  "chip-conditions": { contact: ["not-accepted", "all-refused", false], contactless: ["other-interface", "all-refused", false] },
  "chip-doubled-object": { contact: ["terminated", "duplicate-object", false] },
  "chip-two-in-field": { contact: ONLINE, contactless: TAP_ONLINE },
  "chip-pin-blocked": { contact: ONLINE },
  "chip-phone-1": { contactless: TAP_ONLINE },
  "chip-phone-locked": { contactless: ["try-again", "see-phone", false] },
};

const sides = chipProfiles.flatMap(({ id, contact, field }) => [
  ...(contact === undefined || id === "chip-mute" ? [] : [{ id, face: "contact" as const }]),
  ...(field === undefined ? [] : [{ id, face: "contactless" as const }]),
]);

test.each(sides)("$id, $face", async ({ id, face }) => {
  const card = openChip(id, { seed: 5 });
  const outcome = await pay(card, { face });
  expect([outcome.result, outcome.reason, outcome.authenticated], outcome.words).toEqual(EXPECTED[id]?.[face]);
  if (outcome.result === "approved-offline") expect(outcome.ecash).toBe(view(card).balanceFen !== undefined);
});

test("a phone that asks to be looked at pays with the next tap, and asks anew afterwards", async () => {
  const card = openChip("chip-phone-locked");
  const ends = [];
  for (let n = 0; n < 3; n++) ends.push((await pay(card, { face: "contactless" })).reason);
  expect(ends).toEqual(["see-phone", "approved", "see-phone"]);
});

describe("the purse", () => {
  test("pays by the contacts, keeps the payment in its log, and sends to the host before it is empty", async () => {
    const card = openChip("chip-ecash-1");
    const first = await pay(card, { amountFen: 30_000 });
    expect([first.ecash, first.purse.beforeFen, first.purse.afterFen]).toEqual([true, 50_000, 20_000]);
    expect(view(card)).toMatchObject({
      balanceFen: 20_000,
      log: [{ amountFen: 30_000, date: "261122", time: "101112", type: "00" }],
    });
    const second = await pay(card, { amountFen: 19_500 });
    expect([second.result, second.ecash]).toEqual(["approved-online", false]);
    expect(view(card).balanceFen).toBe(20_000);
  });

  test("in one tap it pays when its last record is read, and not before", async () => {
    const card = openChip("chip-ecash-1");
    const slot = insert(card, "contactless")!;
    let records = 0;
    const torn = await runTransaction(
      // The last of five records: the card never hears the command.
      { ...slot, transmit: (command) => (command[1] === 0xb2 && ++records === 5 ? undefined : slot.transmit(command)) },
      TERMINAL,
      { amountFen: 3_000, interface: "contactless" },
    );
    expect(torn.result).not.toBe("approved-offline");
    expect(view(card)).toMatchObject({ balanceFen: 50_000, atc: 1, log: [] });
    const whole = await pay(card, { face: "contactless" });
    expect([whole.result, whole.ecash]).toEqual(["approved-offline", true]);
    expect(view(card)).toMatchObject({ balanceFen: 47_000, atc: 2 });
  });

  test("a card that is put back where it was goes on there", async () => {
    const card = openChip("chip-ecash-1");
    await pay(card);
    const again = openChip("chip-ecash-1", { memory: structuredClone(card.memory()) });
    expect(again.view()).toEqual(card.view());
    expect(view(again)).toMatchObject({ balanceFen: 47_000, atc: 1 });
  });
});

describe("the issuer", () => {
  test("is not believed with a wrong cryptogram: the card declines and the host has to take it back", async () => {
    const outcome = await pay(openChip("chip-debit-1"), { wrongAnswer: true });
    expect([outcome.result, outcome.reason, outcome.reversal]).toEqual(["declined-online", "card-declined", true]);
    expect(bits(outcome)).toContain("issuer-authentication-failed");
  });

  test("is believed by a lenient card all the same, and the terminal knows", async () => {
    const outcome = await pay(openChip("chip-lenient"), { wrongAnswer: true });
    expect(outcome.result).toBe("approved-online");
    expect(bits(outcome)).toContain("issuer-authentication-failed");
  });

  test("that cannot be reached leaves a decline over the floor limit, and the card's own word under it", async () => {
    expect((await pay(openChip("chip-debit-1"), { offline: true, amountFen: 8_000 })).result).toBe("declined-offline");
    expect((await pay(openChip("chip-debit-1"), { offline: true })).result).toBe("approved-offline");
  });

  test("is authenticated through CDOL2 where the card wants it so", async () => {
    expect((await pay(openChip("chip-cdol2-1"), { wrongAnswer: true })).result).toBe("declined-online");
  });
});

describe("PINs", () => {
  test.each(["chip-pin-1", "chip-plain-pin-1"])(
    "%s: a right one is taken, wrong ones are counted down to the end",
    async (id) => {
      const card = openChip(id);
      const right = await pay(card);
      expect(toHex(right.data["9F34"]!)).toMatch(/02$/);
      const wrong = await pay(card, { pin: "9999" });
      expect(bits(wrong)).toContain("pin-tries-exceeded");
      expect(view(card).pinTriesLeft).toBe(0);
    },
  );
});

test("an SM card works with RSA where the terminal knows no SM", async () => {
  const modern = await pay(openChip("chip-sm-1"), { amountFen: 80_000 });
  const old = await pay(openChip("chip-sm-1"), { amountFen: 80_000, sm: false });
  expect([modern.authenticated, toHex(modern.data["9F10"]!).slice(14, 16)]).toEqual([true, "04"]);
  expect([old.authenticated, toHex(old.data["9F10"]!).slice(14, 16)]).toEqual([true, "01"]);
  expect([modern.result, old.result]).toEqual(["approved-online", "approved-online"]);
});

test("the one chosen of two is the one that pays", async () => {
  const card = openChip("chip-choice-1");
  const outcome = await pay(card, { choose: 1 });
  expect(toHex(outcome.data["84"]!)).toBe("A000000333010102");
  expect(card.view().applications.map(({ atc }) => atc)).toEqual([0, 1]);
});

test("two near at once are two in the field; a mute card is silent at both resets", () => {
  expect(openChip("chip-two-in-field").field.map(({ uid }) => toHex(uid))).toHaveLength(2);
  const { contact } = openChip("chip-mute");
  expect([contact!.reset("cold").kind, contact!.reset("warm").kind]).toEqual(["mute", "mute"]);
});

/** Chips against somebody else's: an independent terminal pays with the tray's cards, and an independent card pays at the terminal's kernel. */
import { describe, expect, test } from "vitest";
import { type Outcome, runTransaction, toHex, tvrNames } from "../../app/emv/index.ts";
import { authorityKey, issuerMasters } from "../../tools/cards/authority.ts";
import { openChip } from "../../tools/cards/index.ts";
import { talk } from "../tools/cards/slot.ts";
import { AID, AUTHORITY, PAN, PeerCard, PIN, type Proof } from "./emv-card.ts";
import { payWith } from "./emv-terminal.ts";

describe("an independent terminal", () => {
  const publicOf = (index: string) => {
    const key = authorityKey(index);
    if (key.kind !== "rsa") throw new Error("an RSA key was asked for");
    return { n: key.n, e: key.e };
  };
  const terminal = {
    authorities: { "80": publicOf("80"), "81": publicOf("81") },
    master: issuerMasters("622999", "3des").ac,
    amountFen: 12_345,
  };

  test.each([
    ["chip-debit-1", "dda"],
    ["chip-credit-1", "cda"],
    ["chip-sda-1", "sda"],
    ["chip-pin-1", "cda"],
    ["chip-sm-1", "cda"],
    ["chip-ecash-low", "dda"],
    ["chip-slow-t1", "cda"],
  ])("pays with %s, proven by %s, twice", async (id, proof) => {
    const card = openChip(id, { seed: 1 });
    for (const atc of [1, 2]) {
      const send = talk(card);
      const paid = await payWith((command) => Promise.resolve(send(command)), terminal);
      expect(paid).toMatchObject({ proof, atc });
    }
  });

  test("does not believe a card whose certificate is wrong, nor one of another issuer", async () => {
    const wrong = talk(openChip("chip-wrong-certificate", { seed: 1 }));
    await expect(payWith((command) => Promise.resolve(wrong(command)), terminal)).rejects.toThrow(/signature|hash|format/);
    const other = talk(openChip("chip-debit-1", { seed: 1 }));
    const stranger = { ...terminal, master: "00".repeat(16) };
    await expect(payWith((command) => Promise.resolve(other(command)), stranger)).rejects.toThrow("is not this card's");
  });
});

describe("an independent card", () => {
  const pay = (card: PeerCard, { pin = PIN, code = "00", wrong = false } = {}): Promise<Outcome> =>
    runTransaction(
      card.transmit,
      {
        applications: ["A0000003330101"],
        caKeys: [AUTHORITY],
        capabilities: "E0F8C8",
        date: "261122",
        people: {
          offlinePin: () => pin,
          random: (count) => new Uint8Array(count).map((_, at) => at * 7 + 1),
        },
      },
      10_000,
      () => ({ code, authenticationData: wrong ? "0000000000000000" + "3030" : card.arpc }),
    );
  const ways = (["sda", "dda", "cda"] as const).flatMap((proof) =>
    (["77", "80"] as const).map((format) => [proof, format] as const),
  );

  test.each(ways)("proven by %s, answers in %s: approved online, its PIN enciphered", async (proof: Proof, format) => {
    const card = new PeerCard(proof, format);
    const outcome = await pay(card);
    expect([outcome.result, outcome.reason, outcome.authenticated], outcome.words).toEqual(["approved-online", "approved", true]);
    expect(toHex(outcome.data["5A"]!)).toBe(PAN);
    expect(toHex(outcome.data["84"]!)).toBe(AID);
    expect(toHex(outcome.data["9F34"]!)).toBe(proof === "sda" ? "1F0002" : "440302");
    // Nothing but the floor limit stands in the TVR (and, with SDA, that it was chosen).
    expect(tvrNames(outcome.data["95"]!)).toEqual(proof === "sda" ? ["sda-selected", "floor-limit"] : ["floor-limit"]);
    expect(card.pinTries).toBe(3);
  });

  test.each(["dda", "cda"] as const)("proven by %s: a wrong PIN is counted down and out", async (proof) => {
    const card = new PeerCard(proof, "77");
    const outcome = await pay(card, { pin: "9999" });
    expect(card.pinTries).toBe(0);
    expect(tvrNames(outcome.data["95"]!)).toContain("pin-tries-exceeded");
    expect(toHex(outcome.data["9F34"]!)).toBe("1F0002");
  });

  test("an issuer it does not believe: refused by the card, taken back at the host", async () => {
    const outcome = await pay(new PeerCard("cda", "77"), { wrong: true });
    expect([outcome.result, outcome.reversal]).toEqual(["declined-online", true]);
    expect(tvrNames(outcome.data["95"]!)).toContain("issuer-authentication-failed");
  });

  test("declined by its issuer: both agree", async () => {
    const outcome = await pay(new PeerCard("dda", "80"), { code: "51" });
    expect([outcome.result, outcome.reversal]).toEqual(["declined-online", false]);
  });
});

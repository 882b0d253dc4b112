/** Our session against the host simulator, whose tables, codec and cryptography are its own (tools/acquirer). */
import { beforeEach, describe, expect, test } from "vitest";
import { readAnswer } from "../../../app/acquirer/answers.ts";
import type { CardData, ReversalRecord } from "../../../app/model/transaction.ts";
import { OWED, SWIPED } from "./desk.ts";
import { openPeer, type Peer, PROFILE } from "./peer.ts";

let peer: Peer;
beforeEach(() => {
  peer = openPeer();
});

describe.each(["003", "004"] as const)("keys of sign-on %s", (signOnCode) => {
  const profile = { ...PROFILE, keys: { ...PROFILE.keys, signOnCode } };

  test("sign-on, sale, reversal: both sides agree on the money", async () => {
    const batch = await peer.signOn(profile);
    const fate = await peer.ask(peer.sale(batch, 2), profile);
    expect(fate, JSON.stringify(peer.acquirer.state().log.at(-1))).toMatchObject({ fate: "answered", code: "00" });
    if (fate.fate !== "answered") return;
    const read = readAnswer(fate.answer);
    expect(read.reference).toMatch(/^\d{12}$/);
    expect(read.authCode).toHaveLength(6);
    expect(peer.acquirer.ledger().byState).toMatchObject({ approved: 1 });

    const of: ReversalRecord = { ...OWED, batch, trace: 2 };
    expect(await peer.ask({ about: "reversal", of }, profile)).toMatchObject({ fate: "answered", code: "00" });
    expect(peer.acquirer.ledger().byState).toMatchObject({ reversed: 1 });
  });
});

test("a keyed card is told by number and expiry", async () => {
  const batch = await peer.signOn();
  const card: CardData = { ...SWIPED, entry: "manual", track2: undefined };
  expect(await peer.ask(peer.sale(batch, 2, card)), JSON.stringify(peer.acquirer.state().log.at(-1))).toMatchObject({
    fate: "answered",
    code: "00",
  });
});

test("a wrong PIN is declined by the host, so the block and the number agree", async () => {
  const batch = await peer.signOn();
  expect(await peer.ask(peer.sale(batch, 2, SWIPED, "654321"))).toMatchObject({ fate: "answered", code: "55" });
});

test("a partial approval", async () => {
  const profile = { ...PROFILE, dialect: { ...PROFILE.dialect, partialApproval: true } };
  const batch = await peer.signOn(profile);
  peer.acquirer.addRule({ match: { mti: "0200" }, answer: { "39": "10", "4": "000000000400" } });
  const fate = await peer.ask(peer.sale(batch, 2), profile);
  expect(fate).toMatchObject({ fate: "answered", code: "10" });
  if (fate.fate === "answered") expect(readAnswer(fate.answer).amountFen).toBe(400);
});

test("echo and sign-off", async () => {
  await peer.signOn();
  expect(await peer.ask({ about: "echo", batch: 1 })).toMatchObject({ fate: "answered", code: "00" });
  expect(await peer.ask({ about: "sign-off", trace: 3, batch: 1 })).toMatchObject({ fate: "answered", code: "00" });
});

describe("the host's faults and what they mean here", () => {
  test.each([
    ["silence", "silent"],
    ["drop-request", "silent"],
    ["wrong-mac", "bad-mac"],
    ["no-mac", "bad-mac"],
    ["wrong-trace", "silent"],
    ["wrong-mti", "silent"],
    ["wrong-amount", "wrong-packet"],
    ["wrong-terminal", "wrong-packet"],
    ["duplicate", "answered"],
  ] as const)("%s: %s", async (fault, fate) => {
    const batch = await peer.signOn();
    peer.acquirer.addRule({ match: { mti: "0200" }, fault });
    expect(await peer.ask(peer.sale(batch, 2))).toMatchObject({ fate });
  });
});

/** Our session against the host simulator, whose tables, codec and cryptography are its own (tools/acquirer). */
import { beforeEach, describe, expect, test } from "vitest";
import { readAnswer } from "../../../app/acquirer/answers.ts";
import type { Fate, Request } from "../../../app/acquirer/host.ts";
import { loadWorkingKeys } from "../../../app/acquirer/keys.ts";
import { createHost } from "../../../app/acquirer/session.ts";
import type { Profile } from "../../../app/model/profile.ts";
import type { CardData, ReversalRecord } from "../../../app/model/transaction.ts";
import type { Connection, Link } from "../../../hal/link/link.ts";
import { createAcquirer } from "../../../tools/acquirer/index.ts";
import type { AcquirerHost } from "../../../tools/acquirer/contract.ts";
import { createFakeSystem, type FakeSystem } from "../../fakes/system.ts";
import { CryptoPad, encipher, TEST_KEYS } from "./crypto-pad.ts";
import { OWED, PROFILE as WORKED, SWIPED, unhex } from "./desk.ts";

const PROFILE: Profile = { ...WORKED, merchant: { id: "898110154110001", name: "示例商户" }, terminal: { id: "10000001" } };

let system: FakeSystem;
let acquirer: AcquirerHost;
let pad: CryptoPad;

/** The length in front of a frame is the link's; here the link is two function calls. */
function linkTo(host: AcquirerHost): Link {
  return {
    kind: "ethernet",
    state: "up",
    connect: async (): Promise<Connection> => {
      const frames: Uint8Array[] = [];
      let waiting: ((frame: Uint8Array) => void) | undefined;
      let heard = Buffer.alloc(0);
      const far = host.connect({
        send: (bytes) => {
          heard = Buffer.concat([heard, bytes]);
          if (heard.length < 2 || heard.length < 2 + heard.readUInt16BE(0)) return;
          const frame = Uint8Array.from(heard.subarray(2, 2 + heard.readUInt16BE(0)));
          if (waiting === undefined) frames.push(frame);
          else waiting(frame);
        },
        close: () => {},
      });
      return {
        send: (frame) => far.receive(Uint8Array.from([frame.length >> 8, frame.length & 255, ...frame])),
        receive: () =>
          new Promise((resolve) => {
            const next = frames.shift();
            if (next === undefined) waiting = resolve;
            else resolve(next);
          }),
        close: () => far.ended(),
      };
    },
  };
}

beforeEach(() => {
  system = createFakeSystem();
  pad = new CryptoPad(false);
  acquirer = createAcquirer({
    profile: {
      ...PROFILE,
      testKeys: {
        masterKeys: { 1: "0123456789ABCDEFFEDCBA9876543210" },
        workingKeys: {
          PIK: TEST_KEYS.PIK.toString("hex"),
          MAK: TEST_KEYS.MAK.toString("hex"),
          TDK: TEST_KEYS.TDK.toString("hex"),
        },
      },
    },
    clock: { wallMs: () => system.wallMs(), after: (ms, callback) => system.scheduler.after(ms, "work", callback) },
    accounts: [{ pan: SWIPED.pan, pin: "123456", balanceFen: 100_000, expiry: "3012" }],
  });
});

async function ask(request: Request, profile = PROFILE): Promise<Fate> {
  const pending = createHost({ system, link: linkTo(acquirer), pinpad: pad, profile }).exchange(request);
  await system.advance(profile.responseTimeoutMs + 1);
  return pending;
}

async function signOn(profile = PROFILE): Promise<number> {
  const fate = await ask({ about: "sign-on", trace: 1, batch: 1, operator: "01" }, profile);
  if (fate.fate !== "answered") throw new Error(`sign-on: ${JSON.stringify(fate)}`);
  const { batch, keyBlock, code } = readAnswer(fate.answer);
  expect(code, JSON.stringify(acquirer.state().log.at(-1))).toBe("00");
  await loadWorkingKeys(pad, 1, profile.keys.signOnCode, keyBlock);
  return batch as number;
}

/** §4.4: format 0 with this card's number. */
const pinBlock = (pin: string): Uint8Array => {
  const clear = unhex(`${pin.length.toString(16).padStart(2, "0")}${pin}`.padEnd(16, "F"));
  const pan = unhex(`0000${SWIPED.pan.slice(-13, -1)}`);
  return Uint8Array.from(
    encipher(
      pad.keys.get("PIK") as Buffer,
      clear.map((byte, i) => byte ^ (pan[i] as number)),
    ),
  );
};

const sale = (batch: number, trace: number, card: CardData = SWIPED, pin = "123456"): Request => ({
  about: "sale",
  trace,
  batch,
  amountFen: 1000,
  card,
  pinBlock: pinBlock(pin),
  operator: "01",
});

describe.each(["003", "004"] as const)("keys of sign-on %s", (signOnCode) => {
  const profile = { ...PROFILE, keys: { ...PROFILE.keys, signOnCode } };

  test("sign-on, sale, reversal: both sides agree on the money", async () => {
    const batch = await signOn(profile);
    const fate = await ask(sale(batch, 2), profile);
    expect(fate, JSON.stringify(acquirer.state().log.at(-1))).toMatchObject({ fate: "answered", code: "00" });
    if (fate.fate !== "answered") return;
    const read = readAnswer(fate.answer);
    expect(read.reference).toMatch(/^\d{12}$/);
    expect(read.authCode).toHaveLength(6);
    expect(acquirer.ledger().byState).toMatchObject({ approved: 1 });

    const of: ReversalRecord = { ...OWED, batch, trace: 2 };
    expect(await ask({ about: "reversal", of }, profile)).toMatchObject({ fate: "answered", code: "00" });
    expect(acquirer.ledger().byState).toMatchObject({ reversed: 1 });
  });
});

test("a keyed card is told by number and expiry", async () => {
  const batch = await signOn();
  const card: CardData = { ...SWIPED, entry: "manual", track2: undefined };
  expect(await ask(sale(batch, 2, card)), JSON.stringify(acquirer.state().log.at(-1))).toMatchObject({
    fate: "answered",
    code: "00",
  });
});

test("a wrong PIN is declined by the host, so the block and the number agree", async () => {
  const batch = await signOn();
  expect(await ask(sale(batch, 2, SWIPED, "654321"))).toMatchObject({ fate: "answered", code: "55" });
});

test("a partial approval", async () => {
  const profile = { ...PROFILE, dialect: { ...PROFILE.dialect, partialApproval: true } };
  const batch = await signOn(profile);
  acquirer.addRule({ match: { mti: "0200" }, answer: { "39": "10", "4": "000000000400" } });
  const fate = await ask(sale(batch, 2), profile);
  expect(fate).toMatchObject({ fate: "answered", code: "10" });
  if (fate.fate === "answered") expect(readAnswer(fate.answer).amountFen).toBe(400);
});

test("echo and sign-off", async () => {
  await signOn();
  expect(await ask({ about: "echo", batch: 1 })).toMatchObject({ fate: "answered", code: "00" });
  expect(await ask({ about: "sign-off", trace: 3, batch: 1 })).toMatchObject({ fate: "answered", code: "00" });
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
    const batch = await signOn();
    acquirer.addRule({ match: { mti: "0200" }, fault });
    expect(await ask(sale(batch, 2))).toMatchObject({ fate });
  });
});

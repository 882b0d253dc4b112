/** Our session on a line to the host simulator, in process: two function calls instead of a wire, and a clock that a test moves. */
import { expect } from "vitest";
import { readAnswer } from "../../../app/acquirer/answers.ts";
import type { Fate, FinancialRequest, Message, Request } from "../../../app/acquirer/host.ts";
import { loadWorkingKeys } from "../../../app/acquirer/keys.ts";
import { createHost } from "../../../app/acquirer/session.ts";
import type { Profile } from "../../../app/model/profile.ts";
import type { CardData } from "../../../app/model/transaction.ts";
import type { Connection, Link } from "../../../hal/link/link.ts";
import { createAcquirer } from "../../../tools/acquirer/index.ts";
import type { AcquirerHost } from "../../../tools/acquirer/contract.ts";
import { createFakeSystem, type FakeSystem } from "../../fakes/system.ts";
import { CryptoPad, encipher, TEST_KEYS } from "./crypto-pad.ts";
import { PROFILE as WORKED, SWIPED, unhex } from "./desk.ts";

export const PROFILE: Profile = {
  ...WORKED,
  merchant: { id: "898110154110001", name: "示例商户" },
  terminal: { id: "10000001" },
};

/** A card of another organisation. */
export const FOREIGN: CardData = {
  ...SWIPED,
  pan: "4000000000000002",
  track2: "4000000000000002=30122010000012300",
};

export interface Peer {
  readonly system: FakeSystem;
  readonly acquirer: AcquirerHost;
  readonly pad: CryptoPad;
  ask(request: Request, profile?: Profile): Promise<Fate>;
  /** The answer, or a failed test with the host's own words. */
  answer(request: Request, profile?: Profile): Promise<{ code: string; answer: Message }>;
  signOn(profile?: Profile): Promise<number>;
  sale(batch: number, trace: number, card?: CardData, pin?: string): FinancialRequest;
}

export function openPeer(): Peer {
  const system = createFakeSystem();
  const pad = new CryptoPad(false);
  const acquirer = createAcquirer({
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
    accounts: [
      { pan: SWIPED.pan, pin: "123456", balanceFen: 100_000, expiry: "3012" },
      { pan: FOREIGN.pan, pin: "123456", balanceFen: 100_000, expiry: "3012" },
    ],
  });

  const ask = async (request: Request, profile = PROFILE): Promise<Fate> => {
    const pending = createHost({ system, link: linkTo(acquirer), pinpad: pad, profile }).exchange(request);
    await system.advance(profile.responseTimeoutMs + 1);
    return pending;
  };
  const saidBy = (): string => JSON.stringify(acquirer.state().log.at(-1));

  return {
    system,
    acquirer,
    pad,
    ask,
    answer: async (request, profile) => {
      const fate = await ask(request, profile);
      if (fate.fate !== "answered") throw new Error(`${request.about}: ${JSON.stringify(fate)} ${saidBy()}`);
      return fate;
    },
    signOn: async (profile = PROFILE) => {
      const fate = await ask({ about: "sign-on", trace: 1, batch: 1, operator: "01" }, profile);
      if (fate.fate !== "answered") throw new Error(`sign-on: ${JSON.stringify(fate)}`);
      const { batch, keyBlock, code } = readAnswer(fate.answer);
      expect(code, saidBy()).toBe("00");
      await loadWorkingKeys(pad, 1, profile.keys.signOnCode, keyBlock);
      return batch as number;
    },
    sale: (batch, trace, card = SWIPED, pin = "123456") => ({
      about: "sale",
      trace,
      batch,
      amountFen: 1000,
      card,
      pinBlock: pinBlock(pad, card.pan, pin),
      operator: "01",
    }),
  };
}

/** §4.4: format 0 with this card's number. */
export function pinBlock(pad: CryptoPad, pan: string, pin: string): Uint8Array {
  const clear = unhex(`${pin.length.toString(16).padStart(2, "0")}${pin}`.padEnd(16, "F"));
  const number = unhex(`0000${pan.slice(-13, -1)}`);
  return Uint8Array.from(
    encipher(
      pad.keys.get("PIK") as Buffer,
      clear.map((byte, i) => byte ^ (number[i] as number)),
    ),
  );
}

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

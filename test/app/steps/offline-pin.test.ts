/** A PIN the card checks: what the kernel is told of whatever pad, reader and cardholder do; and 9F33 out of the board. */
import { expect, test } from "vitest";
import type { CardPinRequest, PinPadErrorCode, PinResult } from "../../../hal/pinpad/pinpad.ts";
import type { IccErrorCode } from "../../../hal/icc/icc.ts";
import { DeviceError } from "../../../hal/errors.ts";
import { toHex } from "../../../platform/guest/bytes.ts";
import type { Cancel } from "../../../platform/guest/system.ts";
import { capabilitiesOf } from "../../../app/steps/capabilities.ts";
import { offlinePins } from "../../../app/steps/offline-pin.ts";
import { Left, type Terminal } from "../../../app/steps/terminal.ts";
import { wordsIn } from "../../../app/text/index.ts";
import { readBoard } from "../../../tools/sim/board.ts";

const root = process.env.TAEL_ROOT ?? process.cwd();
const CHALLENGE = new Uint8Array(8).fill(7);
const BLOCK = new Uint8Array(16).fill(9);
const ENCIPHER = { modulus: new Uint8Array(128).fill(0xc1), exponent: Uint8Array.of(3), challenge: CHALLENGE };

interface Scene {
  /** What becomes of the entry. */
  pad?: PinResult | PinPadErrorCode | "none";
  /** Of the challenge, or of VERIFY. */
  reader?: { challenge?: IccErrorCode; verify?: number | IccErrorCode } | "none";
  /** The card is out when the entry ends. */
  out?: boolean;
}

function scene({ pad = { outcome: "entered", block: BLOCK }, reader = {}, out = false }: Scene = {}) {
  const asked: CardPinRequest[] = [];
  const shown: Record<string, unknown>[] = [];
  const fails = (device: string, code: string) => Promise.reject(new DeviceError(device, code, "so it is"));
  const pinpad = {
    enterCardPin: (request: CardPinRequest, _cancel?: Cancel) => {
      asked.push(request);
      return typeof pad === "string" ? fails("pinpad", pad) : Promise.resolve(pad);
    },
  };
  const said = typeof reader === "string" ? {} : reader;
  const pinChannel = {
    challenge: () => (said.challenge === undefined ? Promise.resolve(CHALLENGE) : fails("icc", said.challenge)),
    verify: () => {
      const { verify = 0x9000 } = said;
      return typeof verify === "string" ? fails("icc", verify) : Promise.resolve(verify);
    },
  };
  const words = wordsIn("zh-CN");
  const t = {
    devices: {
      ...(pad === "none" ? {} : { pinpad }),
      icc: {
        present: !out,
        pinChannel: reader === "none" ? undefined : pinChannel,
        waitAbsent: (cancel: Cancel) => new Promise((_, no) => cancel.onCancel(no)),
      },
    },
    system: { log: { warn: () => {} } },
    ui: {
      say: words.say.bind(words),
      show: (_: string, state: Record<string, unknown>) => shown.push(state),
      onCancelKey: () => () => {},
      bad: () => {},
    },
  } as unknown as Terminal;
  const people = offlinePins(t, { amountFen: 100, masked: () => "622999*********0082" });
  const ask = async (triesLeft: number | undefined = 3, enciphered = false) =>
    people.offlinePin?.(enciphered ? { kind: "enciphered", triesLeft, encipher: ENCIPHER } : { kind: "plain", triesLeft });
  return { ask, asked, shown, people };
}

test("plain: sealed under the reader's challenge; the reader sends VERIFY, the kernel gets its status", async () => {
  const { ask, asked } = scene({ reader: { verify: 0x63c2 } });
  expect(await ask()).toEqual({ verified: 0x63c2 });
  expect(asked[0]?.wrap).toEqual({ kind: "sealed", challenge: CHALLENGE });
});

test("enciphered: the kernel gets the block, and the reader is asked nothing", async () => {
  const { ask, asked } = scene({ reader: "none" });
  expect(await ask(3, true)).toEqual({ block: BLOCK });
  expect(asked[0]?.wrap).toEqual({ kind: "enciphered", ...ENCIPHER });
});

test("left out, cancelled, and cancelled because the card is gone", async () => {
  expect(await scene({ pad: { outcome: "empty" } }).ask()).toBe("bypassed");
  expect(await scene({ pad: { outcome: "cancelled" } }).ask()).toBe("cancelled");
  expect(await scene({ pad: { outcome: "cancelled" }, out: true }).ask()).toEqual({ verified: 0x6f00 });
});

test("nobody at the pad, or a pad that must rest: left, with words", async () => {
  await expect(scene({ pad: { outcome: "timeout" } }).ask()).rejects.toMatchObject({ why: "timeout" });
  await expect(scene({ pad: "rate-limited" }).ask()).rejects.toBeInstanceOf(Left);
});

test.each(["key-missing", "unplugged", "timeout", "tampered", "not-permitted", "rejected", "none"] as const)(
  "a pad that cannot (%s) is no pad",
  async (pad) => {
    expect(await scene({ pad }).ask()).toBe("no-pad");
  },
);

test("a reader that is no partner of the pad's is no pad; one that loses the card says so with its next command", async () => {
  expect(await scene({ reader: "none" }).ask()).toBe("no-pad");
  expect(await scene({ reader: { challenge: "rejected" } }).ask()).toBe("no-pad");
  expect(await scene({ reader: { verify: "rejected" } }).ask()).toBe("no-pad");
  expect(await scene({ reader: { verify: "card-removed" } }).ask()).toEqual({ verified: 0x6f00 });
});

test("what people read: tries left, a wrong one, the last", async () => {
  const { ask, asked, shown, people } = scene();
  await ask(3);
  people.message?.("incorrect-pin");
  await ask(2);
  people.message?.("incorrect-pin");
  people.message?.("last-pin-try");
  await ask(1);
  expect(asked.map(({ prompt }) => prompt)).toEqual(["enter-pin", "wrong-pin", "last-try"]);
  expect(shown.map(({ note }) => note)).toEqual([
    "脱机密码，剩余次数 3",
    "密码错，请重新输入，剩余次数 2",
    "密码错，最后一次机会，再错将锁定",
  ]);
  const silent = scene();
  await silent.people.offlinePin?.({ kind: "plain", triesLeft: undefined });
  expect(silent.shown[0]?.note).toBe("脱机密码，由卡片核对");
});

test("9F33 says what the board's devices can do together", () => {
  const desk = readBoard("desk", root);
  expect(toHex(capabilitiesOf(desk))).toBe("E0F8C8");
  expect(toHex(capabilitiesOf(readBoard("counter", root)))).toBe("E078C8");
  const { pinpad: _, ...without } = desk.devices;
  expect(toHex(capabilitiesOf({ ...desk, devices: without }))).toBe("E028C8");
  const { printer: __, ...paperless } = desk.devices;
  expect(toHex(capabilitiesOf({ ...desk, devices: paperless }))).toBe("E0D8C8");
});

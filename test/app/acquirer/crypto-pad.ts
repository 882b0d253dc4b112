/** A PIN pad in memory with real cryptography (spec §4): keys come in enciphered, blocks and MACs come out. */
import { createCipheriv, createDecipheriv } from "node:crypto";
import { DeviceError } from "../../../hal/errors.ts";
import type { EncipheredKey, MacMethod, PinPad, PinPadErrorCode, PinResult, WorkingKey } from "../../../hal/pinpad/pinpad.ts";

const TMK = Buffer.from("0123456789ABCDEFFEDCBA9876543210", "hex");

export const TEST_KEYS = {
  PIK: Buffer.from("1C1C1C1C2A2A2A2A3D3D3D3D4F4F4F4F", "hex"),
  MAK: Buffer.from("5E5E5E5E6B6B6B6B", "hex"),
  TDK: Buffer.from("7A7A7A7A8585858594949494A1A1A1A1", "hex"),
} as const;

/** DES is 3DES with three times the same key; two keys are K1 K2 K1. */
function tripled(key: Buffer): Buffer {
  return key.length === 8 ? Buffer.concat([key, key, key]) : Buffer.concat([key, key.subarray(0, 8)]);
}

export function encipher(key: Buffer, data: Uint8Array): Buffer {
  const cipher = createCipheriv("des-ede3", tripled(key), null).setAutoPadding(false);
  return Buffer.concat([cipher.update(data), cipher.final()]);
}

function decipher(key: Buffer, data: Uint8Array): Buffer {
  const cipher = createDecipheriv("des-ede3", tripled(key), null).setAutoPadding(false);
  return Buffer.concat([cipher.update(data), cipher.final()]);
}

export const checkValue = (key: Buffer): Buffer => encipher(key, Buffer.alloc(8)).subarray(0, 4);

/** §4.5, UnionPay's ECB. */
export function ecbMac(key: Buffer, data: Uint8Array): Buffer {
  const fold = Buffer.alloc(8);
  for (let i = 0; i < data.length; i++) fold[i % 8] = (fold[i % 8] as number) ^ (data[i] as number);
  const text = Buffer.from(fold.toString("hex").toUpperCase());
  const first = encipher(key, text.subarray(0, 8));
  const crossed = first.map((byte, i) => byte ^ (text[8 + i] as number));
  return Buffer.from(encipher(key, crossed).toString("hex").toUpperCase().slice(0, 8));
}

export class CryptoPad implements PinPad {
  readonly keys = new Map<WorkingKey, Buffer>();
  /** Calls in order, for tests that ask what happened. */
  readonly calls: string[] = [];
  /** The named call fails so, once. */
  failing: { call: string; code: PinPadErrorCode } | undefined;

  constructor(keyed = true) {
    if (keyed) for (const [use, key] of Object.entries(TEST_KEYS)) this.keys.set(use as WorkingKey, key);
  }

  #called(call: string): void {
    this.calls.push(call);
    if (this.failing?.call !== call) return;
    const { code } = this.failing;
    this.failing = undefined;
    throw new DeviceError("pinpad", code);
  }

  #key(use: WorkingKey): Buffer {
    const key = this.keys.get(use);
    if (key === undefined) throw new DeviceError("pinpad", "key-missing");
    return key;
  }

  async info() {
    return { model: "crypto", version: "1", serial: "1", tampered: false };
  }
  async masterKeyCheck() {
    return checkValue(TMK);
  }
  async workingKeyCheck(use: WorkingKey) {
    const key = this.keys.get(use);
    return key && checkValue(key);
  }
  async loadWorkingKey(_slot: number, use: WorkingKey, { key, kcv, algorithm }: EncipheredKey) {
    this.#called(`load ${use} ${algorithm}`);
    const clear = decipher(TMK, key);
    if (!checkValue(clear).equals(kcv)) throw new DeviceError("pinpad", "kcv-mismatch");
    this.keys.set(use, clear);
  }
  async enterPin(): Promise<PinResult> {
    return { outcome: "empty" };
  }
  readonly cardPins = false;
  async enterCardPin(): Promise<PinResult> {
    return { outcome: "empty" };
  }
  async mac(method: MacMethod, data: Uint8Array) {
    this.#called("mac");
    if (method !== "ecb") throw new DeviceError("pinpad", "rejected");
    return new Uint8Array(ecbMac(this.#key("MAK"), data));
  }
  async verifyMac(_method: MacMethod, data: Uint8Array, mac: Uint8Array) {
    this.#called("verify");
    return ecbMac(this.#key("MAK"), data).equals(mac);
  }
  /** §4.6. */
  async encryptTrack(track: string) {
    this.#called("track");
    const digits = track.length;
    const packed = Buffer.from(track.replace("=", "D") + (digits % 2 ? "0" : ""), "hex");
    const end = packed.length - 1;
    packed.set(encipher(this.#key("TDK"), packed.subarray(end - 8, end)), end - 8);
    return { packed: new Uint8Array(packed), digits };
  }
  async show() {}
  async eraseWorkingKeys() {
    this.#called("erase");
    this.keys.clear();
  }
  close() {}
}

/** Working keys and the key block that hands them out at sign-on (§4.1–§4.3). */
import type { AcquirerProfile } from "./contract.ts";
import { type Algorithm, checkValue, desOf, encrypt, type MacMethod } from "./crypto.ts";
import { fromHex } from "./text.ts";

export type SignOnCode = "001" | "003" | "004" | "005" | "006";

/** What a sign-on code means: the cipher, and whether a track key comes with it. */
export const signOnCodes: Record<SignOnCode, { algorithm: Algorithm; trackKey: boolean }> = {
  "001": { algorithm: "des", trackKey: false },
  "003": { algorithm: "3des", trackKey: false },
  "004": { algorithm: "3des", trackKey: true },
  "005": { algorithm: "sm4", trackKey: false },
  "006": { algorithm: "sm4", trackKey: true },
};

export interface KeyMaterial {
  master: Uint8Array;
  pin: Uint8Array;
  mac: Uint8Array;
  track: Uint8Array;
}

/** The keys one terminal works with after a sign-on. */
export interface WorkingKeys {
  algorithm: Algorithm;
  /** DE53's second digit for this cipher (§3.5). */
  securityDigit: "0" | "6" | "3";
  pin: Uint8Array;
  mac: Uint8Array;
  macMethod: MacMethod;
  /** Undefined: this sign-on gave no track key. */
  track: Uint8Array | undefined;
}

const macMethods: readonly string[] = ["ecb", "x9.9", "x9.19", "sm4"] satisfies MacMethod[];

const securityDigits: Record<Algorithm, WorkingKeys["securityDigit"]> = { des: "0", "3des": "6", sm4: "3" };

/** Throws Error saying which key of the profile is missing or has the wrong length. */
export function keyMaterial(keys: AcquirerProfile["keys"], testKeys: AcquirerProfile["testKeys"]): KeyMaterial {
  const read = (name: string, hex: string | undefined, lengths: number[]): Uint8Array => {
    if (hex === undefined) throw new Error(`profile: ${name} is missing`);
    const bytes = fromHex(hex);
    if (!lengths.includes(bytes.length))
      throw new Error(`profile: ${name} has ${bytes.length} bytes, must have ${lengths.join(" or ")}`);
    return bytes;
  };
  if (!macMethods.includes(keys.mac)) throw new Error(`profile: mac ${keys.mac} must be one of ${macMethods.join(", ")}`);
  const double = keys.mac === "x9.19" || keys.mac === "sm4";
  return {
    master: read(`master key in slot ${keys.masterSlot}`, testKeys.masterKeys[String(keys.masterSlot)], [8, 16]),
    pin: read("PIK", testKeys.workingKeys.PIK, [8, 16]),
    mac: read(`MAK (for ${keys.mac})`, testKeys.workingKeys.MAK, double ? [16] : [8, 16]),
    track: read("TDK", testKeys.workingKeys.TDK, [16]),
  };
}

/** The keys as sign-on `code` uses them: the single-DES profile takes the left halves. Undefined: these keys are too short for it. */
export function workingKeys(code: SignOnCode, material: KeyMaterial, macMethod: MacMethod): WorkingKeys | undefined {
  const { algorithm, trackKey } = signOnCodes[code];
  const single = algorithm === "des";
  const long = (key: Uint8Array): boolean => key.length === 16;
  if (!single && !(long(material.master) && long(material.pin))) return undefined;
  if (algorithm === "sm4" && !long(material.mac)) return undefined;
  if (single && (macMethod === "x9.19" || macMethod === "sm4")) return undefined;
  return {
    algorithm,
    securityDigit: securityDigits[algorithm],
    pin: single ? material.pin.subarray(0, 8) : material.pin,
    mac: single ? material.mac.subarray(0, 8) : material.mac,
    macMethod: algorithm === "sm4" ? "sm4" : macMethod,
    track: trackKey ? material.track : undefined,
  };
}

/** DE62 of the sign-on answer: each key under the master key, with its check value (§4.2). */
export function keyBlock(master: Uint8Array, keys: WorkingKeys): Uint8Array {
  const { algorithm } = keys;
  const masterKey = algorithm === "des" ? master.subarray(0, 8) : master;
  const wrap = (key: Uint8Array): Uint8Array => encrypt(algorithm, masterKey, key);
  const macAlgorithm = algorithm === "sm4" ? "sm4" : desOf(keys.mac);
  // A single-length MAK in a double-length block is followed by eight zero bytes.
  const macFill = new Uint8Array(algorithm === "des" ? 0 : 16 - keys.mac.length);
  const parts = [
    wrap(keys.pin),
    checkValue(algorithm, keys.pin),
    wrap(keys.mac),
    macFill,
    checkValue(macAlgorithm, keys.mac),
    ...(keys.track === undefined ? [] : [wrap(keys.track), checkValue(algorithm, keys.track)]),
  ];
  return Uint8Array.from(Buffer.concat(parts));
}

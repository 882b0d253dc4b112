/**
 * Reads the host wire with the acquirer's own codec and MAC code, so that a mistake of the firmware cannot explain itself away.
 * The keys are those of the profile until a sign-on answer hands out others.
 */
import { decodeFrame, decodeMessage, encodeField, maskFields } from "../acquirer/codec.ts";
import { checkValue, decrypt, desOf, type MacMethod, macOf, verifyMac } from "../acquirer/crypto.ts";
import { fromHex, textBytes, toHex } from "../acquirer/text.ts";
import type { HostReader } from "./parts.ts";
import type { DeskProfile } from "./profile.ts";

export { maskFields };

/** Lengths of DE62 in a sign-on answer (spec §4.2): where the MAK stands and how long the master key is used. */
const SINGLE_BLOCK_BYTES = 24;
const DOUBLE_BLOCK_BYTES = [40, 60];

export function hostReader(profile: DeskProfile): HostReader {
  const method: MacMethod = profile.keys.mac;
  const masterHex = profile.testKeys.masterKeys[String(profile.keys.masterSlot)];
  let macKey = fromHex(profile.testKeys.workingKeys.MAK);

  function macKeyOf(block: Uint8Array): Uint8Array | undefined {
    if (masterHex === undefined) return undefined;
    const master = fromHex(masterHex);
    const single = block.length === SINGLE_BLOCK_BYTES;
    if (!single && !DOUBLE_BLOCK_BYTES.includes(block.length)) return undefined;
    const sealed = single ? block.subarray(12, 20) : block.subarray(20, 36);
    const told = toHex(single ? block.subarray(20, 24) : block.subarray(36, 40));
    const under = single ? master.subarray(0, 8) : master;
    const halves = [sealed.subarray(0, 8), sealed];
    for (const half of halves) {
      const key = decrypt(desOf(under), under, half);
      if (toHex(checkValue(desOf(key), key)) === told) return key;
    }
    return undefined;
  }

  return {
    decode(frame) {
      const decoded = decodeFrame(frame);
      if (decoded.mti === "") throw new Error(decoded.problem ?? "not a message");
      const { mti, tpdu, header, fields } = decoded;
      const words = [decoded.problem, ...decoded.faults.map((fault) => `DE${fault.de}: ${fault.words}`)].filter(Boolean);
      let mac: "ok" | "bad" | "none";
      try {
        mac = verifyMac(decoded, method, macKey);
      } catch {
        mac = "bad";
      }
      return { mti, tpdu, header, fields, mac, ...(words.length > 0 ? { problem: words.join("; ") } : {}) };
    },
    learn(frame) {
      const { mti, fields } = decodeFrame(frame);
      if (mti !== "0810" || fields[39] !== "00" || fields[62] === undefined) return;

      const key = macKeyOf(textBytes(fields[62]));
      if (key !== undefined) macKey = key;
    },
    wrongMac(body) {
      if (decodeMessage(body).mac === undefined) return undefined;
      const changed = body.slice();
      changed[changed.length - 1]! ^= 1;
      return changed;
    },
    wrongTrace(body) {
      const { raw, fields, mac } = decodeMessage(body);
      const place = raw["11"];
      if (place === undefined || !/^\d{6}$/.test(fields[11] ?? "")) return undefined;
      const changed = body.slice();
      const other = String((Number(fields[11]) + 1) % 1_000_000).padStart(6, "0");
      changed.set(encodeField(11, other), place.at);
      if (mac !== undefined) changed.set(macOf(method, macKey, decodeMessage(changed).mab), changed.length - mac.length);
      return changed;
    },
  };
}

/** Keys of one card out of its issuer's, and of one transaction out of the card's (§10). */
import { type Cipher, encipher, mac } from "./ciphers.ts";
import { cut, type Hex, invert, xor, zeros } from "./hex.ts";

/** ac: cryptograms · mac: integrity of scripts · enc: secrets in scripts. */
export interface KeySet {
  ac: Hex;
  mac: Hex;
  enc: Hex;
}

/** DES keys have odd parity in every byte. */
function withParity(key: Hex): Hex {
  return (key.match(/../g) ?? [])
    .map((pair) => {
      const value = Number.parseInt(pair, 16) >> 1;
      const odd = [...value.toString(2)].filter((digit) => digit === "1").length % 2 === 1;
      return ((value << 1) | (odd ? 0 : 1)).toString(16).toUpperCase().padStart(2, "0");
    })
    .join("");
}

/** Method A: the rightmost 16 digits of number and sequence, and their complement. */
export function cardKey(cipher: Cipher, master: Hex, pan: string, sequence: string): Hex {
  const half = (pan + sequence).slice(-16).padStart(16, "0");
  const key = encipher(cipher, master, half + invert(half));
  return cipher === "3des" ? withParity(key) : key;
}

export function cardKeys(cipher: Cipher, masters: KeySet, pan: string, sequence: string): KeySet {
  return {
    ac: cardKey(cipher, masters.ac, pan, sequence),
    mac: cardKey(cipher, masters.mac, pan, sequence),
    enc: cardKey(cipher, masters.enc, pan, sequence),
  };
}

/** `atc`: two bytes. */
export function sessionKey(cipher: Cipher, key: Hex, atc: Hex): Hex {
  return encipher(cipher, key, zeros(6) + atc + zeros(6) + invert(atc));
}

/** What the cryptogram covers, in this order: the terminal's objects, then AIP, ATC and CVR. */
export const CRYPTOGRAM_TAGS = ["9F02", "9F03", "9F1A", "95", "5F2A", "9A", "9C", "9F37"] as const;

export function applicationCryptogram(cipher: Cipher, key: Hex, atc: Hex, covered: Hex): Hex {
  return mac(cipher, sessionKey(cipher, key, atc), covered);
}

/** The issuer's answer to a cryptogram; `code`: the two characters of its decision, as bytes. */
export function authorisationCryptogram(cipher: Cipher, key: Hex, atc: Hex, cryptogram: Hex, code: Hex): Hex {
  const block = xor(cryptogram, code + zeros(6)) + (cipher === "sm4" ? zeros(8) : "");
  return cut(encipher(cipher, sessionKey(cipher, key, atc), block), 0, 8);
}

/** The four bytes at the end of a script command. `header` is CLA INS P1 P2 Lc, Lc counting them. */
export function scriptMac(cipher: Cipher, key: Hex, from: { header: Hex; atc: Hex; cryptogram: Hex; data: Hex }): Hex {
  return cut(mac(cipher, sessionKey(cipher, key, from.atc), from.header + from.atc + from.cryptogram + from.data), 0, 4);
}

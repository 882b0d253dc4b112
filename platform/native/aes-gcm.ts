/** AES-256-GCM (FIPS 197, NIST SP 800-38D) with a nonce of 12 bytes and a tag of 16: QuickJS has no crypto of its own. */

const SBOX = new Uint8Array(256);
/** Table of MixColumns after SubBytes, for one byte of a column. */
const MIXED = new Uint32Array(256);

const double = (byte: number): number => ((byte << 1) ^ (byte & 0x80 ? 0x11b : 0)) & 0xff;

function fillTables(): void {
  let p = 1;
  let q = 1;
  do {
    // p runs through the field by threes, q through the inverses.
    p = p ^ double(p);
    q ^= q << 1;
    q ^= q << 2;
    q ^= q << 4;
    q &= 0xff;
    if (q & 0x80) q ^= 0x09;
    const turned = q ^ (q << 1) ^ (q << 2) ^ (q << 3) ^ (q << 4);
    SBOX[p] = ((turned ^ (turned >> 8)) & 0xff) ^ 0x63;
  } while (p !== 1);
  SBOX[0] = 0x63;
  for (let byte = 0; byte < 256; byte++) {
    const s = SBOX[byte] as number;
    MIXED[byte] = ((double(s) << 24) | (s << 16) | (s << 8) | (double(s) ^ s)) >>> 0;
  }
}
fillTables();

const ROUNDS = 14;
const sub = (word: number, shift: number): number => SBOX[(word >>> shift) & 0xff] as number;
const subWord = (word: number): number =>
  ((sub(word, 24) << 24) | (sub(word, 16) << 16) | (sub(word, 8) << 8) | sub(word, 0)) >>> 0;
const turn = (word: number, bits: number): number => ((word >>> bits) | (word << (32 - bits))) >>> 0;

/** Round keys of a 32-byte key. */
function expand(key: Uint8Array): Uint32Array {
  const view = new DataView(key.buffer, key.byteOffset, 32);
  const words = new Uint32Array(4 * (ROUNDS + 1));
  for (let n = 0; n < 8; n++) words[n] = view.getUint32(n * 4);
  let constant = 1;
  for (let n = 8; n < words.length; n++) {
    let word = words[n - 1] as number;
    if (n % 8 === 0) {
      word = (subWord(turn(word, 24)) ^ (constant << 24)) >>> 0;
      constant = double(constant);
    } else if (n % 8 === 4) word = subWord(word);
    words[n] = (words[n - 8] as number) ^ word;
  }
  return words;
}

/** One block of four words, in place. */
function encipher(keys: Uint32Array, block: Uint32Array): void {
  let [a, b, c, d] = [0, 1, 2, 3].map((n) => ((block[n] as number) ^ (keys[n] as number)) >>> 0) as [
    number,
    number,
    number,
    number,
  ];
  const column = (w: number, x: number, y: number, z: number, key: number): number =>
    ((MIXED[w >>> 24] as number) ^
      turn(MIXED[(x >>> 16) & 0xff] as number, 8) ^
      turn(MIXED[(y >>> 8) & 0xff] as number, 16) ^
      turn(MIXED[z & 0xff] as number, 24) ^
      key) >>>
    0;
  const last = (w: number, x: number, y: number, z: number, key: number): number =>
    (((sub(w, 24) << 24) | (sub(x, 16) << 16) | (sub(y, 8) << 8) | sub(z, 0)) ^ key) >>> 0;
  for (let round = 1; round <= ROUNDS; round++) {
    const k = (n: number): number => keys[round * 4 + n] as number;
    const step = round === ROUNDS ? last : column;
    [a, b, c, d] = [step(a, b, c, d, k(0)), step(b, c, d, a, k(1)), step(c, d, a, b, k(2)), step(d, a, b, c, k(3))];
  }
  block[0] = a;
  block[1] = b;
  block[2] = c;
  block[3] = d;
}

/** Multiples of H by four bits at a time (Shoup's tables), as GHASH needs them: four words each. */
function multiples(h: Uint32Array<ArrayBuffer>): Uint32Array[] {
  const table = Array.from({ length: 16 }, () => new Uint32Array(4));
  let power = Uint32Array.from(h);
  for (const bit of [8, 4, 2, 1]) {
    (table[bit] as Uint32Array).set(power);
    power = halved(power);
  }
  for (const top of [2, 4, 8]) {
    for (let low = 1; low < top; low++) {
      const [x, y] = [table[top] as Uint32Array, table[low] as Uint32Array];
      (table[top + low] as Uint32Array).set(x.map((word, n) => word ^ (y[n] as number)));
    }
  }
  return table;
}

/** Times x: a shift to the right, as GCM counts its bits. */
function halved(value: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const carry = (value[3] as number) & 1;
  const shifted = value.map((word, n) => (word >>> 1) | (n > 0 ? ((value[n - 1] as number) & 1) << 31 : 0));
  if (carry) shifted[0] = (shifted[0] as number) ^ 0xe1000000;
  return shifted;
}

/** What four bits that fall out on the right put back on the left. */
const FOLDED = Uint32Array.from({ length: 16 }, (_, low) => {
  let value = new Uint32Array([0, 0, 0, low]);
  for (let n = 0; n < 4; n++) value = halved(value);
  return value[0] as number;
});

/** GHASH of padded `data` and its lengths; nothing is authenticated but the cipher text. */
function ghash(table: readonly Uint32Array[], data: Uint8Array): Uint32Array {
  const state = new Uint32Array(4);
  const block = new Uint8Array(16);
  const view = new DataView(block.buffer);
  const absorb = (): void => {
    for (let n = 0; n < 4; n++) state[n] = (state[n] as number) ^ view.getUint32(n * 4);
    multiply(table, state);
  };
  for (let at = 0; at < data.length; at += 16) {
    block.fill(0);
    block.set(data.subarray(at, at + 16));
    absorb();
  }
  block.fill(0);
  view.setUint32(8, Math.floor(data.length / 0x2000_0000));
  view.setUint32(12, (data.length * 8) >>> 0);
  absorb();
  return state;
}

function multiply(table: readonly Uint32Array[], state: Uint32Array): void {
  let [a, b, c, d] = [0, 0, 0, 0];
  for (let nibble = 31; nibble >= 0; nibble--) {
    const low = d & 15;
    if (nibble < 31) {
      d = (d >>> 4) | (c << 28);
      c = (c >>> 4) | (b << 28);
      b = (b >>> 4) | (a << 28);
      a = (a >>> 4) ^ (FOLDED[low] as number);
    }
    const index = ((state[nibble >> 3] as number) >>> (28 - 4 * (nibble & 7))) & 15;
    const [w, x, y, z] = table[index] as Uint32Array;
    a ^= w as number;
    b ^= x as number;
    c ^= y as number;
    d ^= z as number;
  }
  state.set([a, b, c, d]);
}

export interface Gcm {
  /** Cipher text with its tag behind it. */
  seal(nonce: Uint8Array, plain: Uint8Array): Uint8Array;
  /** Undefined: the bytes were altered. */
  open(nonce: Uint8Array, sealed: Uint8Array): Uint8Array | undefined;
}

const TAG_BYTES = 16;

/** `key`: 32 bytes. */
export function aesGcm(key: Uint8Array): Gcm {
  const keys = expand(key);
  const h = new Uint32Array(4);
  encipher(keys, h);
  const table = multiples(h);

  const counter = (nonce: Uint8Array, count: number): Uint32Array => {
    const view = new DataView(nonce.buffer, nonce.byteOffset, 12);
    const block = new Uint32Array([view.getUint32(0), view.getUint32(4), view.getUint32(8), count]);
    encipher(keys, block);
    return block;
  };
  const stream = (nonce: Uint8Array, bytes: Uint8Array): Uint8Array => {
    const out = new Uint8Array(bytes.length);
    for (let at = 0, count = 2; at < bytes.length; at += 16, count++) {
      const block = counter(nonce, count);
      for (let n = 0; n < 16 && at + n < bytes.length; n++) {
        out[at + n] = (bytes[at + n] as number) ^ (((block[n >> 2] as number) >>> (24 - 8 * (n & 3))) & 0xff);
      }
    }
    return out;
  };
  const tag = (nonce: Uint8Array, body: Uint8Array): Uint8Array => {
    const mask = counter(nonce, 1);
    const out = new DataView(new ArrayBuffer(TAG_BYTES));
    for (const [n, word] of ghash(table, body).entries()) out.setUint32(n * 4, (word ^ (mask[n] as number)) >>> 0);
    return new Uint8Array(out.buffer);
  };
  return {
    seal(nonce, plain) {
      const body = stream(nonce, plain);
      const out = new Uint8Array(body.length + TAG_BYTES);
      out.set(body);
      out.set(tag(nonce, body), body.length);
      return out;
    },
    open(nonce, sealed) {
      const body = sealed.subarray(0, sealed.length - TAG_BYTES);
      const told = sealed.subarray(sealed.length - TAG_BYTES);
      const difference = tag(nonce, body).reduce((sum, byte, n) => sum | (byte ^ (told[n] as number)), 0);
      return difference === 0 ? stream(nonce, body) : undefined;
    },
  };
}

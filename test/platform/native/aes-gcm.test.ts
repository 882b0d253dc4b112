/** AES-256-GCM of the native outside against OpenSSL's. */
import { createCipheriv } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { aesGcm } from "../../../platform/native/aes-gcm.ts";

const bytes = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });
const cases = fc.tuple(bytes(32), bytes(12), fc.uint8Array({ maxLength: 300 }));

test("seals as OpenSSL does, and opens it again", () => {
  fc.assert(
    fc.property(cases, ([key, nonce, plain]) => {
      const cipher = createCipheriv("aes-256-gcm", key, nonce);
      const theirs = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
      const gcm = aesGcm(key);
      expect(Buffer.from(gcm.seal(nonce, plain))).toEqual(theirs);
      expect(gcm.open(nonce, Uint8Array.from(theirs))).toEqual(plain);
    }),
  );
});

test("one bit altered anywhere, and nothing is opened", () => {
  fc.assert(
    fc.property(cases, fc.nat(), ([key, nonce, plain], at) => {
      const gcm = aesGcm(key);
      const sealed = gcm.seal(nonce, plain);
      const bit = at % (sealed.length * 8);
      sealed[bit >> 3] = (sealed[bit >> 3] as number) ^ (1 << (bit & 7));
      expect(gcm.open(nonce, sealed)).toBeUndefined();
    }),
  );
});

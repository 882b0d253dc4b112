/** What must not be in a production package: keys and merchants that everybody knows. Each finding says where it is and what to do. */
import { DEVELOPMENT_SIGNER } from "./keys.ts";

/** The merchants and terminals of the desk's profiles. */
const DEMO_MERCHANTS: readonly string[] = ["898110154110001"];
const DEMO_TERMINALS: readonly string[] = ["10000001"];
/** Test keys printed in manuals, this one's and others'. */
const TEST_KEYS: readonly string[] = [
  "0123456789ABCDEFFEDCBA9876543210",
  "1C1C1C1C2A2A2A2A3D3D3D3D4F4F4F4F",
  "7A7A7A7A8585858594949494A1A1A1A1",
  "31313131313131313131313131313131",
  "11111111111111111111111111111111",
];

interface Profile {
  merchant?: { id?: unknown };
  terminal?: { id?: unknown };
  testKeys?: unknown;
}

/** Everything that is unfit, in words; empty: fit for production. `profile` as it was given, before anything was taken out of it. */
export function unfit(signer: string, profile: Profile, files: Readonly<Record<string, Uint8Array>>): string[] {
  const found: string[] = [];
  if (signer === DEVELOPMENT_SIGNER) found.push("it would be signed with the development key; give --key FILE");
  if (profile.testKeys !== undefined) found.push("the profile has testKeys: it is one of the desk's; give --profile FILE");
  if (DEMO_MERCHANTS.includes(String(profile.merchant?.id)))
    found.push(`the profile's merchant ${String(profile.merchant?.id)} is the demo's`);
  if (DEMO_TERMINALS.includes(String(profile.terminal?.id)))
    found.push(`the profile's terminal ${String(profile.terminal?.id)} is the demo's`);
  for (const [name, bytes] of Object.entries(files)) found.push(...testKeysIn(name, bytes));
  return found;
}

function testKeysIn(name: string, bytes: Uint8Array): string[] {
  const buffer = Buffer.from(bytes);
  const text = buffer.toString("latin1").toUpperCase();
  return TEST_KEYS.filter((key) => text.includes(key) || buffer.includes(Buffer.from(key, "hex"))).map(
    (key) => `${name} has the test key ${key.slice(0, 8)}…`,
  );
}

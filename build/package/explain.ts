/** What is in a package, in words. */
import { judge, type Refusal, short, type Terminal } from "../../platform/node/loader/judge.ts";
import type { Manifest } from "../../platform/node/loader/manifest.ts";
import { PackageError, readHead, sha256 } from "../../platform/node/loader/package.ts";
import { DEVELOPMENT_SIGNER } from "./keys.ts";

const CLOSED: Record<Manifest["closed"][number], string> = {
  reversal: "no reversal owed",
  offline: "no offline transaction waiting",
  batch: "the batch settled",
};

export interface Explained {
  lines: string[];
  refused: Refusal | undefined;
}

/** `terminal`: what it would be installed on; leave open what is not known. */
export function explain(bytes: Uint8Array, terminal: Partial<Terminal> = {}): Explained {
  const sum = sha256(bytes);
  const result = judge(bytes, sum, { board: undefined, signers: undefined, securityCounter: 0, running: undefined, ...terminal });
  const told = headOf(bytes);
  const rows: [string, string][] = [
    ...(told === undefined ? [] : rowsOf(told)),
    ["size", `${bytes.length} bytes`],
    ["SHA-256", sum],
  ];
  const width = Math.max(...rows.map(([label]) => label.length)) + 2;
  const lines = rows.map(([label, value]) => `${label.padEnd(width)}${value}`);
  if ("refused" in result) return { lines: [...lines, `REFUSED (${result.refused}): ${result.words}`], refused: result.refused };
  const trusted =
    terminal.signers === undefined ? "; whether its signer is yours, --signer FILE tells" : ", by a signer you trust";
  return { lines: [...lines, `GOOD: every byte is as it was signed${trusted}`], refused: undefined };
}

function headOf(bytes: Uint8Array): Manifest | undefined {
  try {
    return readHead(bytes).manifest;
  } catch (error) {
    if (error instanceof PackageError) return undefined;
    throw error;
  }
}

function rowsOf({
  product,
  version,
  board,
  securityCounter,
  abi,
  contents,
  development,
  closed,
  signer,
  files,
}: Manifest): [string, string][] {
  return [
    ["firmware", `${product} ${version}${development ? " (development: never for a shop)" : ""}`],
    ["board", board],
    ["security counter", String(securityCounter)],
    ["system-call table", `${abi.major}.${abi.minor}`],
    ["message set", contents.messages],
    ["parameters", contents.parameters],
    ["fonts", contents.fonts],
    ["texts", contents.texts],
    ["installed only with", closed.length === 0 ? "(nothing asked)" : closed.map((each) => CLOSED[each]).join(", ")],
    ["signed by", `${short(signer)}${signer === DEVELOPMENT_SIGNER ? " (the development key, which everybody has)" : ""}`],
    ...files.map(({ name, bytes, sha256: sum }): [string, string] => [
      `  ${name}`,
      `${String(bytes).padStart(8)} bytes  ${sum.slice(0, 16)}`,
    ]),
  ];
}

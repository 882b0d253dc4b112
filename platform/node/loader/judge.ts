/** Whether this terminal takes a package, and if not, why: the same words on the command line, on the screen and in the log. */
import { ABI } from "../../abi.ts";
import type { FIRMWARE_REFUSALS } from "../../guest/system.ts";
import { wordsOf } from "../errors.ts";
import { BOARD, BUNDLE, compareVersions, type Manifest } from "./manifest.ts";
import { CannotVerify, type FirmwarePackage, PackageError, readPackage } from "./read-package.ts";

export type Refusal = (typeof FIRMWARE_REFUSALS)[number];

export interface Refused {
  refused: Refusal;
  words: string;
}

/** What the terminal is, for a package to be measured against. Undefined: nothing is known yet, anything goes. */
export interface Terminal {
  board: string | undefined;
  /** Public keys, hexadecimal; any of them will do. Undefined: the first package's signer is kept. */
  signers: readonly string[] | undefined;
  securityCounter: number;
  /** The confirmed firmware. */
  running: { version: string; sha256: string; development: boolean } | undefined;
}

const no = (refused: Refusal, words: string): Refused => ({ refused, words });

/** `sum`: SHA-256 of the whole package. Throws CannotVerify. */
export function judge(bytes: Uint8Array, sum: string, terminal: Terminal): FirmwarePackage | Refused {
  let read: FirmwarePackage;
  try {
    read = readPackage(bytes);
  } catch (error) {
    if (error instanceof CannotVerify) throw error;
    return no(error instanceof PackageError ? error.code : "damaged", `the package is refused: ${wordsOf(error)}`);
  }
  const refusal = refusalOf(read, sum, terminal);
  return refusal === undefined ? read : no(refusal.refused, `the package is refused: ${refusal.words}`);
}

/** A table in order: who signed it comes first, since nothing else it says means anything before that. */
function refusalOf({ manifest, files }: FirmwarePackage, sum: string, terminal: Terminal): Refused | undefined {
  const { board, signers, securityCounter, running } = terminal;
  const { version, abi } = manifest;
  if (signers !== undefined && !signers.includes(manifest.signer))
    return no(
      "signer",
      `signed by ${short(manifest.signer)}, whom this terminal does not trust; it trusts ${signers.map(short).join(", ")}`,
    );
  if (board !== undefined && manifest.board !== board)
    return no("board", `it is for the board "${manifest.board}", and this is "${board}"`);
  if (!files.has(BUNDLE) || !files.has(BOARD)) return no("incomplete", `${BUNDLE} or ${BOARD} is missing in it`);
  if (abi.major !== ABI.major || abi.minor > ABI.minor)
    return no(
      "abi",
      `it was built for system-call table ${abi.major}.${abi.minor}, and this terminal has ${ABI.major}.${ABI.minor}`,
    );
  if (manifest.securityCounter < securityCounter)
    return no("older", `its security counter is ${manifest.securityCounter}, and this terminal has reached ${securityCounter}`);
  if (running === undefined) return undefined;
  if (running.sha256 === sum) return no("same", `it is the firmware that runs here already, ${version}`);
  if (compareVersions(version, running.version) < 0)
    return no("older", `it is ${version}, older than ${running.version}, which runs here`);
  if (manifest.development && !running.development)
    return no("development", "it is a development package, and this terminal has production firmware");
  return undefined;
}

/** Enough of a key to tell it from others. */
export const short = (signer: string): string => signer.slice(0, 16);

/** What a person is told of a package. */
export interface PackageSummary {
  version: string;
  board: string;
  securityCounter: number;
  signer: string;
  development: boolean;
  closed: Manifest["closed"];
  bytes: number;
}

export const summaryOf = (
  { version, board, securityCounter, signer, development, closed }: Manifest,
  bytes: number,
): PackageSummary => ({
  version,
  board,
  securityCounter,
  signer,
  development,
  closed,
  bytes,
});

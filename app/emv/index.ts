/**
 * The chip kernel: EMV contact, PBOC electronic cash, qPBOC contactless. What its neighbours need, and each piece by itself for whoever wants to
 * look at it alone. Bytes go in as Uint8Array or hex digits; data objects by tag (`{ "9F02": "…" }`), as a Map or as parsed TLV. What a card does
 * wrong comes back as a reason in words; only input that cannot be read throws, an EmvError that says what and where.
 */
export { parseAfl, type AflEntry } from "./afl.ts";
export { type ActionCodes, type ActionResult, analyseActions, type Cryptogram } from "./actions.ts";
export { chooseMethod, type OdaMethod } from "./authentication.ts";
export { tsi, tsiNames, type TsiBit, tvr, tvrNames, type TvrBit } from "./bits.ts";
export { type Bytes, EmvError, type EmvFault, toBytes, toHex } from "./bytes.ts";
export { type Candidate, type Fci, parseFci } from "./candidates.ts";
export { type CaKey, type CaKeyInput, decodeCaKey, type Revoked, toCaKey } from "./capk.ts";
export {
  buildCandidateList,
  type ReadApplication,
  readApplicationData,
  readLog,
  readPurse,
  type Verdict,
} from "./card-functions.ts";
export { type LogEntry, type LogKind, logEntry } from "./card-log.ts";
export { type CombinedInput, type CombinedResult, verifyCombined } from "./cda.ts";
export { buildCombinations } from "./combinations.ts";
export { decisionOf } from "./contactless.ts";
export { answerObjects, cryptogramOf } from "./cryptogram.ts";
export { type CvmList, type CvmRule, methodSupported, parseCvmList } from "./cvm.ts";
export { type CvmEvaluation, evaluateCvm } from "./cvm-evaluate.ts";
export type { DataLike, Lookup } from "./data.ts";
export { type DynamicResult, verifyDynamicSignature, verifyFastSignature } from "./dda.ts";
export { DICTIONARY, kindOf, type ObjectKind } from "./dictionary.ts";
export { buildDol, type DolEntry, parseDol, tcHash } from "./dol.ts";
export { LOADS, purseDecision, supportIndicator } from "./ecash.ts";
export { preProcess, type PreProcessed } from "./entry-point.ts";
export { type IccKey, recoverIccKey } from "./icc-key.ts";
export { type ChainOptions, type IssuerKey, recoverIssuerKey } from "./issuer-key.ts";
export { Kernel } from "./kernel.ts";
export { KERNEL } from "./version.ts";
export type { KeyInput, OdaReason, PublicKey } from "./keys.ts";
export { cardOf, FIELD_LISTS, fieldData, type OnlineRequest } from "./online.ts";
export type { Outcome, Reason, Result, Torn } from "./outcome.ts";
export { decodeParameters } from "./parameters.ts";
export { encipheredPinBlock, plainPinBlock } from "./pin.ts";
export { type QuickCvm, quickCvm } from "./quick-cvm.ts";
export type { Answer, Answers, Asked, OfflinePinAnswer, OfflinePinRequest, OnlineAnswer, Request, Requests } from "./requests.ts";
export { checkRestrictions, type Findings } from "./restrictions.ts";
export { manageRisk, randomlySelected, velocityBits } from "./risk.ts";
export {
  type CardChannel,
  type CardChannelLike,
  type CardHost,
  type CardHostLike,
  type HostAnswer,
  type People,
  type RunTerminal,
  runTransaction,
} from "./run.ts";
export { type StaticResult, verifyStaticData } from "./sda.ts";
export { parseScripts, type Script } from "./scripts.ts";
export type { CandidateList } from "./selection.ts";
export { sm2Verify } from "./sm2.ts";
export { sm3 } from "./sm3.ts";
export {
  type Application,
  type ApplicationInput,
  type ContactlessInput,
  type Terminal,
  type TerminalInput,
  type TerminalLike,
  toTerminal,
  type TransactionDetails,
  type TransactionLike,
} from "./terminal.ts";
export { encodeTlv, findTlv, parseTlv, primitives, type Tlv, type TlvInput } from "./tlv.ts";
export { replay, Trace, type TraceLine } from "./trace.ts";

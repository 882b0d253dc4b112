/** What a card keeps without power, and what it knows only from a reset to the end of power. */
import type { Hex } from "./hex.ts";
import { purseData, type Path } from "./issue.ts";
import type { ApplicationProfile, ChipProfile } from "./profile.ts";

/** Plain JSON. */
export interface CardState {
  blocked: boolean;
  /** Random numbers given so far. */
  randoms: number;
  applications: ApplicationState[];
}

export interface ApplicationState {
  blocked: boolean;
  atc: number;
  /** 9F13. */
  lastOnlineAtc: number;
  pin: string | undefined;
  pinTries: number;
  /** Objects a script may put: the purse, limits. */
  data: Record<Hex, Hex>;
  /** Records a script has updated, by "file.record". */
  records: Record<string, Hex>;
  /** Newest first. */
  log: Hex[];
  loads: Hex[];
  /** The owner of a phone that asks has looked at it. */
  looked?: boolean;
  /** Of the transaction before: they go into the next CVR. */
  last: { onlineUnfinished: boolean; issuerFailed: boolean; issuerMissing: boolean; scripts: number; scriptFailed: boolean };
}

export const PIN_TRIES = 3;

export function newState({ blocked, applications }: ChipProfile): CardState {
  return { blocked: blocked === true, randoms: 0, applications: applications.map(newApplication) };
}

function newApplication(profile: ApplicationProfile): ApplicationState {
  return {
    blocked: profile.blocked === true,
    atc: 0,
    lastOnlineAtc: 0,
    pin: profile.pin,
    pinTries: profile.pinTries ?? PIN_TRIES,
    data: { ...purseData(profile), "9F58": (profile.offlineLimit ?? 255).toString(16).padStart(2, "0").toUpperCase() },
    records: {},
    log: [],
    loads: [],
    last: { onlineUnfinished: false, issuerFailed: false, issuerMissing: false, scripts: 0, scriptFailed: false },
  };
}

/**
 * selected → initiated (GPO) → requested (ARQC given) or decided (TC or AAC given). What a command needs of it is in the command's file.
 */
export type Phase = "selected" | "initiated" | "requested" | "decided";

/** One transaction, as far as it has come. */
export interface Progress {
  phase: Phase;
  /** By GET PROCESSING OPTIONS. */
  path?: Path;
  /** Data of PDOL and of the first CDOL as they came: CDA signs over them. */
  pdol: Hex;
  cdol1: Hex;
  /** What the terminal said of the transaction, by tag. */
  said: Map<Hex, Hex>;
  challenge?: Hex;
  pin: "untried" | "right" | "wrong";
  dynamic: boolean;
  /** Of the first GENERATE AC, or of the one in GPO. */
  cryptogram?: Hex;
  first?: "AAC" | "TC" | "ARQC";
  issuer: "unasked" | "right" | "wrong";
  /** Taken from the purse when the last record is read (§9.6). */
  pending?: { amountFen: number; record: number };
}

export function newProgress(): Progress {
  return { phase: "selected", pdol: "", cdol1: "", said: new Map(), pin: "untried", dynamic: false, issuer: "unasked" };
}

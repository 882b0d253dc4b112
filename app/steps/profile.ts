/** Reads the acquirer profile; a wrong one is refused naming the field. */
import * as v from "valibot";
import { decodeUtf8 } from "../../platform/guest/bytes.ts";
import { DIRECTIONS } from "../model/ledger.ts";
import type { Profile } from "../model/profile.ts";

export class ProfileError extends Error {
  override readonly name = "ProfileError";
}

const digits = (length: number) => v.pipe(v.string(), v.regex(new RegExp(`^\\d{${length}}$`), `must be ${length} digits`));
const whole = (min: number, max: number) => v.pipe(v.number(), v.integer(), v.minValue(min), v.maxValue(max));
const port = v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(65_535));
const address = v.object({ host: v.pipe(v.string(), v.nonEmpty()), port });

const encoding = v.optional(v.picklist(["digits", "ascii"]));

const PROFILE: v.GenericSchema<Profile> = v.strictObject({
  name: v.pipe(v.string(), v.nonEmpty()),
  merchant: v.strictObject({
    id: v.pipe(v.string(), v.regex(/^[0-9A-Za-z]{15}$/, "must be 15 characters")),
    name: v.pipe(v.string(), v.nonEmpty(), v.maxLength(40)),
    nameEn: v.optional(v.string()),
    acquirer: v.optional(v.pipe(v.string(), v.regex(/^\d{0,11}$/, "must be up to 11 digits"))),
    area: v.optional(v.pipe(v.string(), v.regex(/^\d{0,4}$/, "must be up to 4 digits"))),
  }),
  terminal: v.strictObject({ id: v.pipe(v.string(), v.regex(/^[0-9A-Za-z]{8}$/, "must be 8 characters")) }),
  host: v.strictObject({
    ...address.entries,
    tls: v.optional(v.boolean()),
    backup: v.optional(address),
    backAfterMinutes: v.optional(whole(0, 999)),
    redials: v.optional(whole(0, 9)),
  }),
  tpdu: digits(10),
  header: digits(12),
  keys: v.strictObject({
    masterSlot: v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(49)),
    signOnCode: v.picklist(["001", "003", "004", "005", "006"]),
    mac: v.picklist(["ecb", "x9.9", "x9.19", "sm4"]),
  }),
  responseTimeoutMs: whole(1_000, 300_000),
  connectTimeoutMs: whole(1_000, 120_000),
  reversalAttempts: v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(9)),
  promptTimeoutMs: whole(5_000, 600_000),
  dialect: v.strictObject({
    panOnSwipe: v.boolean(),
    partialApproval: v.boolean(),
    wrongPacket: v.picklist(["drop", "keep"]),
    unansweredReason: v.picklist(["98", "06"]),
    voidDate: v.optional(v.boolean()),
    preauthVoidReference: v.optional(v.boolean()),
    encodings: v.optional(v.strictObject({ 48: encoding, 60: encoding, 61: encoding })),
  }),
  rules: v.optional(
    v.strictObject({
      voidNeedsCard: v.optional(v.boolean()),
      voidNeedsPin: v.optional(v.boolean()),
      preauthVoidNeedsPin: v.optional(v.boolean()),
      completionNeedsPin: v.optional(v.boolean()),
      completionVoidNeedsCard: v.optional(v.boolean()),
      completionVoidNeedsPin: v.optional(v.boolean()),
      voidNeedsSupervisor: v.optional(v.boolean()),
      refundNeedsSupervisor: v.optional(v.boolean()),
      balanceNeedsSupervisor: v.optional(v.boolean()),
      maxRefundFen: v.optional(whole(1, 999_999_999_999)),
      manualEntry: v.optional(v.boolean()),
      tipPercent: v.optional(whole(0, 100)),
      tipForeignOnly: v.optional(v.boolean()),
      balance: v.optional(v.boolean()),
      offlineTries: v.optional(whole(1, 9)),
      lockAfterMinutes: v.optional(whole(0, 999)),
      restartAt: v.optional(v.pipe(v.string(), v.regex(/^(([01]\d|2[0-3])[0-5]\d)?$/, "must be hhmm"))),
      signOffAfterSettlement: v.optional(v.boolean()),
      feeRate: v.optional(whole(0, 10_000)),
      feeCapFen: v.optional(whole(0, 999_999_999_999)),
      enabled: v.optional(v.array(v.picklist(Object.keys(DIRECTIONS) as (keyof typeof DIRECTIONS)[]))),
    }),
  ),
  autoSignOn: v.boolean(),
  receipt: v.strictObject({ copies: v.picklist([2, 3]), bankName: v.optional(v.string()) }),
  language: v.picklist(["zh-CN", "en"]),
  utcOffsetMinutes: v.pipe(v.number(), v.integer(), v.minValue(-720), v.maxValue(840)),
  operators: v.pipe(
    v.array(
      v.strictObject({
        id: digits(2),
        password: v.pipe(v.string(), v.regex(/^\d{4,12}$/, "must be 4 to 12 digits")),
        role: v.picklist(["operator", "supervisor", "administrator"]),
      }),
    ),
    v.minLength(1),
  ),
});

/** Throws ProfileError: "profile.json: keys.mac: …". */
export function readProfile(bytes: Uint8Array | undefined): Profile {
  if (bytes === undefined) throw new ProfileError("profile.json: missing from the firmware package");
  let json: unknown;
  try {
    json = JSON.parse(decodeUtf8(bytes));
  } catch {
    throw new ProfileError("profile.json: not JSON");
  }
  const result = v.safeParse(PROFILE, json);
  if (result.success) return result.output;
  throw new ProfileError(`profile.json: ${wordsOf(result.issues[0])}`);
}

/** What is wrong with it, naming the field; undefined: nothing. */
export function profileProblem(profile: unknown): string | undefined {
  const result = v.safeParse(PROFILE, profile);
  return result.success ? undefined : wordsOf(result.issues[0]);
}

function wordsOf(issue: v.BaseIssue<unknown>): string {
  return `${v.getDotPath(issue as never) ?? "(whole file)"}: ${issue.message}`;
}

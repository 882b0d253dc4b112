/** The profile file of a desk: the terminal's profile (app/model/profile.ts) and, beside it, the test keys that never reach it. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Profile } from "../../app/model/profile.ts";

const hexKey = z.string().regex(/^([0-9A-Fa-f]{16}|[0-9A-Fa-f]{32})$/, "16 or 32 hexadecimal digits");
const digits = (count: number) => z.string().regex(new RegExp(`^\\d{${count}}$`), `${count} digits`);
const port = z.number().int().min(1).max(65_535);
const ms = z.number().int().min(1).max(600_000);

export const profileSchema = z.strictObject({
  name: z.string().min(1),
  merchant: z.strictObject({ id: digits(15), name: z.string().min(1), nameEn: z.string().optional() }),
  terminal: z.strictObject({ id: z.string().regex(/^[0-9A-Za-z]{8}$/, "8 letters or digits") }),
  host: z.strictObject({
    host: z.string().min(1),
    port,
    tls: z.boolean().optional(),
    backup: z.strictObject({ host: z.string().min(1), port }).optional(),
  }),
  tpdu: digits(10),
  header: digits(12),
  keys: z.strictObject({
    masterSlot: z.number().int().min(0).max(49),
    signOnCode: z.enum(["001", "003", "004"]),
    mac: z.enum(["ecb", "x9.9", "x9.19", "sm4"]),
  }),
  responseTimeoutMs: ms,
  connectTimeoutMs: ms,
  reversalAttempts: z.number().int().min(1).max(99),
  promptTimeoutMs: ms,
  dialect: z.strictObject({
    panOnSwipe: z.boolean(),
    partialApproval: z.boolean(),
    wrongPacket: z.enum(["drop", "keep"]),
    unansweredReason: z.enum(["98", "06"]),
    voidDate: z.boolean().optional(),
    preauthVoidReference: z.boolean().optional(),
  }),
  // The terminal reads these itself and refuses a wrong one by its name.
  rules: z.record(z.string(), z.unknown()).optional(),
  autoSignOn: z.boolean(),
  receipt: z.strictObject({ copies: z.union([z.literal(2), z.literal(3)]), bankName: z.string().optional() }),
  language: z.enum(["zh-CN", "en"]),
  utcOffsetMinutes: z.number().int().min(-720).max(840),
  operators: z
    .array(
      z.strictObject({
        id: digits(2),
        password: z.string().regex(/^\d{4,8}$/, "4 to 8 digits"),
        role: z.enum(["operator", "supervisor", "administrator"]),
      }),
    )
    .min(1),
  testKeys: z.strictObject({
    masterKeys: z.record(z.string().regex(/^\d{1,2}$/, "a slot number"), hexKey),
    workingKeys: z.strictObject({ PIK: hexKey, MAK: hexKey, TDK: hexKey }),
  }),
}) satisfies z.ZodType<Profile & { testKeys: unknown }>;

export type DeskProfile = z.infer<typeof profileSchema>;

/** What the terminal gets as `profile.json`: everything but the keys. */
export function withoutKeys(profile: DeskProfile): Profile {
  const { testKeys: _, ...rest } = profile;
  return rest;
}

/** "field: what is wrong" for the first thing wrong. */
export function firstProblem(error: z.ZodError): string {
  const issue = error.issues[0];
  if (issue === undefined) return "not readable";
  const path = issue.path.map(String).join(".");
  if (issue.code === "unrecognized_keys") {
    return `${[path, issue.keys[0]].filter((part) => part !== "").join(".")}: there is no such field`;
  }
  return path === "" ? issue.message : `${path}: ${issue.message}`;
}

/** A JSON file given by name (in `folder`) or by path. Throws Error with words. */
export function readNamed(what: string, nameOrFile: string, folder: string): unknown {
  const file = /^[a-z0-9-]+$/.test(nameOrFile) ? join(folder, `${nameOrFile}.json`) : nameOrFile;
  if (!existsSync(file)) {
    const known = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith(".json")) : [];
    throw new Error(`${what}: no file ${file}; by name there are ${known.map((name) => name.slice(0, -5)).join(", ")}`);
  }
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw new Error(`${what}: ${file} is not JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
}

export function readProfile(nameOrFile: string, root: string): DeskProfile {
  const parsed = profileSchema.safeParse(readNamed("profile", nameOrFile, join(root, "tools/sim/profiles")));
  if (!parsed.success) throw new Error(`profile: ${firstProblem(parsed.error)}`);
  return parsed.data;
}

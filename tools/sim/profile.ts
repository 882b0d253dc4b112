/**
 * The profile file of a desk: the terminal's profile, judged by the firmware's own reader, so that a profile the desk takes is one the terminal
 * takes; and beside it the test keys that never reach it.
 */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { Profile } from "../../app/model/profile.ts";
import { profileProblem } from "../../app/steps/profile.ts";

const hexKey = z.string().regex(/^([0-9A-Fa-f]{16}|[0-9A-Fa-f]{32})$/, "16 or 32 hexadecimal digits");

const withTestKeys = z.looseObject({
  testKeys: z.strictObject({
    masterKeys: z.record(z.string().regex(/^\d{1,2}$/, "a slot number"), hexKey),
    workingKeys: z.strictObject({ PIK: hexKey, MAK: hexKey, TDK: hexKey }),
  }),
});

export type DeskProfile = Profile & z.infer<typeof withTestKeys>;

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
  return checkProfile(readNamed("profile", nameOrFile, join(root, "tools/sim/profiles")));
}

/** Throws Error "profile: field: what is wrong". */
export function checkProfile(json: unknown): DeskProfile {
  const parsed = withTestKeys.safeParse(json);
  if (!parsed.success) throw new Error(`profile: ${firstProblem(parsed.error)}`);
  const profile = parsed.data as DeskProfile;
  const problem = profileProblem(withoutKeys(profile));
  if (problem !== undefined) throw new Error(`profile: ${problem}`);
  return profile;
}

/** What a firmware package says of itself, before the bytes that it says it of. */
import { z } from "zod";

export const PRODUCT = "tael" as const;
/** Files every package has; fonts and tables stand beside them under names of their own. */
export const BUNDLE = "firmware.js";
export const BOARD = "board.json";
export const PROFILE = "profile.json";

const sha256 = z.string().regex(/^[0-9a-f]{64}$/, "64 hexadecimal digits");
const words = z.string().min(1).max(80);
const VERSION = /^(\d{1,5})\.(\d{1,5})\.(\d{1,5})(?:-([0-9a-z.]{1,24}))?$/;

/** Money that a package can ask to be closed before it is installed. A closed set. */
export const MONEY = ["reversal", "offline", "batch"] as const;
export type Money = (typeof MONEY)[number];

const manifest = z.strictObject({
  format: z.literal(1),
  product: z.literal(PRODUCT),
  /** The name of the board profile inside; a terminal takes only its own. */
  board: z.string().regex(/^[a-z][a-z0-9-]{0,31}$/),
  version: z.string().regex(VERSION, "MAJOR.MINOR.PATCH"),
  /** Raised by the maker when what came before must never run again: a terminal takes none lower than the highest it has confirmed. */
  securityCounter: z.number().int().min(0).max(65_535),
  /** System-call table the bundle was built for. */
  abi: z.strictObject({ major: z.number().int().min(0), minor: z.number().int().min(0) }),
  /** What else has a version: message set, parameter set, fonts and texts (their hashes, shortened). */
  contents: z.strictObject({ messages: words, parameters: words, fonts: words, texts: words }),
  /** Built with test keys, a demo profile or a debug channel; a terminal that has production firmware does not take it. */
  development: z.boolean(),
  /** What must be closed on the terminal before it is installed. */
  closed: z.array(z.enum(MONEY)),
  /** The Ed25519 public key it is signed with. */
  signer: sha256,
  files: z
    .array(z.strictObject({ name: z.string().regex(/^[a-z0-9][a-z0-9.-]{0,63}$/), bytes: z.number().int().min(0), sha256 }))
    .max(200),
});

export type Manifest = z.infer<typeof manifest>;

/** The manifest, or what is wrong with it in words. */
export function parseManifest(text: string): { manifest: Manifest } | { problem: string } {
  try {
    const read = manifest.safeParse(JSON.parse(text));
    if (read.success) return namesTwice(read.data) ? { problem: "a file is there twice" } : { manifest: read.data };
    const issue = read.error.issues[0];
    return { problem: `${issue?.path.join(".") || "manifest"}: ${issue?.message ?? "not readable"}` };
  } catch {
    return { problem: "the manifest is not JSON" };
  }
}

const namesTwice = ({ files }: Manifest): boolean => new Set(files.map(({ name }) => name)).size < files.length;

/** Below 0 when `a` is older than `b`; a version with a suffix comes before the same one without. Both are versions. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [VERSION.exec(a), VERSION.exec(b)];
  for (const part of [1, 2, 3]) {
    const difference = Number(left?.[part] ?? 0) - Number(right?.[part] ?? 0);
    if (difference !== 0) return difference;
  }
  const [before, after] = [left?.[4], right?.[4]];
  if (before === after) return 0;
  if (before === undefined || after === undefined) return before === undefined ? 1 : -1;
  return compareSuffixes(before, after);
}

const parts = (suffix: string): string[] => suffix.match(/\d+|\D/g) ?? [];
const isNumber = (part: string): boolean => /\d/.test(part);

/** Numbers in them by what they are worth, all else by its signs; not by a locale, of which native QuickJS has none. */
function compareSuffixes(a: string, b: string): number {
  const [left, right] = [parts(a), parts(b)];
  for (const [at, one] of left.entries()) {
    const other = right[at];
    if (other === undefined) return 1;
    const difference = isNumber(one) && isNumber(other) ? compareDigits(one, other) : compareText(one, other);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

const compareText = (a: string, b: string): number => Number(a > b) - Number(a < b);

/** As long as they like. */
function compareDigits(a: string, b: string): number {
  const [left, right] = [a.replace(/^0+/, ""), b.replace(/^0+/, "")];
  return left.length - right.length || compareText(left, right);
}

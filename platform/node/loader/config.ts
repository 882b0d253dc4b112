/** What the loader of a terminal is told by its maker, in one file of the root file system, which firmware cannot write. */
import { z } from "zod";
import { wordsOf } from "../errors.ts";
import { beside, publicHexIn, readFile, textOf } from "./needs.ts";

export const CONFIG_FILE = "/etc/tael/loader.json";

const config = z.strictObject({
  /** Name of the board profile; packages for another are refused. */
  board: z.string().regex(/^[a-z][a-z0-9-]{0,31}$/),
  /** Public keys (PEM) whose packages are taken. */
  signers: z.array(z.string()).min(1),
  /** Directory of the slots, and that of store, sealing key and logs. */
  slots: z.string(),
  data: z.string(),
  /** The merchant's and terminal's own profile; without it the package's counts. */
  profile: z.string().optional(),
  /** A package that came with the root file system: installed where nothing else is, left to the firmware when it is newer. */
  factory: z.string().optional(),
  /** File of the sealing key, where the platform keeps it: systemd's credential, for one. Without it, `seal.key` in `data`. */
  sealKey: z.string().optional(),
  /** Longest run of the firmware on one event, ms of CPU, where the processor is slow (default: 10 000). */
  eventLimitMs: z.number().int().min(1000).optional(),
  /** Where a memory stick is mounted. */
  media: z.string().optional(),
  /** Machine number. */
  serial: z.string().optional(),
  /** Program and arguments that start the terminal anew: ["systemctl", "restart", "tael"]. */
  restart: z.array(z.string()).min(1).optional(),
});

export interface LoaderConfig extends Omit<z.infer<typeof config>, "signers"> {
  /** Hexadecimal. */
  signers: string[];
}

/** Paths in it are taken from where it lies. Throws Error naming the field that is wrong. */
export function readConfig(file: string): LoaderConfig {
  const read = config.safeParse(parsed(file));
  if (!read.success) {
    const issue = read.error.issues[0];
    throw new Error(`${file}: ${issue?.path.join(".") ?? ""}: ${issue?.message ?? "not readable"}`);
  }
  const at = (path: string): string => beside(file, path);
  const { signers, slots, data, profile, media, factory, sealKey, ...rest } = read.data;
  return {
    ...rest,
    slots: at(slots),
    data: at(data),
    profile: profile && at(profile),
    media: media && at(media),
    factory: factory && at(factory),
    sealKey: sealKey && at(sealKey),
    signers: signers.map((path) => signerIn(at(path))),
  };
}

function parsed(file: string): unknown {
  try {
    return JSON.parse(textOf(readFile(file)));
  } catch (error) {
    throw new Error(`${file}: ${wordsOf(error)}`);
  }
}

function signerIn(file: string): string {
  try {
    return publicHexIn(file);
  } catch (error) {
    throw new Error(`${file}: not an Ed25519 public key in PEM (${wordsOf(error)})`);
  }
}

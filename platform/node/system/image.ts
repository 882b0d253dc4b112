/** What a whole-system image says of itself: a file in the root file system, and the same in the bundle that brings it. */
import { z } from "zod";
import { compareVersions } from "../loader/manifest.ts";

export const IMAGE_FILE = "image.json";
/** Why Tael's rule refused the last bundle. */
export const REFUSED_FILE = "/run/tael-refused";

const image = z.strictObject({
  board: z.string(),
  version: z.string(),
  /** Of the firmware package inside. */
  securityCounter: z.number().int().min(0),
});
export type Image = z.infer<typeof image>;

/** Throws Error with words. */
export function parseImage(text: string): Image {
  const read = image.safeParse(JSON.parse(text));
  if (!read.success) throw new Error(`${IMAGE_FILE}: ${read.error.issues[0]?.path.join(".")}: ${read.error.issues[0]?.message}`);
  return read.data;
}

/** Why `offered` is not taken on a terminal that runs `running` and has reached this security counter; undefined: it is. */
export function imageProblem(offered: Image, running: Image, securityCounter: number): string | undefined {
  if (offered.board !== running.board) return `the image is for the board "${offered.board}", and this is "${running.board}"`;
  const reached = Math.max(securityCounter, running.securityCounter);
  if (offered.securityCounter < reached)
    return `the image's security counter is ${offered.securityCounter}, and this terminal has reached ${reached}`;
  if (compareVersions(offered.version, running.version) < 0)
    return `the image is ${offered.version}, older than ${running.version}, which runs here`;
  return undefined;
}

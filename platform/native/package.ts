/** The firmware package as files in a directory. */
import * as os from "os";
import { readBytes } from "./calls.ts";

/** Every file of a directory by its name. */
export function readAssets(directory: string): Record<string, Uint8Array> {
  const [names] = os.readdir(directory);
  const files = names.filter((name) => ((os.stat(`${directory}/${name}`)[0]?.mode ?? 0) & os.S_IFMT) === os.S_IFREG);
  return Object.fromEntries(files.map((name) => [name, readBytes(`${directory}/${name}`) ?? new Uint8Array(0)]));
}

import { ABI } from "../../abi.ts";
import { Refused } from "../errors.ts";

const BANNER = /^\/\/! tael abi (\d+)\.(\d+)$/;

/** Reads the bundle's first line, before anything of it runs. Throws Refused when this door cannot serve it. */
export function checkBundle(code: string): void {
  const first = code.slice(0, 200).split(/\r?\n/, 1)[0] ?? "";
  const found = BANNER.exec(first);
  if (found === null)
    throw new Refused(`the bundle is refused: its first line is not "//! tael abi MAJOR.MINOR"; build it with npm run build`);
  const [major, minor] = [Number(found[1]), Number(found[2])];
  if (major === ABI.major && minor <= ABI.minor) return;
  throw new Refused(
    `the bundle is refused: it was built for door ${major}.${minor}, and this terminal has ${ABI.major}.${ABI.minor}; install a bundle for ${ABI.major}.${ABI.minor}, or a newer platform`,
  );
}

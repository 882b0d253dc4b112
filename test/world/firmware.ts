/** The firmware package as built, read once: bundle, source map and assets are the same for every day. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { DeskOptions } from "../../tools/sim/desk.ts";

export const root = process.env.TAEL_ROOT ?? process.cwd();

type Package = Pick<DeskOptions, "bundle" | "assets">;

let read: Package | undefined;

export function firmware(): Package {
  read ??= fromDist();
  return read;
}

function fromDist(): Package {
  const dist = join(root, "dist");
  const text = (name: string): string => readFileSync(join(dist, name), "utf8");
  const names = readdirSync(join(dist, "assets"));
  return {
    bundle: { code: text("firmware.js"), map: text("firmware.js.map") },
    assets: Object.fromEntries(names.map((name) => [name, new Uint8Array(readFileSync(join(dist, "assets", name)))])),
  };
}

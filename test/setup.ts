import { buildAll } from "../build/build.ts";

export default async function setup(): Promise<void> {
  process.env.TAEL_ROOT ??= process.cwd();
  if (process.env.TAEL_BUILT !== "1") await buildAll();
}

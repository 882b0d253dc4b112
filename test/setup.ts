/** Before any test: dist is built, unless the caller says that it is. */
export default async function setup(): Promise<void> {
  process.env.TAEL_ROOT ??= process.cwd();
  if (process.env.TAEL_BUILT === "1") return;
  const { buildAll } = await import("../build/build.ts");
  await buildAll();
}

/** Boot and memory of the whole terminal on each engine; the free clock skips what people and devices take. */
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { bytecodeOf, createQuickJsWasi, restoreQuickJsWasi } from "../../platform/node/quickjs-wasi.ts";
import { type DeskEngine, machineOn } from "../../tools/sim/engines.ts";
import { logIn, startInProcess } from "../flow/in-process.ts";
import { type Figure, now, type Section } from "./figures.ts";

const ENGINES: readonly DeskEngine[] = ["quickjs", "quickjs-ng", "quickjs-wasi", "qjs"];
const MIB = 1024 * 1024;

export async function engines(): Promise<Section[]> {
  const figures: Figure[] = [];
  for (const engine of ENGINES) figures.push(...(await bootOn(engine)));
  return [{ title: "Boot to idle on each engine, empty store", figures }, await otherStarts()];
}

async function bootOn(engine: DeskEngine): Promise<Figure[]> {
  let make: ReturnType<typeof machineOn>;
  try {
    make = machineOn(engine);
  } catch (error) {
    return [{ what: engine, value: Number.NaN, unit: "ms", note: (error as Error).message }];
  }
  const begun = now();
  const at = await startInProcess({}, make);
  try {
    const login = now() - begun;
    await logIn(at);
    const idle = now() - begun;
    const { usedBytes } = await at.machine.memory();
    const memory = engine === "qjs" ? "the whole program, resident" : "the guest's heap";
    return [
      { what: `${engine}: power on → login screen`, value: login, unit: "ms" },
      { what: `${engine}: power on → idle`, value: idle, unit: "ms", note: "self-check, login, sign-on and its downloads" },
      { what: `${engine}: memory at idle`, value: usedBytes / MIB, unit: "MiB", note: memory },
    ];
  } finally {
    await at.desk.close();
    rmSync(at.dataDir, { recursive: true, force: true });
  }
}

/** quickjs-wasi need not read the source: the bundle evaluated three ways, to the moment it would take its first event. */
async function otherStarts(): Promise<Section> {
  const code = readFileSync(join(process.env.TAEL_ROOT ?? process.cwd(), "dist/firmware.js"), "utf8");
  const options = {
    memoryLimitBytes: 64 * MIB,
    stackLimitBytes: 512 * 1024,
    eventLimitMs: Number.POSITIVE_INFINITY,
    call: (name: string) =>
      name === "fileList" ? "[]" : name === "facts" || name === "firmware" ? "{}" : name === "open" ? 1 : undefined,
    shouldStop: () => false,
  };
  const bytecode = await bytecodeOf(code, "firmware.js");
  const timed = async (work: () => Promise<unknown>): Promise<number> => {
    const begun = now();
    await work();
    return now() - begun;
  };
  let picture: Uint8Array = new Uint8Array(0);
  const fromSource = await timed(async () => {
    const engine = await createQuickJsWasi(options);
    engine.evaluate(code, "firmware.js");
    picture = engine.picture();
  });
  const fromBytecode = await timed(async () => (await createQuickJsWasi(options)).start(bytecode));
  const fromPicture = await timed(() => restoreQuickJsWasi(picture, options));
  return {
    title: "quickjs-wasi: engine and bundle, ready for the first event",
    figures: [
      { what: "from source", value: fromSource, unit: "ms", note: "and a picture of it taken" },
      { what: "from bytecode", value: fromBytecode, unit: "ms" },
      { what: "from a picture", value: fromPicture, unit: "ms" },
      { what: "bytecode", value: bytecode.length, unit: "bytes" },
      { what: "picture", value: picture.length, unit: "bytes" },
    ],
  };
}

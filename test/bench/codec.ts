/** How fast a message is made and read: in QuickJS, in Node, and beside the package iso_8583. */
import { createRequire } from "node:module";
import { join } from "node:path";
import { build } from "esbuild";
import { ENGINES, type Engine, type ToGuest } from "../../platform/node/engine.ts";
import { EVENT_LIMIT_MS, MEMORY_LIMIT_BYTES, STACK_LIMIT_MAIN_BYTES } from "../../platform/node/limits.ts";
import { macOf } from "../../tools/acquirer/crypto.ts";
import { readProfile, withoutKeys } from "../../tools/sim/profile.ts";
import { firmware, root } from "../flow/in-process.ts";
import { type Section, now, rate, share } from "./figures.ts";
import { draft, pack, parse, saleFacts } from "./message.ts";

export async function newEngine(call: (name: string, args: readonly unknown[]) => ToGuest): Promise<Engine> {
  const create = await ENGINES.quickjs();
  return create({
    memoryLimitBytes: MEMORY_LIMIT_BYTES,
    stackLimitBytes: STACK_LIMIT_MAIN_BYTES,
    eventLimitMs: EVENT_LIMIT_MS,
    call,
    shouldStop: () => false,
  });
}

/** ./guest.ts in an engine of its own. */
export async function guest(): Promise<Engine> {
  const bundled = await build({
    entryPoints: [join(root, "test/bench/guest.ts")],
    bundle: true,
    write: false,
    platform: "neutral",
    mainFields: ["module", "main"],
    format: "iife",
    target: "es2023",
  });
  const { assets } = firmware();
  const profile = JSON.stringify(withoutKeys(readProfile("demo", root)));
  const engine = await newEngine((name, args) => (name === "facts" ? profile : assets[String(args[0])]));
  engine.evaluate(bundled.outputFiles[0]?.text ?? "", "bench.js");
  return engine;
}

interface Iso8583 {
  getBufferMessage(): Buffer | { error: string };
  getIsoJSON(buffer: Buffer): Record<string, string> | { error: string };
}
type IsoClass = new (message: Record<string, string>, formats: Record<string, object>) => Iso8583;

/** Where that package's own table differs from UnionPay's in kind or length. */
const FORMATS = {
  52: { ContentType: "b", Label: "PIN", LenType: "fixed", MaxLen: 16 },
  53: { ContentType: "n", Label: "security", LenType: "fixed", MaxLen: 16 },
  60: { ContentType: "n", Label: "custom 60", LenType: "lllvar", MaxLen: 17 },
  64: { ContentType: "b", Label: "MAC", LenType: "fixed", MaxLen: 16 },
};

function failed(result: object): boolean {
  return "error" in result;
}

export async function codec(): Promise<Section> {
  const facts = saleFacts(withoutKeys(readProfile("demo", root)));
  const { frame, mab } = pack(facts);
  const macKey = Buffer.from("5E5E5E5E6B6B6B6B", "hex");
  const message = draft(facts);

  const text = (value: string | Uint8Array): string =>
    typeof value === "string" ? value : Buffer.from(value).toString("hex").toUpperCase();
  const theirs: Record<string, string> = { 0: message.mti };
  for (const [number, value] of message.fields) theirs[number] = text(value);
  const Iso = createRequire(import.meta.url)("iso_8583") as IsoClass;
  const theirBytes = new Iso(theirs, FORMATS).getBufferMessage();
  if (failed(theirBytes)) throw new Error(`iso_8583 does not take the message: ${JSON.stringify(theirBytes)}`);
  const read = new Iso({}, FORMATS).getIsoJSON(theirBytes as Buffer);
  if (Object.keys(theirs).some((number) => !(number in read))) throw new Error(`iso_8583 lost a field: ${JSON.stringify(read)}`);

  const loop = (work: () => unknown) => (times: number) => {
    for (let n = 0; n < times; n++) work();
  };
  const engine = await guest();
  const inGuest = (what: string) => rate((times) => engine.event(what, [times]));
  const section: Section = {
    title: `Messages: the 0200 of a swiped sale with PIN, ${message.fields.size} fields, ${frame.length} bytes with TPDU and header`,
    figures: [
      {
        what: "pack, QuickJS",
        value: inGuest("pack"),
        unit: "a second",
        note: "facts → fields → frame, and the MAC block; no MAC",
      },
      { what: "parse, QuickJS", value: inGuest("parse"), unit: "a second", note: "frame → fields, and the MAC block; no MAC" },
      { what: "pack, Node", value: rate(loop(() => pack(facts))), unit: "a second", note: "the same code" },
      { what: "parse, Node", value: rate(loop(() => parse(frame))), unit: "a second", note: "the same code" },
      {
        what: "pack with MAC, Node",
        value: rate(loop(() => macOf("ecb", macKey, pack(facts).mab))),
        unit: "a second",
        note: `ECB MAC of tools/acquirer over ${mab.length} bytes; on a terminal the PIN pad makes it`,
      },
      {
        what: "pack, iso_8583",
        value: rate(loop(() => new Iso(theirs, FORMATS).getBufferMessage())),
        unit: "a second",
        note: `Node; the same fields, ready made, to its own ASCII form (${(theirBytes as Buffer).length} bytes); no MAC block`,
      },
      {
        what: "parse, iso_8583",
        value: rate(loop(() => new Iso({}, FORMATS).getIsoJSON(theirBytes as Buffer))),
        unit: "a second",
        note: "Node; its ASCII form → fields; no MAC block",
      },
    ],
  };
  engine.dispose();
  return section;
}

/** Engine and bundle by themselves, on this thread. */
export async function engineStart(): Promise<Section> {
  const begun = now();
  const first = await newEngine(() => undefined);
  const made = now();
  first.dispose();
  const again: number[] = [];
  for (let n = 0; n < 5; n++) {
    const from = now();
    const next = await newEngine(() => undefined);
    again.push(now() - from);
    next.dispose();
  }

  const { bundle } = firmware();
  let firstCall = 0;
  const engine = await newEngine(() => {
    firstCall ||= now();
    throw new Error("this is as far as it goes");
  });
  const evaluated = now();
  try {
    engine.evaluate(bundle.code, "firmware.js");
  } catch {
    // Without a door it cannot go on; all of it has been compiled and run up to there.
  }
  const measured = await guest();
  const fonts = now();
  measured.event("fonts", [1]);
  const fontsRead = now();
  measured.dispose();
  return {
    title: "Parts of a start, on one thread",
    figures: [
      { what: "engine made, first", value: made - begun, unit: "ms", note: "QuickJS's WebAssembly compiled" },
      {
        what: "engine made, again",
        value: share(again, 0.5),
        unit: "ms",
        note: `median of ${again.length}`,
      },
      { what: "bundle evaluated", value: firstCall - evaluated, unit: "ms", note: "to its first call through the door" },
      { what: "fonts", value: fontsRead - fonts, unit: "ms", note: "all faces through the door and opened" },
    ],
  };
}

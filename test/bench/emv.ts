/** What the chip kernel costs inside QuickJS: signatures by themselves, and the longest pause between two commands to a card. */
import { join } from "node:path";
import { build } from "esbuild";
import { sm2 } from "sm-crypto-v2";
import { Trace } from "../../app/emv/index.ts";
import { bytesOf, rsaKey, smKey } from "../app/emv/authority.ts";
import {
  ac,
  type Image,
  internalAuthenticate,
  makeImage,
  SM_KEYS,
  signedAc,
  start,
  terminalFor,
  watchPdol,
} from "../app/emv/image.ts";
import { type Exchange, ScriptedCard } from "../app/emv/card.ts";
import { runTransaction } from "../../app/emv/run.ts";
import { root } from "../flow/in-process.ts";
import { newEngine } from "./codec.ts";
import { type Figure, now, type Section, share } from "./figures.ts";

const CHAIN_1984 = () => ({ ca: rsaKey("ca1984"), issuer: rsaKey("issuer1984"), card: rsaKey("card1984") });

/** Images and how their cards answer once the records are read. */
const RUNS: Record<string, () => { image: Image; script: Exchange[] }> = {
  "DDA, keys of 1984 bits": () => {
    const image = makeImage({ oda: "dda", keys: CHAIN_1984() });
    return { image, script: [...start(image), internalAuthenticate(image), ac("TC")] };
  },
  "CDA, keys of 1408, 1152 and 1024 bits": () => {
    const image = makeImage({ oda: "cda" });
    const script = start(image);
    const pdol = watchPdol(script);
    return { image, script: [...script, signedAc(image, "TC", () => pdol.data)] };
  },
  "DDA, SM2": () => {
    const image = makeImage({ oda: "dda", keys: SM_KEYS() });
    return { image, script: [...start(image), internalAuthenticate(image), ac("TC")] };
  },
};

/** Plays it here once, so that the guest gets fixed answers. */
async function recorded(name: string) {
  const { image, script } = (RUNS[name] as () => { image: Image; script: Exchange[] })();
  const trace = new Trace();
  const terminal = terminalFor(image, { display: false });
  await runTransaction(new ScriptedCard(script), { ...terminal, trace }, 10_000);
  const exchanges = trace.lines.flatMap(({ ask, command, answer }) =>
    ask === "apdu" ? [[command, (answer as { hex: string }).hex]] : [],
  );
  return { terminal, transaction: { amountFen: 10_000 }, script: exchanges, host: "00" };
}

async function guest(facts: unknown) {
  const bundled = await build({
    entryPoints: [join(root, "test/bench/emv-guest.ts")],
    bundle: true,
    write: false,
    platform: "neutral",
    mainFields: ["module", "main"],
    format: "iife",
    target: "es2023",
  });
  const code = bundled.outputFiles[0]?.text ?? "";
  const engine = await newEngine((name) => (name === "facts" ? JSON.stringify(facts) : undefined));
  engine.evaluate(code, "emv-bench.js");
  return engine;
}

/** Bytes the kernel adds to the firmware. */
async function kernelSize(): Promise<number> {
  const bundled = await build({
    stdin: { contents: 'export * from "./app/emv/index.ts";', resolveDir: root, loader: "ts" },
    bundle: true,
    write: false,
    platform: "neutral",
    mainFields: ["module", "main"],
    format: "iife",
    globalName: "emv",
    target: "es2023",
    minifySyntax: true,
    minifyWhitespace: true,
  });
  return bundled.outputFiles[0]?.contents.length ?? 0;
}

const KEYS = {
  "RSA 1024, e = 3": "card1024",
  "RSA 1024, e = 65537": "issuer1024",
  "RSA 1984, e = 3": "ca1984",
  "RSA 1984, e = 65537": "ca1984f4",
};

export async function emv(): Promise<Section> {
  const rsa = Object.fromEntries(
    Object.entries(KEYS).map(([name, key]) => [
      name,
      { modulus: rsaKey(key).n, exponent: rsaKey(key).e, data: "5A".repeat(rsaKey(key).n.length / 2) },
    ]),
  );
  const signer = smKey("CA");
  if (signer.kind !== "sm2") throw new Error("an SM2 key");
  const message = "AB".repeat(78);
  const signature = sm2.doSignature(bytesOf(message), signer.secret, { hash: true });
  const names = Object.keys(RUNS);
  const runs = Object.fromEntries(await Promise.all(names.map(async (name) => [name, await recorded(name)] as const)));
  const engine = await guest({ rsa, sm2: { key: signer.point, message, signature }, runs });

  const eachMs = (what: string, times: number): number => {
    engine.event("bench", [what, 3]);
    const began = now();
    engine.event("bench", [what, times]);
    return (now() - began) / times;
  };
  const figures: Figure[] = Object.keys(KEYS).map((what) => ({
    what: `${what}, one recovery`,
    value: eachMs(what, 100),
    unit: "ms",
  }));
  figures.push({ what: "SM2, one verification", value: eachMs("sm2", 10), unit: "ms", note: "with its SM3" });
  for (const name of names) figures.push(...pauses(name, (event) => engine.event(event, [name]), runs[name]?.script.length ?? 0));
  figures.push({ what: "kernel in the firmware", value: await kernelSize(), unit: "bytes", note: "minified, with its hashes" });
  engine.dispose();
  return { title: "Chip kernel, QuickJS", figures };
}

/** Between one answer of the card and the next command: at each place the best of seven transactions, so that a busy machine does not count. */
function pauses(name: string, event: (what: "begin" | "answer") => unknown, commands: number): Figure[] {
  const best = new Array<number>(commands + 2).fill(Number.POSITIVE_INFINITY);
  for (let times = 0; times < 7; times++) {
    event("begin");
    best.forEach((known, at) => {
      const began = now();
      event("answer");
      best[at] = Math.min(known, now() - began);
    });
  }
  return [
    { what: `${name}: an answer taken in`, value: share(best, 0.5), unit: "ms", note: "median" },
    { what: `${name}: slowest`, value: share(best, 1), unit: "ms", note: "where the chain of keys is recovered" },
  ];
}

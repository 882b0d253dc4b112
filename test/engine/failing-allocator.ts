/**
 * The engine with an allocator that fails when told. The engine's wasm module is rewritten before it is compiled: the body of its own `malloc` moves to
 * a new function, and in its place stands a few instructions that count down in a corner of memory nobody uses (below the first kilobyte). What calls
 * in from outside (the export) goes to the old body: the host looks for room before it copies anything in.
 *
 * So what fails is any allocation of the engine itself: objects, strings, bytecode, arrays, its own bookkeeping. What grows in place (realloc without moving) does
 * not fail, and neither does the stack.
 */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { ENGINES, type CreateEngine } from "../../platform/node/engine.ts";
import { createQuickJsOf } from "../../platform/node/quickjs.ts";

/** Byte places in the engine's memory. */
const LEFT = 512;
const STICKY = 516;
const FAILED = 520;
const COUNTED = 524;

const MALLOC_EXPORT = "v";

interface Section {
  id: number;
  body: Uint8Array;
}

class Reader {
  at = 0;
  constructor(readonly bytes: Uint8Array) {}
  u32(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.bytes[this.at++]!;
      value |= (byte & 0x7f) << shift;
      if ((byte & 0x80) === 0) return value >>> 0;
    }
  }
  take(count: number): Uint8Array {
    this.at += count;
    return this.bytes.subarray(this.at - count, this.at);
  }
  text(): string {
    return new TextDecoder().decode(this.take(this.u32()));
  }
}

function leb(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  do {
    const more = rest >= 0x80;
    bytes.push((rest & 0x7f) | (more ? 0x80 : 0));
    rest >>>= 7;
  } while (rest > 0);
  return bytes;
}

function sectionsOf(wasm: Uint8Array): Section[] {
  const reader = new Reader(wasm);
  reader.take(8);
  const sections: Section[] = [];
  while (reader.at < wasm.length) {
    const id = reader.take(1)[0]!;
    sections.push({ id, body: reader.take(reader.u32()) });
  }
  return sections;
}

const joined = (parts: readonly (Uint8Array | number[])[]): Uint8Array =>
  Uint8Array.from(Buffer.concat(parts.map((part) => Buffer.from(part))));

/** Vector of byte strings, each with its length in front. */
function bodiesOf(section: Uint8Array): Uint8Array[] {
  const reader = new Reader(section);
  return Array.from({ length: reader.u32() }, () => reader.take(reader.u32()));
}

function functionImports(section: Uint8Array | undefined): number {
  if (section === undefined) return 0;
  const reader = new Reader(section);
  let functions = 0;
  for (let left = reader.u32(); left > 0; left--) {
    reader.text();
    reader.text();
    const kind = reader.take(1)[0]!;
    if (kind === 0) {
      functions++;
      reader.u32();
    } else if (kind === 2) {
      const flags = reader.u32();
      reader.u32();
      if ((flags & 1) !== 0) reader.u32();
    } else throw new Error(`an import of kind ${kind} is not known here`);
  }
  return functions;
}

interface Export {
  name: string;
  kind: number;
  index: number;
}

function exportsOf(section: Uint8Array): Export[] {
  const reader = new Reader(section);
  return Array.from({ length: reader.u32() }, () => ({ name: reader.text(), kind: reader.take(1)[0]!, index: reader.u32() }));
}

const exportBytes = (list: readonly Export[]): Uint8Array =>
  joined([
    leb(list.length),
    ...list.map(({ name, kind, index }) => [...leb(name.length), ...new TextEncoder().encode(name), kind, ...leb(index)]),
  ]);

/** i32 of memory at a fixed place. */
const load = (place: number): number[] => [0x41, 0, 0x28, 2, ...leb(place)];
const store = (place: number, value: number[]): number[] => [0x41, 0, ...value, 0x36, 2, ...leb(place)];
const plus = (value: number[], add: number): number[] => [...value, 0x41, add & 0x7f, 0x6a];

/**
 * (size) → pointer, or 0:
 *   counted += 1
 *   if left: left -= 1; if !left: failed += 1, left = sticky; return 0
 *   return the old malloc(size)
 */
function countingMalloc(old: number): Uint8Array {
  const code = [
    0x00,
    ...store(COUNTED, plus(load(COUNTED), 1)),
    ...[...load(LEFT), 0x04, 0x40],
    ...store(LEFT, plus(load(LEFT), -1)),
    ...[...load(LEFT), 0x45, 0x04, 0x40],
    ...store(FAILED, plus(load(FAILED), 1)),
    ...store(LEFT, load(STICKY)),
    ...[0x41, 0, 0x0f, 0x0b, 0x0b],
    ...[0x20, 0, 0x10, ...leb(old), 0x0b],
  ];
  return Uint8Array.from(code);
}

/** Throws Error when the module is not built as expected. */
export function withFailingMalloc(wasm: Uint8Array): Uint8Array {
  const sections = sectionsOf(wasm);
  const of = (id: number): Section | undefined => sections.find((section) => section.id === id);
  const [functions, exported, code] = [of(3), of(7), of(10)];
  if (functions === undefined || exported === undefined || code === undefined)
    throw new Error("the engine's wasm lacks a section");
  const imports = functionImports(of(2)?.body);
  const names = exportsOf(exported.body);
  const malloc = names.find(({ name, kind }) => name === MALLOC_EXPORT && kind === 0);
  if (malloc === undefined) throw new Error(`the engine's wasm exports no function "${MALLOC_EXPORT}"`);
  const reader = new Reader(functions.body);
  const types = Array.from({ length: reader.u32() }, () => reader.u32());
  const bodies = bodiesOf(code.body);
  const own = malloc.index - imports;
  const moved = imports + bodies.length;
  bodies.push(bodies[own]!);
  types.push(types[own]!);
  bodies[own] = countingMalloc(moved);
  functions.body = joined([leb(types.length), ...types.map(leb)]);
  code.body = joined([leb(bodies.length), ...bodies.flatMap((body) => [leb(body.length), body])]);
  exported.body = exportBytes(names.map((each) => (each === malloc ? { ...each, index: moved } : each)));
  return joined([wasm.subarray(0, 8), ...sections.flatMap(({ id, body }) => [[id, ...leb(body.length)], body])]);
}

/** The engines made since `install`, newest last: the allocator of the newest is the one that is told. */
export class FailingAllocator {
  #memory: WebAssembly.Memory | undefined;
  /** Engines made with it. */
  engines = 0;

  get #cells(): Int32Array {
    if (this.#memory === undefined) throw new Error("no engine was made yet");
    return new Int32Array(this.#memory.buffer, 0, 256);
  }

  /** Engines named "quickjs" are made with this allocator until the returned function is called. */
  install(): () => void {
    const path = createRequire(import.meta.url).resolve("@jitl/quickjs-wasmfile-release-sync/wasm");
    const compiled = WebAssembly.compile(withFailingMalloc(readFileSync(path)) as BufferSource);
    const real = ENGINES.quickjs;
    ENGINES.quickjs = async (): Promise<CreateEngine> => {
      const wasm = await compiled;
      return (options) =>
        createQuickJsOf(wasm, options, (memory) => {
          this.#memory = memory;
          this.engines++;
        });
    };
    return () => {
      ENGINES.quickjs = real;
    };
  }

  /** Allocations of the newest engine so far. */
  get counted(): number {
    return this.#cells[COUNTED / 4]!;
  }

  /** Allocations that failed because they were told to. */
  get failed(): number {
    return this.#cells[FAILED / 4]!;
  }

  /** The n-th allocation from now fails; with `onwards`, all after it as well, until disarmed. */
  arm(n: number, onwards = false): void {
    this.#cells[FAILED / 4] = 0;
    this.#cells[STICKY / 4] = onwards ? 1 : 0;
    this.#cells[LEFT / 4] = n;
  }

  disarm(): void {
    this.#cells[LEFT / 4] = 0;
    this.#cells[STICKY / 4] = 0;
  }
}

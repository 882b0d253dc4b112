/** Somebody with a PC at the end of the file line (hal/files/PROTOCOL.md): keeps what the terminal sends, gives it what it asks for. */
import { crc32 } from "node:zlib";
import type { FaultSpec, SimFilesControls } from "../contract.ts";
import { Device, UNPLUG } from "./device.ts";

const BLOCK = 4096;
const NAME = /^[A-Za-z0-9._-]{1,80}$/;

const SILENT: FaultSpec = { fault: "silent", takes: "switch", words: { zh: "对端不应答", en: "Far end does not answer" } };
const REFUSE: FaultSpec = { fault: "refuse", takes: "count", words: { zh: "对端拒收文件", en: "Far end refuses the file" } };
const SPOIL: FaultSpec = {
  fault: "spoil",
  takes: "count",
  words: { zh: "给终端的文件有一字节不对", en: "One byte of a given file is wrong" },
};

interface Kept {
  n: number;
  name: string;
  bytes: Uint8Array;
}

interface Coming {
  name: string;
  size: number;
  crc: string;
  parts: Buffer[];
  got: number;
}

interface Going {
  name: string;
  bytes: Uint8Array;
  /** Undefined until the terminal is ready for it. */
  at: number | undefined;
}

const sumOf = (bytes: Uint8Array): string => crc32(bytes).toString(16).padStart(8, "0");

export class SimFiles extends Device implements SimFilesControls {
  readonly wire = "files";
  readonly faultSpecs: readonly FaultSpec[] = [UNPLUG, SILENT, REFUSE, SPOIL];
  readonly #files: Kept[] = [];
  #n = 0;
  #held = Buffer.alloc(0);
  #coming: Coming | undefined;
  #going: Going | undefined;

  get files(): readonly Kept[] {
    return this.#files;
  }

  give(name: string, bytes: Uint8Array): void {
    if (!NAME.test(name)) throw new Error(`name: 1 to 80 of A-Z a-z 0-9 . _ -, not "${name}"`);
    if (this.#coming !== undefined || this.#going?.at !== undefined) throw new Error("another file is under way");
    const given = bytes.slice();
    const crc = sumOf(given);
    if (given.length > 0 && this.spend("spoil")) given[given.length >> 1]! ^= 1;
    this.#going = { name, bytes: given, at: undefined };
    this.#say({ file: name, bytes: given.length, crc32: crc });
  }

  forget(): void {
    this.#files.length = 0;
    this.context.changed();
  }

  receive(bytes: Uint8Array): void {
    if (!this.plugged || this.has("silent")) return;
    this.#held = Buffer.concat([this.#held, bytes]);
    while (this.#coming === undefined ? this.#line() : this.#block(this.#coming));
  }

  attached(): void {
    this.#held = Buffer.alloc(0);
    this.#coming = undefined;
    this.#going = undefined;
  }

  describe(): Record<string, unknown> {
    return { plugged: this.plugged, files: this.#files.map(({ n, name, bytes }) => ({ n, name, bytes: bytes.length })) };
  }

  /** True when there was one. */
  #line(): boolean {
    const end = this.#held.indexOf(0x0a);
    if (end < 0) return false;
    const text = this.#held.subarray(0, end).toString("latin1");
    this.#held = this.#held.subarray(end + 1);
    let said: Record<string, unknown>;
    try {
      said = Object(JSON.parse(text)) as Record<string, unknown>;
    } catch {
      return true;
    }
    const { file, bytes, crc32: crc } = said;
    if (typeof file === "string" && Number.isSafeInteger(bytes)) this.#begin({ file, bytes: Number(bytes), crc32: String(crc) });
    else if (this.#going !== undefined) this.#goOn(this.#going, said);
    return true;
  }

  #begin({ file, bytes, crc32: crc }: { file: string; bytes: number; crc32: string }): void {
    this.#going = undefined;
    if (this.spend("refuse")) {
      this.#say({ refused: "no room" });
      return;
    }
    this.#coming = { name: file, size: bytes, crc, parts: [], got: 0 };
    this.#say({ ready: true });
    if (bytes === 0) this.#finish(this.#coming);
  }

  #block(coming: Coming): boolean {
    const wanted = Math.min(BLOCK, coming.size - coming.got);
    if (this.#held.length < wanted) return false;
    coming.parts.push(Buffer.from(this.#held.subarray(0, wanted)));
    this.#held = this.#held.subarray(wanted);
    coming.got += wanted;
    if (coming.got < coming.size) this.#say({ got: coming.got });
    else this.#finish(coming);
    return true;
  }

  #finish({ name, parts, crc }: Coming): void {
    this.#coming = undefined;
    const bytes = new Uint8Array(Buffer.concat(parts));
    const sum = sumOf(bytes);
    if (sum === crc) this.#files.push({ n: ++this.#n, name, bytes });
    this.#say(sum === crc ? { done: sum } : { refused: `crc32 is ${sum}` });
    this.context.changed();
  }

  #goOn(going: Going, said: Record<string, unknown>): void {
    if (said.done !== undefined || said.refused !== undefined) {
      this.#going = undefined;
      return;
    }
    if (said.ready === true) going.at = 0;
    else if (typeof said.got !== "number" || going.at === undefined) return;
    const at = going.at ?? 0;
    const block = going.bytes.subarray(at, at + BLOCK);
    going.at = at + block.length;
    if (block.length > 0) this.context.send(block);
  }

  #say(said: Record<string, unknown>): void {
    this.context.send(Buffer.from(`${JSON.stringify(said)}\n`, "latin1"));
  }
}

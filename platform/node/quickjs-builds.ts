/** Builds of QuickJS for quickjs-emscripten, by engine name. */
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { QuickJSSyncVariant } from "quickjs-emscripten-core";

interface Build {
  /** For the facts. */
  name: string;
  /** Package of the build; its wasm is `PACKAGE/wasm`. */
  package: string;
  variant(): Promise<QuickJSSyncVariant>;
}

export const BUILDS = {
  quickjs: {
    name: "QuickJS 2025-09-13 (wasm)",
    package: "@jitl/quickjs-wasmfile-release-sync",
    variant: async () => (await import("@jitl/quickjs-wasmfile-release-sync")).default,
  },
  "quickjs-ng": {
    name: "QuickJS-ng 0.12.1 (wasm)",
    package: "@jitl/quickjs-ng-wasmfile-release-sync",
    variant: async () => (await import("@jitl/quickjs-ng-wasmfile-release-sync")).default,
  },
} satisfies Record<string, Build>;

export type BuildName = keyof typeof BUILDS;

const compiled = new Map<BuildName, Promise<WebAssembly.Module>>();

/** Compiling takes most of an engine's start. */
export function compiledModule(build: BuildName): Promise<WebAssembly.Module> {
  const known = compiled.get(build);
  if (known !== undefined) return known;
  const file = createRequire(import.meta.url).resolve(`${BUILDS[build].package}/wasm`);
  const made = WebAssembly.compile(readFileSync(file));
  compiled.set(build, made);
  return made;
}

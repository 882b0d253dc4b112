/** The package that came with the root file system: a terminal without firmware gets it, one with an older is offered it. */
import { wordsOf } from "../errors.ts";
import type { LoaderConfig } from "./config.ts";
import { withReceiver } from "./console.ts";
import { readFile, say, sha256 } from "./needs.ts";
import { readHead } from "./read-package.ts";

/** Says on the console what became of it. A factory package that cannot be had is no reason not to start what is installed. */
export function offerFactory(config: LoaderConfig): void {
  if (config.factory === undefined) return;
  try {
    const words = offer(config, readFile(config.factory));
    if (words !== undefined) say(`loader: ${words}`);
  } catch (error) {
    say(`loader: the factory package ${config.factory}: ${wordsOf(error)}`);
  }
}

function offer(config: LoaderConfig, bytes: Uint8Array): string | undefined {
  const sum = sha256(bytes);
  const { version } = readHead(bytes).manifest;
  return withReceiver(config, (receiver) => {
    const { slots, back, waiting } = receiver.status;
    // Known already, whatever became of it; one that was taken back is not tried at each start anew.
    if ([slots.a, slots.b].some((note) => note?.sha256 === sum)) return undefined;
    if (back?.version === version || waiting?.version === version) return undefined;
    receiver.add(sum, 0, bytes);
    const result = receiver.finish(sum);
    if ("refused" in result) return `the factory package ${version}: ${result.words}`;
    return result.arrived === "waiting" ? `the factory package ${version} waits to be installed` : undefined;
  });
}

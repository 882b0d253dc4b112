/** What a scenario can say in a world and nowhere else: exact power cuts and a disk that fails. A row a verb. */
import { Unreadable } from "../../tools/sim/scenario/steps.ts";
import type { DoorErrorCode } from "../../platform/abi.ts";
import type { Survival } from "../platform/guest/faulty-disk.ts";
import { differing } from "./differing.ts";
import type { Cut, Phase } from "./moments.ts";
import type { World } from "./world.ts";

interface Verb {
  usage: string;
  run(world: World, words: string[]): Promise<void> | void;
}

const SURVIVALS: readonly string[] = ["none", "all", "sectors", "spoiled"];

function survivalOf(word: string | undefined): Survival {
  if (word === undefined) return "none";
  if (!SURVIVALS.includes(word)) throw new Unreadable(`${word}: one of ${SURVIVALS.join(", ")}`);
  return word as Survival;
}

function number(word: string | undefined, name: string): number {
  if (word === undefined || !/^\d+$/.test(word)) throw new Unreadable(`${name}: a whole number`);
  return Number(word);
}

function phaseOf(word: string | undefined): Phase {
  if (word === "before" || word === "after") return word;
  const torn = /^torn:(\d+)$/.exec(word ?? "");
  if (torn === null) throw new Unreadable("before, after, or torn:BYTES");
  return { torn: Number(torn[1]) };
}

/** The armed cut as a line: armed again in a world that has come as far, it falls on the same moment. */
export const cutLine = ({ moment, phase, survival }: Cut): string =>
  `cut ${moment.source} ${moment.n} ${typeof phase === "object" ? `torn:${phase.torn}` : phase} ${survival}`;

export const WORLD_VERBS: Record<string, Verb> = {
  cut: {
    usage: "cut host 3 before|after|torn:9 [none|all|sectors|spoiled]: the power goes at the third moment of host from now on",
    run: (world, [source = "", n, phase, survival]) =>
      world.arm({ moment: { source, n: number(n, "number") }, phase: phaseOf(phase), survival: survivalOf(survival) }),
  },
  power: {
    usage: "power cut|on|cycle [none|all|sectors|spoiled]",
    run: async (world, [action, survival]) => {
      if (action !== "on") world.cutNow(survivalOf(survival));
      if (action !== "cut" && world.isOff) await world.powerOn();
    },
  },
  disk: {
    usage:
      "disk fail N [io|disk-full] · disk phantom N · disk full BYTES-LEFT · disk well: the N-th file operation from now on, or for a phantom the first append after it",
    run: ({ disk }, [what, n, code = "io"]) => {
      if (what === "well") disk.clearFaults();
      else if (what === "fail") disk.failAt(disk.operations + number(n, "operation"), code as DoorErrorCode);
      else if (what === "phantom") disk.phantomAt(disk.operations + number(n, "operation"), "append");
      else if (what === "full") disk.capacityBytes = disk.usedBytes + number(n, "bytes");
      else throw new Unreadable("disk fail, phantom, full, or well");
    },
  },
  host: {
    usage: "host differs: the next totals are not those of the host, so every record goes up",
    run: async (world, [what]) => {
      if (what !== "differs") throw new Unreadable("host differs");
      if (!world.isOff)
        world.desk.acquirer?.addRule({ match: { mti: "0500" }, answer: { 48: await differing(world) }, count: 1 });
    },
  },
};

/** False: the line is not of this world alone. */
export async function worldVerb(world: World, line: string): Promise<boolean> {
  const [verb = "", ...words] = line.trim().split(/\s+/);
  const found = WORLD_VERBS[verb];
  if (found === undefined) return false;
  await found.run(world, words);
  return true;
}

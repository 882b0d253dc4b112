/** Every way the power can go at a moment (reliability §3 A1, A2, A5). */
import type { Survival } from "../../platform/guest/faulty-disk.ts";
import type { Cut, Moment, Phase } from "../moments.ts";

const SURVIVALS: readonly Survival[] = ["none", "all", "sectors", "spoiled"];

/**
 * Every way a file operation can be cut, with every fate of what was not synced. Before an operation is after the one before it. The mark is
 * never synced and missed by nobody, so little can come of it.
 */
function diskCuts(moment: Moment): Cut[] {
  const { does, bytes, what } = moment;
  const cut = (phase: Phase, survival: Survival): Cut => ({ moment, phase, survival });
  if (does !== "append") return [cut("after", "none")];
  if (what.includes(".mark")) return [cut({ torn: bytes >> 1 }, "spoiled"), cut("after", "none"), cut("after", "all")];
  const torn = bytes < 2 ? [] : [...new Set([1, bytes >> 1, bytes - 1])];
  return [
    cut("before", "none"),
    ...torn.map((part) => cut({ torn: part }, "all")),
    ...(bytes < 2 ? [] : [cut({ torn: bytes >> 1 }, "spoiled")]),
    ...SURVIVALS.map((survival) => cut("after", survival)),
  ];
}

/** Wires whose bytes can break off in the middle; on the others a report or a rectangle comes whole or not at all. */
const BYTE_WIRES = new Set(["host", "pinpad", "printer", "icc"]);

function wirePhases({ source, does, bytes }: Moment): Phase[] {
  if (does !== "out" || !BYTE_WIRES.has(source)) return ["before"];
  return bytes < 2 ? ["before", "after"] : ["before", { torn: bytes >> 1 }, "after"];
}

export const cutsAt = (moment: Moment): Cut[] =>
  moment.source === "disk" ? diskCuts(moment) : wirePhases(moment).map((phase) => ({ moment, phase, survival: "none" }));

/** Where what the terminal would wake up to changes: on the disk and at the host. Between two of these every cut leaves the same behind. */
export const turningPoints = (moments: readonly Moment[]): Cut[] =>
  moments
    .filter(
      ({ source, does, what }) =>
        (source === "disk" && does !== "append") ||
        (source === "disk" && what.includes(".mark")) ||
        (source === "host" && does === "out"),
    )
    .map((moment) => ({ moment, phase: "after", survival: "none" }));

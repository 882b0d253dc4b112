/** A share of all mishaps, the same whenever it is asked for. */
import { answersOf, type Mishap, pulls, type Scene, scenes, spoilt, suffer } from "./mishaps.ts";

export interface Share {
  /** Every so manieth pull, every so manieth byte. */
  pulls: number;
  bytes: number;
  /** This one of so many parts. */
  part?: readonly [which: number, of: number];
}

export interface Counted {
  pulls: number;
  spoilt: number;
  violations: string[];
}

export async function sufferAll(share: Share): Promise<Counted> {
  const counted: Counted = { pulls: 0, spoilt: 0, violations: [] };
  const [which, of] = share.part ?? [0, 1];
  for (const [n, scene] of scenes.entries()) {
    const answers = await answersOf(scene);
    const every = <T>(all: readonly T[], step: number): T[] => all.filter((_, at) => (at + n) % step === 0);
    const pulled = every(pulls(answers), share.pulls);
    const hurt = every(worthSpoiling(scene, answers), share.bytes);
    for (const [at, mishap] of [...pulled, ...hurt].entries()) {
      if (at % of !== which) continue;
      counted[at < pulled.length ? "pulls" : "spoilt"]++;
      counted.violations.push(...(await suffer(scene, mishap)));
    }
  }
  return counted;
}

/** Without a line nothing differs before the card is asked for its cryptogram. */
const LAST_ANSWERS = 6;
function worthSpoiling({ face, online }: Scene, answers: readonly number[]): Mishap[] {
  const all = spoilt(answers);
  return online || face === "contactless" ? all : all.filter(({ at }) => at >= answers.length - LAST_ANSWERS);
}

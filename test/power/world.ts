/** The world of the power cuts: the seeded world (test/world). TAEL_ENGINE=quickjs for the terminal's own engine, whose bytes are the same. */
import { type Cut, World as SeededWorld } from "../world/world.ts";

export {
  CARD,
  type Cut,
  type Direction,
  type Moment,
  OPENING_BALANCE_FEN,
  type Phase,
  PowerIsGone,
  words,
} from "../world/world.ts";

const engine = process.env.TAEL_ENGINE === "quickjs" ? "quickjs" : "node-vm";

export type World = SeededWorld;

export const World = {
  /** A new terminal after its first power-on; log-in and sign-on are up to the caller. `cut`: in that first power-on already. */
  create: (seed = 1, cut?: Cut): Promise<World> => SeededWorld.create({ seed, engine, cut }),
};
